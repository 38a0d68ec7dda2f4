//! The end of a run: is everything accounted for, and what is gone?

use std::collections::HashSet;

use entrepot_domain::RunId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::{Counts, RunScope, RunState};
use entrepot_store::pages::Seen;
use entrepot_store::runs::RunRow;
use entrepot_store::{Scoped, StoreError};

use super::advance::Hand;
use super::patience::with_patience;
use super::stock;
use crate::Sync;
use crate::channels::OpenChannel;

/// Fewer vanished items than this never need to be confirmed.
const FEW: usize = 20;
const DELETE_AT_ONCE: usize = 1_000;
/// Begins the ids that adapters give to items which came without one.
const UNIDENTIFIED: &str = "unidentified:";

struct Verdict {
    state: RunState,
    failure: Option<String>,
    gone: Vec<String>,
}

impl Sync {
    /// Closes a run whose last page is committed.
    pub(super) async fn close_run(&self, hand: &Hand) -> Result<RunState, StoreError> {
        let Hand { scoped, channel, row, run, owner, seq, seen, .. } = hand;
        let mut counts = hand.counts;
        if !seen.listed.is_empty() && !matches!(row.scope(), RunScope::Stock(_)) {
            // The list was made last and names what exists; totals told on the way may have moved.
            counts.declared = Some(seen.listed.len() as i64);
        }
        let verdict = self.judge_run(scoped, channel, row, counts, seen).await?;
        counts.deleted += verdict.gone.len() as i64;
        if hand.known_until.is_some() {
            counts.drift.deleted = verdict.gone.len() as i64;
        }
        let patience = self.parts().options.database_patience;
        with_patience(patience, || finish(scoped, channel, run, owner, *seq, counts, &verdict)).await?;
        let gone = Counts { deleted: verdict.gone.len() as i64, ..Counts::default() };
        self.count_items(&channel.view.adapter, "import", &gone);
        Ok(verdict.state)
    }

    async fn judge_run(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        row: &RunRow,
        counts: Counts,
        seen: &Seen,
    ) -> Result<Verdict, StoreError> {
        let incomplete = |why: String| Verdict { state: RunState::Incomplete, failure: Some(why), gone: Vec::new() };
        if let Some(shortfall) = counts.shortfall() {
            return Ok(incomplete(format!("{shortfall}; nothing was deleted. Import again to look for them")));
        }
        let completed = |gone| Verdict { state: RunState::Completed, failure: None, gone };
        match row.scope() {
            RunScope::Full => {}
            RunScope::ChangedSince(_) => return Ok(completed(Vec::new())),
            RunScope::Stock(_) => return Ok(Verdict { failure: stock::unknown(seen), ..completed(Vec::new()) }),
        }
        let (alive, gone) = self.vanished(scoped, channel, row.created_at, seen).await?;
        let limit = (alive * self.parts().options.mass_deletion_percent as usize / 100).max(FEW);
        if gone.len() > limit && !row.allow_mass_deletion {
            return Ok(incomplete(format!(
                "{} of {alive} products are gone from the shop, more than the {}% that may vanish at once; nothing was deleted. \
                 If that is right, import again with --allow-mass-deletion",
                gone.len(),
                self.parts().options.mass_deletion_percent
            )));
        }
        Ok(completed(gone))
    }

    /// How many items were alive, and which of them this run did not find.
    async fn vanished(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        since: Timestamp,
        seen: &Seen,
    ) -> Result<(usize, Vec<String>), StoreError> {
        let now = self.db().clock().now();
        // A webhook may have brought it after the page it belongs on had been read. Instants to come are of a clock that was wrong.
        let came_meanwhile = |at: Timestamp| (since..=now).contains(&at);
        let exists: &HashSet<String> = if seen.listed.is_empty() { &seen.items } else { &seen.listed };
        let (mut alive, mut gone, mut after) = (0, Vec::new(), String::new());
        loop {
            let patience = self.parts().options.database_patience;
            let items = with_patience(patience, || scoped.alive_items(&channel.id, &after)).await?;
            let Some((last, _)) = items.last() else { return Ok((alive, gone)) };
            after.clone_from(last);
            alive += items.len();
            // What has no id of its own cannot be on any list; it is there as long as pages show it.
            let shown = |id: &String| id.starts_with(UNIDENTIFIED) && seen.items.contains(id);
            let vanished = items.into_iter().filter(|(id, came)| {
                !exists.contains(id) && !shown(id) && (seen.items.contains(id) || !came_meanwhile(*came))
            });
            gone.extend(vanished.map(|(id, _)| id));
        }
    }
}

async fn finish(
    scoped: &Scoped,
    channel: &OpenChannel,
    run: &RunId,
    owner: &str,
    seq: i64,
    counts: Counts,
    verdict: &Verdict,
) -> Result<(), StoreError> {
    let mut tx = scoped.begin().await?;
    tx.finish_run(run, owner, seq, verdict.state, counts, verdict.failure.as_deref()).await?;
    for ids in verdict.gone.chunks(DELETE_AT_ONCE) {
        tx.delete_items(&channel.id, ids).await?;
    }
    tx.forget_pages(run).await?;
    tx.commit().await
}
