//! Items that could not be read, one after another and for the same reason: it is not about the items, but about what is asked for each of
//! them. Setting aside one after the other would take hours and blame each.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use entrepot_core::AppError;
use entrepot_domain::RunId;
use entrepot_domain::names::shell_word;
use entrepot_queue::Outcome;
use entrepot_sandbox::{Page, RawItem};

use super::active_run::{ActiveRun, End};
use crate::Imports;

/// In a row.
const MANY: usize = 8;

/// Of each run of this process: why its last items could not be read, and how many they were.
#[derive(Default)]
pub(crate) struct UnreadableItems(Mutex<HashMap<RunId, (String, usize)>>);

/// Why an item could not be read: code, and words.
type Reason = (String, String);

/// Of the items of a page, in its order.
pub(super) fn reasons(page: &Page) -> Vec<Option<Reason>> {
    let reason = |item: &RawItem| item.problems.first().map(|issue| (issue.code.clone(), issue.message.clone()));
    page.items.iter().map(reason).collect()
}

impl UnreadableItems {
    /// The reason, where these were too many in a row. A page with one that is well shows that others can be read.
    fn note(&self, run: &RunId, reasons: &[Option<Reason>]) -> Option<Reason> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = all.remove(run);
        let mut found = None;
        for reason in reasons {
            last = reason.as_ref().map(|(code, _)| match last.take() {
                Some((known, count)) if known == *code => (known, count + 1),
                _ => (code.clone(), 1),
            });
        }
        if reasons.iter().all(Option::is_some) && last.as_ref().is_some_and(|(_, count)| *count >= MANY) {
            found = reasons.last().cloned().flatten();
        }
        if let (Some(last), None) = (last, &found) {
            all.insert(run.clone(), last);
        }
        found
    }
}

impl Imports {
    /// After a page was written: the run ends where its items are unreadable one after another.
    pub(super) async fn all_unreadable(
        &self,
        active: &ActiveRun,
        reasons: &[Option<Reason>],
    ) -> Result<Option<Outcome>, AppError> {
        let Some((_, why)) = self.state.unreadable.note(&active.run, reasons) else { return Ok(None) };
        let row = active.scoped.channel(active.channel.id.as_str()).await?;
        let name = row.map_or_else(|| active.channel.id.to_string(), |row| row.name);
        let why = format!(
            "{MANY} items in a row could not be read, all for one reason, so it is not about the items: {why} — when the marketplace is \
             well: entrepot import {}; it goes on where it stopped",
            shell_word(&name)
        );
        let ActiveRun { scoped, run, owner, seq, counts, .. } = active;
        self.end(scoped, run, owner, *seq, *counts, End::Failed { code: "items-unreadable", why: &why }).await?;
        Ok(Some(Outcome::Done))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_items_in_a_row_and_of_one_reason_are_too_many() {
        let (all, run) = (UnreadableItems::default(), RunId::from("run_1"));
        let bad = |code: &str| Some((code.to_owned(), "words".to_owned()));
        assert_eq!(all.note(&run, &vec![bad("a"); MANY - 1]), None);
        assert_eq!(all.note(&run, &[None]), None, "one that is well");
        assert_eq!(all.note(&run, &vec![bad("a"); MANY - 1]), None);
        assert_eq!(all.note(&run, &[bad("b")]), None, "another reason");
        for _ in 1..MANY - 1 {
            assert_eq!(all.note(&run, &[bad("b")]), None);
        }
        assert_eq!(all.note(&RunId::from("run_2"), &[bad("b")]), None, "another run");
        assert_eq!(all.note(&run, &[bad("b")]), bad("b"), "over several pages");
        assert_eq!(all.note(&run, &[bad("b")]), None, "and from the beginning");
        let mut page = vec![bad("c"); MANY + 2];
        page.push(None);
        page.extend(vec![bad("c"); MANY + 2]);
        assert_eq!(all.note(&run, &page), None, "another of the page is well");
        assert_eq!(all.note(&run, &[bad("c")]), bad("c"), "and then none");
    }
}
