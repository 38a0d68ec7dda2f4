//! What a full run did not find is asked for by its ids before it is deleted: it went, or what was read is not whole.
// See docs/decisions/0027-count-contract-and-deletion-guard.md

use std::collections::HashSet;

use entrepot_domain::catalog::limits::UNIDENTIFIED;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_store::StoreError;

use super::active_run::ActiveRun;
use super::close::Verdict;
use super::held_back::{beyond, how_to_allow};
use crate::Imports;
use crate::deletions::Deleting;
use entrepot_core::retry_transient;

/// Ids that are asked for in one call.
const BATCH: usize = 100;
/// Of more than these the first are asked for.
const MAX_ASKED: usize = 1_000;

impl Imports {
    /// The verdict, or where the marketplace shows something that would be deleted, that the run is incomplete.
    pub(super) async fn confirmed(&self, active: &ActiveRun, verdict: Verdict) -> Verdict {
        let ActiveRun { channel, row, seen, .. } = active;
        // Whoever has looked at what is gone is sure of it.
        let sure = row.may_delete.is_some_and(|most| i64::try_from(verdict.gone.len()).is_ok_and(|gone| gone <= most));
        if row.scope() != RunScope::Full || sure || !channel.generation.adapter.fetches() {
            return verdict;
        }
        let untold = verdict.gone.iter().filter(|id| !seen.gone.contains(id));
        let (shown, missing): (Vec<&String>, Vec<&String>) = untold.partition(|id| seen.items.contains(id));
        // More than these are no products that somebody deleted in the minutes of a run.
        let there = if shown.len() > MAX_ASKED {
            shown.len()
        } else {
            let asked: Vec<&String> = shown.iter().chain(&missing).copied().take(MAX_ASKED).collect();
            self.still_there(active, &asked).await.len()
        };
        if there == 0 {
            return verdict;
        }
        let why = format!(
            "{} missing in what the marketplace listed, and there when asked for; nothing was deleted. Import again; if it stays so, a cache \
             in front of the shop may keep old lists",
            if there == 1 { "1 product is".to_owned() } else { format!("{there} products are") }
        );
        Verdict::of(RunState::Incomplete, Some(why))
    }

    /// Not everything came, for this reason. What the marketplace does not have when it is asked for it is gone all the same: a total that
    /// is always too high keeps nothing here for ever.
    pub(super) async fn incomplete(&self, active: &ActiveRun, why: &str) -> Result<Verdict, StoreError> {
        let ActiveRun { scoped, channel, row, seen, .. } = active;
        let nothing = || {
            let why = format!("{why}; nothing was deleted. Import again to look for them");
            Verdict::of(RunState::Incomplete, Some(why))
        };
        if row.scope() != RunScope::Full || seen.unidentified || !channel.generation.adapter.fetches() {
            return Ok(nothing());
        }
        let mut gone = self.vanished(scoped, channel, row.created_at, seen).await?;
        gone.retain(|id| !id.starts_with(UNIDENTIFIED));
        // Whoever has looked at what is gone is sure of it.
        let sure = row.may_delete.is_some_and(|most| i64::try_from(gone.len()).is_ok_and(|gone| gone <= most));
        if gone.is_empty() || (gone.len() > MAX_ASKED && !sure) {
            return Ok(nothing());
        }
        let brief = gone.iter().filter(|id| seen.items.contains(id)).count();
        let patience = self.services.options().database_patience;
        let deleting =
            retry_transient(patience, || self.deletions_with(scoped, &channel.id, gone.len(), brief)).await?;
        let there = self.still_there(active, &gone.iter().collect::<Vec<_>>()).await;
        gone.retain(|id| !there.contains(id));
        if gone.is_empty() {
            return Ok(nothing());
        }
        if !deleting.allowed && !sure {
            let why = format!("{why}; and of those that were here {} do not come when asked for", gone.len());
            return self.held_back(active, &why, &gone, deleting).await;
        }
        let why = format!(
            "{why}; of those that were here {} not in the shop when asked for, and deleted. Import again to look for the others",
            if gone.len() == 1 { "1 is".to_owned() } else { format!("{} are", gone.len()) }
        );
        let mut verdict = Verdict::of(RunState::Incomplete, Some(why));
        (verdict.gone, verdict.deletions) = (gone, deleting.by_now);
        Ok(verdict)
    }

    /// Of a run that is incomplete anyway: so many are gone that nobody deletes them unasked.
    async fn held_back(
        &self,
        active: &ActiveRun,
        why: &str,
        gone: &[String],
        wanted: Deleting,
    ) -> Result<Verdict, StoreError> {
        let ActiveRun { scoped, channel, row, .. } = active;
        let (held_back, name) = self.shown(scoped, channel, gone, wanted).await?;
        let beyond = beyond(row, &held_back, wanted.by_now.deleted);
        let failure = format!("{why}: {beyond}; nothing was deleted. {}", how_to_allow(row, &name, held_back.gone));
        let mut verdict = Verdict::of(RunState::Incomplete, Some(failure));
        verdict.held_back = Some(held_back);
        Ok(verdict)
    }

    /// Which of them come when they are asked for. What cannot be asked for is taken to be there.
    async fn still_there(&self, active: &ActiveRun, ids: &[&String]) -> HashSet<String> {
        let ActiveRun { channel, row, .. } = active;
        let mut there = HashSet::new();
        for some in ids.chunks(BATCH) {
            let session = channel.session(&self.services);
            let wanted: Vec<String> = some.iter().map(|id| (*id).clone()).collect();
            match channel.fetch_items(&session, row.page_context.clone(), wanted.clone()).await {
                Ok(items) => {
                    let shown: HashSet<String> =
                        items.into_iter().filter(|item| !item.deleted).map(|item| item.source_id).collect();
                    there.extend(wanted.into_iter().filter(|id| shown.contains(id)));
                }
                Err(error) => {
                    tracing::warn!(channel = channel.id.as_str(), "what may be gone cannot be asked for: {error}");
                    there.extend(wanted);
                }
            }
        }
        there
    }
}
