//! What pages of a run showed and the list of all ids at its end lacks: either it went in between, or the list is not whole. Each is asked
//! for before it is deleted.

use std::collections::HashSet;

use entrepot_domain::run::{RunScope, RunState};

use super::active_run::ActiveRun;
use super::close::Verdict;
use crate::Imports;

/// Ids that are asked for in one call.
const BATCH: usize = 100;
/// More than these are no products that somebody deleted in the minutes of a run.
const MAX_ASKED: usize = 1_000;

impl Imports {
    /// The verdict, or where the marketplace shows something that would be deleted, that the run is incomplete.
    pub(super) async fn confirmed(&self, active: &ActiveRun, verdict: Verdict) -> Verdict {
        let ActiveRun { row, seen, .. } = active;
        // Whoever has looked at what is gone is sure of it.
        let sure = row.may_delete.is_some_and(|most| i64::try_from(verdict.gone.len()).is_ok_and(|gone| gone <= most));
        if row.scope() != RunScope::Full || seen.listed.is_empty() || sure {
            return verdict;
        }
        let shown: Vec<&String> =
            verdict.gone.iter().filter(|id| seen.items.contains(id) && !seen.gone.contains(id)).collect();
        let there = match shown.len() {
            0 => return verdict,
            1..=MAX_ASKED => self.still_there(active, &shown).await,
            many => many,
        };
        if there == 0 {
            return verdict;
        }
        let products = if there == 1 { "1 product".to_owned() } else { format!("{there} products") };
        let why = format!(
            "{products} came with this run and are missing in the marketplace's list of all ids, so that list is not whole; nothing was \
             deleted. Import again; if it stays so, a cache in front of the shop may keep old lists"
        );
        Verdict::of(RunState::Incomplete, Some(why))
    }

    /// How many of them come when they are asked for. What cannot be asked for is taken to be there.
    async fn still_there(&self, active: &ActiveRun, ids: &[&String]) -> usize {
        let ActiveRun { channel, row, .. } = active;
        let mut there = 0;
        for some in ids.chunks(BATCH) {
            let session = channel.session(&self.services);
            let wanted: Vec<String> = some.iter().map(|id| (*id).clone()).collect();
            there += match channel.fetch_items(&session, row.page_context.clone(), wanted).await {
                Ok(items) => {
                    let items = items.iter().filter(|item| !item.deleted);
                    let shown: HashSet<&str> = items.map(|item| item.source_id.as_str()).collect();
                    some.iter().filter(|id| shown.contains(id.as_str())).count()
                }
                Err(error) => {
                    tracing::warn!("what may be gone cannot be asked for: {error}");
                    some.len()
                }
            };
        }
        there
    }
}
