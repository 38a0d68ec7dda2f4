//! What a page leads to, and how it is committed with its checkpoint.
// See docs/decisions/0025-run-checkpoints.md

use std::sync::Arc;
use std::time::Duration;

use entrepot_domain::clock::{Timestamp, millis};
use entrepot_domain::run::Counts;
use entrepot_egress::Stats;
use entrepot_sandbox::Page;
use entrepot_store::StoreError;
use entrepot_store::runs::{Postponed, Progress};

use super::active_run::ActiveRun;
use super::fetch::Position;
use super::page::PreparedPage;
use entrepot_core::at_most_a_day;

/// What a page says of the one after it.
pub(super) struct Next {
    pub(super) position: Option<Position>,
    pub(super) wait: Option<Duration>,
    /// The adapter asked for a longer one.
    pub(super) shortened: bool,
}

impl Next {
    pub(super) fn of(page: &Page, now: &Position) -> Self {
        let position = page.next.as_ref().map(|cursor| Position {
            cursor: Some(cursor.clone()),
            context: page.context.as_deref().map(Arc::from).or_else(|| now.context.clone()),
            attempt: 0,
            throttled: 0,
        });
        let wait = page.wait.filter(|ms| *ms > 0).map(at_most_a_day);
        Self { position, wait: wait.map(|(wait, _)| wait), shortened: wait.is_some_and(|(_, shortened)| shortened) }
    }
}

/// The page's rows and its checkpoint, together or not at all. The checkpoint goes first: whoever lost the run stops there.
pub(super) async fn commit(
    active: &ActiveRun,
    prepared: &PreparedPage,
    progress: &Progress<'_>,
    lease: i64,
) -> Result<(), StoreError> {
    let mut tx = active.scoped.begin().await?;
    tx.advance_run(&active.run, &active.owner, active.seq, progress, lease).await?;
    prepared.hold(&mut tx, &active.channel.id).await?;
    let fresh: Vec<&str> = prepared.fresh.iter().map(String::as_str).collect();
    tx.insert_page(&active.run, active.seq, &fresh, &prepared.listed, &prepared.deleted).await?;
    prepared.write(&mut tx, &active.channel, &active.run).await?;
    tx.commit().await
}

/// `stall`: a run that brought nothing for so long stands still.
pub(super) async fn postpone(active: &ActiveRun, at: Timestamp, why: &str, stall: Duration) -> Result<(), StoreError> {
    let mut tx = active.scoped.begin().await?;
    let Position { attempt, throttled, .. } = active.position;
    let stalled_before = active.scoped.clock().now() - millis(stall);
    let postponed = Postponed { attempt, throttled, stalled_before, not_before: at, counts: active.counts, why };
    tx.postpone_run(&active.run, &active.owner, active.seq, postponed).await?;
    tx.commit().await
}

pub(super) fn count(counts: &mut Counts, stats: Stats) {
    counts.requests += i64::try_from(stats.requests).unwrap_or(i64::MAX);
    counts.rate_limited += i64::try_from(stats.rate_limited).unwrap_or(i64::MAX);
    counts.retries += i64::try_from(stats.retries).unwrap_or(i64::MAX);
}

pub(super) fn add(counts: &mut Counts, page: &Counts) {
    counts.fetched += page.fetched;
    counts.created += page.created;
    counts.updated += page.updated;
    counts.unchanged += page.unchanged;
    counts.deleted += page.deleted;
    counts.dead_letters += page.dead_letters;
    counts.unknown += page.unknown;
    counts.drift.created += page.drift.created;
    counts.drift.updated += page.drift.updated;
    counts.spent.comparing += page.spent.comparing;
    counts.spent.mapping += page.spent.mapping;
}
