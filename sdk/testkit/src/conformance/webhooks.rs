//! `webhooks.verify-webhook`: what was sent is taken, and nothing that only looks like it.

use entrepot_policy::KeyEncoding;
use entrepot_sandbox::{Delivery, Verdict};
use serde_json::Value;

use super::{Outcome, Subject, told};
use crate::kit::{Login, Shop};

const MINUTE_MS: i64 = 60 * 1000;
/// Places of a body that are altered, one at a time.
const PLACES: usize = 24;

/// Taken, for the same reason twice, without asking anybody.
pub(super) async fn accepted(subject: &Subject<'_>) -> Outcome {
    for delivery in &subject.case.deliveries {
        let (shop, replay) = subject.shop(None)?;
        let (first, again) = (verdict(&shop, delivery).await?, verdict(&shop, delivery).await?);
        if first != again {
            return Err(format!("the same delivery is {} and then {}", words(&first), words(&again)));
        }
        match &first {
            Verdict::Rejected(why) => return Err(format!("a good delivery is refused: {why}")),
            Verdict::Accepted(verified) if verified.id.is_empty() => {
                return Err("a delivery has no id; two of them would be one".to_owned());
            }
            Verdict::Accepted(verified) if verified.events.is_empty() => {
                return Err("a delivery is taken and means nothing; say `ignored`, and why".to_owned());
            }
            _ => {}
        }
        if replay.requests() > 0 {
            return Err("verifying asked the marketplace".to_owned());
        }
    }
    Ok(format!("{} deliveries", subject.case.deliveries.len()))
}

/// Signed with another key, or not at all.
pub(super) async fn forged(subject: &Subject<'_>) -> Outcome {
    let (login, changed) = other_keys(subject);
    if changed == 0 {
        return Err("no key is among the test's secrets; whatever is signed with it cannot be checked".to_owned());
    }
    let replay = subject.case.replay(Vec::new());
    let shop = subject.kit.connect(&login, replay).map_err(|error| format!("{error:#}"))?;
    for delivery in &subject.case.deliveries {
        refused(&shop, delivery, "signed with another key").await?;
        let (own, _) = subject.shop(None)?;
        refused(&own, &Delivery { headers: Vec::new(), ..delivery.clone() }, "without headers").await?;
    }
    Ok(format!("{changed} keys exchanged"))
}

/// Not byte for byte what was signed, though it may mean the same.
pub(super) async fn altered(subject: &Subject<'_>) -> Outcome {
    let (shop, _) = subject.shop(None)?;
    let mut tried = 0;
    for delivery in &subject.case.deliveries {
        let body = &delivery.body;
        let mut bodies: Vec<(String, Vec<u8>)> = vec![
            ("with a space at its end".to_owned(), [body, b" ".as_slice()].concat()),
            ("with a line's end".to_owned(), [body, b"\n".as_slice()].concat()),
            ("with a byte order mark".to_owned(), [b"\xef\xbb\xbf", body.as_slice()].concat()),
            ("with bytes that are no text".to_owned(), [body, b"\xff\xfe".as_slice()].concat()),
            ("in UTF-16".to_owned(), body.iter().flat_map(|byte| [*byte, 0]).collect()),
            ("without its body".to_owned(), Vec::new()),
        ];
        if let Ok(json) = serde_json::from_slice::<Value>(body) {
            bodies.push(("written anew".to_owned(), serde_json::to_vec_pretty(&json).unwrap_or_default()));
        }
        for at in (0..body.len()).step_by((body.len() / PLACES).max(1)) {
            let mut other = body.clone();
            other[at] ^= 1;
            bodies.push((format!("with another byte {at}"), other));
        }
        for (how, other) in bodies.into_iter().filter(|(_, other)| other != body) {
            refused(&shop, &Delivery { body: other, ..delivery.clone() }, &how).await?;
            tried += 1;
        }
    }
    Ok(format!("{tried} altered deliveries"))
}

/// Sent once more, a minute later: known by its id, or refused as too old.
pub(super) async fn replayed(subject: &Subject<'_>) -> Outcome {
    let (shop, _) = subject.shop(None)?;
    for delivery in &subject.case.deliveries {
        let later = Delivery { received_at: delivery.received_at + MINUTE_MS, ..delivery.clone() };
        if let (Verdict::Accepted(first), Verdict::Accepted(again)) =
            (verdict(&shop, delivery).await?, verdict(&shop, &later).await?)
            && first.id != again.id
        {
            return Err(format!("the same delivery has the id {} and a minute later {}", first.id, again.id));
        }
    }
    Ok(format!("{} deliveries", subject.case.deliveries.len()))
}

async fn verdict(shop: &Shop, delivery: &Delivery) -> Result<Verdict, String> {
    shop.verify_webhook(delivery.clone()).await.map_err(|error| told(&error))
}

async fn refused(shop: &Shop, delivery: &Delivery, how: &str) -> Result<(), String> {
    match verdict(shop, delivery).await.map_err(|error| format!("a delivery {how} is no refusal but {error}"))? {
        Verdict::Rejected(_) => Ok(()),
        other => Err(format!("a delivery {how} is {}", words(&other))),
    }
}

fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accepted(verified) => format!("accepted as {:?}", verified.id),
        Verdict::Reply(status, ..) => format!("replied to with {status}"),
        Verdict::Rejected(why) => format!("refused ({why})"),
    }
}

/// The same login with other keys of the same form, and how many there are.
fn other_keys(subject: &Subject<'_>) -> (Login, usize) {
    let mut login = subject.case.login.clone();
    let mut changed = 0;
    for key in subject.kit.manifest.keys.values() {
        if let Some(secret) = login.secrets.get_mut(&key.secret) {
            let prefix = key.strip_prefix.as_deref().unwrap_or_default();
            *secret = match key.encoding {
                KeyEncoding::Text => format!("{secret}-and-more"),
                KeyEncoding::Base64 => format!("{prefix}{}", "QUJD".repeat(11)),
                KeyEncoding::Hex => format!("{prefix}{}", "ab".repeat(32)),
            };
            changed += 1;
        }
    }
    (login, changed)
}
