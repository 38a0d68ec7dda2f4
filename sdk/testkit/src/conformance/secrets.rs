//! Nothing that an adapter hands over holds a secret. It never saw one; what a marketplace echoes is cleaned before.

use super::{Outcome, Subject};

/// Shorter ones stand in texts by chance.
const SHORTEST: usize = 6;

pub(super) async fn unseen(subject: &Subject<'_>) -> Outcome {
    let secrets: Vec<(&String, &String)> =
        subject.case.login.secrets.iter().filter(|(_, value)| value.len() >= SHORTEST).collect();
    if let Some(walk) = &subject.walk {
        for (request, page) in &walk.pages {
            let handed_over = [request.cursor.as_deref(), page.next.as_deref(), page.context.as_deref()];
            let texts = handed_over.into_iter().flatten().chain(page.items.iter().map(|item| item.body.as_str()));
            for text in texts {
                if let Some((name, _)) = secrets.iter().find(|(_, value)| text.contains(value.as_str())) {
                    return Err(format!("the secret {name} stands in an item, a cursor or a context"));
                }
            }
        }
    }
    Ok(format!("{} secrets", secrets.len()))
}
