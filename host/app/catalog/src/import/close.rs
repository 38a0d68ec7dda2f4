//! The end of a run: is everything accounted for, and what is gone?
// See docs/decisions/0027-count-contract-and-deletion-guard.md

use std::collections::BTreeSet;

use entrepot_domain::catalog::limits::UNIDENTIFIED;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::{Counts, RunScope, RunState};
use entrepot_store::inboxes::Deletions;
use entrepot_store::pages::{Ids, Seen};
use entrepot_store::runs::{HeldBack, RunRow};
use entrepot_store::{Scoped, StoreError};

use super::active_run::ActiveRun;
use super::held_back::{beyond, doubted, how_to_allow};
use super::page::PLAN_LIMIT;
use super::{shop_facts, stock};
use crate::Imports;
use crate::deletions::HELD_BACK;
use entrepot_channels::OpenChannel;
use entrepot_core::retry_transient;

const DELETE_AT_ONCE: usize = 1_000;
pub(super) struct Verdict {
    state: RunState,
    failure: Option<String>,
    pub(super) gone: Vec<String>,
    /// Dead letters of what could not be identified, and was not shown again: no products.
    nameless: Vec<String>,
    /// With `gone`, what was deleted within a day.
    pub(super) deletions: Deletions,
    /// In the place of `gone`: too much for nobody to be asked.
    pub(super) held_back: Option<HeldBack>,
}

impl Verdict {
    /// Nothing is gone.
    pub(super) fn of(state: RunState, failure: Option<String>) -> Self {
        let (gone, nameless, deletions) = (Vec::new(), Vec::new(), Deletions::default());
        Self { state, failure, gone, nameless, deletions, held_back: None }
    }
}

impl Imports {
    /// Closes a run whose last page is committed.
    pub(super) async fn close_run(&self, active: &ActiveRun) -> Result<RunState, StoreError> {
        let ActiveRun { scoped, channel, row, seen, .. } = active;
        let mut counts = active.counts;
        let verdict = match short(row.scope(), counts, seen) {
            Some(why) => self.incomplete(active, &why).await?,
            None => {
                let verdict = self.judge_run(scoped, channel, row, counts, seen).await?;
                self.confirmed(active, verdict).await
            }
        };
        let verdict = self.within_plan(active, verdict).await?;
        counts.deleted += verdict.gone.len() as i64;
        if active.watermark.is_some() {
            counts.drift.deleted = verdict.gone.len() as i64;
        }
        let patience = self.services.options().database_patience;
        let whole = row.scope() == RunScope::Full && verdict.state == RunState::Completed;
        let currencies = match whole {
            true => Some(retry_transient(patience, || scoped.currencies(&channel.id)).await?),
            false => None,
        };
        let currencies = currencies.as_ref();
        retry_transient(patience, || finish(active, counts, &verdict, currencies)).await?;
        let gone = Counts { deleted: verdict.gone.len() as i64, ..Counts::default() };
        self.count_items(&channel.view.adapter, "import", &gone);
        Ok(verdict.state)
    }

    /// What the plan has no room for is missing. What is gone in the shop is gone all the same: that makes room.
    async fn within_plan(&self, active: &ActiveRun, mut verdict: Verdict) -> Result<Verdict, StoreError> {
        let ActiveRun { scoped, channel, run, row, .. } = active;
        if verdict.state != RunState::Completed || matches!(row.scope(), RunScope::Stock(_)) {
            return Ok(verdict);
        }
        let patience = self.services.options().database_patience;
        let count = || scoped.count_given_up(channel.id.as_str(), run.as_str(), PLAN_LIMIT);
        let left_out = retry_transient(patience, count).await?;
        if left_out > 0 {
            let plan = retry_transient(patience, || scoped.plan()).await?;
            let (plan, most) =
                plan.map_or_else(Default::default, |plan| (plan.id, plan.limits.skus.unwrap_or_default()));
            // A delta is complete: the next one need not begin where this one did.
            if row.scope() == RunScope::Full {
                verdict.state = RunState::Incomplete;
            }
            verdict.failure = Some(format!(
                "the plan {plan} has room for {most} SKUs: {} left out, as dead letters of the code {PLAN_LIMIT}, and nothing that was here \
                 was taken away. After a change of the plan, import again",
                if left_out == 1 { "1 product was".to_owned() } else { format!("{left_out} products were") }
            ));
        }
        Ok(verdict)
    }

    async fn judge_run(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        row: &RunRow,
        counts: Counts,
        seen: &Seen,
    ) -> Result<Verdict, StoreError> {
        let patience = self.services.options().database_patience;
        let gone = match row.scope() {
            RunScope::Full => self.vanished(scoped, channel, row.created_at, seen).await?,
            RunScope::ChangedSince(_) => self.said_to_be_gone(scoped, channel, row, seen).await?,
            RunScope::Stock(None)
                if let Some(missing) =
                    stock::missing(counts, retry_transient(patience, || scoped.count_levels(&channel.id)).await?) =>
            {
                return Ok(Verdict::of(RunState::Incomplete, Some(missing)));
            }
            RunScope::Stock(_) => {
                let names = scoped.first_listed(&row.run_id()).await?;
                return Ok(Verdict::of(RunState::Completed, stock::unknown(seen.listed.len(), names)));
            }
        };
        let (nameless, gone): (Vec<_>, Vec<_>) = gone.into_iter().partition(|id| id.starts_with(UNIDENTIFIED));
        if gone.is_empty() {
            return Ok(Verdict { nameless, ..Verdict::of(RunState::Completed, None) });
        }
        let brief = gone.iter().filter(|id| seen.items.contains(id)).count();
        let wanted = retry_transient(patience, || self.deletions_with(scoped, &channel.id, gone.len(), brief)).await?;
        let sure = row.may_delete.is_some_and(|most| i64::try_from(gone.len()).is_ok_and(|gone| gone <= most));
        if (seen.unidentified || !wanted.allowed) && !sure {
            let (held_back, name) = self.shown(scoped, channel, &gone, wanted).await?;
            let why = match seen.unidentified {
                true => doubted(gone.len()),
                false => beyond(row, &held_back, wanted.by_now.deleted),
            };
            let failure = format!("{why}; nothing was deleted. {}", how_to_allow(row, &name, held_back.gone));
            let held_back = Some(held_back);
            return Ok(Verdict { nameless, held_back, ..Verdict::of(RunState::Incomplete, Some(failure)) });
        }
        // Whoever is sure of it begins a new day.
        let deletions = if sure { Deletions::default() } else { wanted.by_now };
        Ok(Verdict { gone, nameless, deletions, ..Verdict::of(RunState::Completed, None) })
    }

    /// What pages of a delta said is gone, as far as it is here and nothing newer of it came meanwhile.
    async fn said_to_be_gone(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        row: &RunRow,
        seen: &Seen,
    ) -> Result<Vec<String>, StoreError> {
        let (patience, now) = (self.services.options().database_patience, self.services.db().clock().now());
        let run = row.run_id();
        let said = retry_transient(patience, || scoped.said_to_be_gone(&run)).await?;
        let mut gone = Vec::new();
        for ids in said.into_iter().filter(|id| seen.gone.contains(id)).collect::<Vec<_>>().chunks(DELETE_AT_ONCE) {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let known = retry_transient(patience, || scoped.known_items(&channel.id, &ids)).await?;
            let here = known.into_values().filter(|known| {
                let came_meanwhile = (row.created_at..=now).contains(&known.fetched_at);
                known.deleted_at.is_none() && (seen.items.contains(&known.source_id) || !came_meanwhile)
            });
            gone.extend(here.map(|known| known.source_id));
        }
        Ok(gone)
    }

    /// The items that were alive and that this run did not find.
    pub(super) async fn vanished(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        since: Timestamp,
        seen: &Seen,
    ) -> Result<Vec<String>, StoreError> {
        let now = self.services.db().clock().now();
        // A webhook may have brought it after the page it belongs on had been read. Instants to come are of a clock that was wrong.
        let came_meanwhile = |at: Timestamp| (since..=now).contains(&at);
        let exists: &Ids = if seen.listed.is_empty() { &seen.items } else { &seen.listed };
        let (mut gone, mut after) = (Vec::new(), String::new());
        loop {
            let patience = self.services.options().database_patience;
            let items = retry_transient(patience, || scoped.alive_items(&channel.id, &after)).await?;
            let Some((last, _)) = items.last() else { return Ok(gone) };
            after.clone_from(last);
            // What has no id of its own cannot be on any list; it is there as long as pages show it.
            let shown = |id: &String| id.starts_with(UNIDENTIFIED) && seen.items.contains(id);
            let exists = |id: &String| (exists.contains(id) || shown(id)) && !seen.gone.contains(id);
            let vanished = items
                .into_iter()
                .filter(|(id, came)| !exists(id) && (seen.items.contains(id) || !came_meanwhile(*came)));
            gone.extend(vanished.map(|(id, _)| id));
        }
    }
}

/// Not everything came, or the list of all ids is shorter than the marketplace's own total: what is missing may be there.
fn short(scope: RunScope, counts: Counts, seen: &Seen) -> Option<String> {
    if let Some(shortfall) = counts.shortfall() {
        return Some(shortfall);
    }
    let (listed, declared) = (i64::try_from(seen.listed.len()).unwrap_or(i64::MAX), counts.declared?);
    let short = scope == RunScope::Full && !seen.listed.is_empty() && listed < declared;
    short.then(|| format!("the marketplace counts {declared} items and its list of all ids has {listed}"))
}

/// `currencies`: of a full run that is complete.
async fn finish(
    active: &ActiveRun,
    counts: Counts,
    verdict: &Verdict,
    currencies: Option<&BTreeSet<String>>,
) -> Result<(), StoreError> {
    let ActiveRun { scoped, channel, run, owner, seq, facts, .. } = active;
    let mut tx = scoped.begin().await?;
    tx.finish_run(run, owner, *seq, verdict.state, counts, verdict.failure.as_deref()).await?;
    if let Some(held_back) = &verdict.held_back {
        tx.hold_back(run, held_back).await?;
    }
    for ids in verdict.gone.chunks(DELETE_AT_ONCE).chain(verdict.nameless.chunks(DELETE_AT_ONCE)) {
        tx.delete_items(&channel.id, ids).await?;
    }
    if !verdict.gone.is_empty() {
        tx.note_deletions(&channel.id, verdict.deletions).await?;
    }
    tx.forget_pages(run).await?;
    if verdict.state == RunState::Completed {
        // Whatever was wrong with the account is over.
        tx.set_channel_problem(&channel.id, None).await?;
    }
    if let Some(currencies) = currencies {
        tx.note_currencies(&channel.id, currencies).await?;
        if let Some(facts) = facts {
            tx.note_facts(&channel.id, facts).await?;
        }
        tx.settle_dead_deliveries(&channel.id, HELD_BACK, "a full import found what is there and what is gone").await?;
    } else if let Some(facts) = shop_facts::unread(channel.facts.as_ref(), facts.as_ref()) {
        tx.note_facts(&channel.id, &facts).await?;
    }
    tx.commit().await
}
