//! What a run did, as commands and the API show it.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::{Drift, RunState, Spent};
use entrepot_store::runs::{HeldBack, RunRow};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    pub run: String,
    pub channel: String,
    pub state: RunState,
    pub scope: &'static str,
    pub since: Option<Timestamp>,
    pub declared: Option<i64>,
    pub fetched: i64,
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub deleted: i64,
    pub dead_letters: i64,
    /// Stock levels of what is not in the catalogue.
    pub unknown: i64,
    pub requests: i64,
    pub rate_limited: i64,
    pub retries: i64,
    /// Of a full run: what deltas and webhooks had missed.
    pub drift: Drift,
    pub spent_us: Spent,
    /// From its start to its end, or to now.
    pub seconds: f64,
    /// Items a second.
    pub rate: f64,
    /// Share done, 0 to 1, where the marketplace declared how many there are.
    pub progress: Option<f64>,
    /// Seconds left at this rate.
    pub remaining_seconds: Option<f64>,
    /// Why it failed, is incomplete, or waits; of a completed run, what was left out.
    pub failure: Option<String>,
    /// Nothing is asked of the marketplace before.
    pub waits_until: Option<Timestamp>,
    /// Since when nothing new came, if that is long.
    pub stalled_since: Option<Timestamp>,
    /// What it would have deleted and did not, for nobody had allowed so much.
    pub held_back: Option<HeldBack>,
    pub created_at: Timestamp,
    /// When a worker took it up first.
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

impl RunReport {
    pub fn new(row: &RunRow, now: Timestamp) -> Self {
        let c = row.counts();
        let end = row.finished_at.unwrap_or(now);
        let seconds = row.started_at.map_or(0.0, |start| end.saturating_sub(start).max(0) as f64 / 1000.0);
        let rate = if seconds > 0.0 { c.fetched as f64 / seconds } else { 0.0 };
        let (scope, since) = row.scope().parts();
        let left = c.declared.map(|declared| declared.saturating_sub(c.fetched).max(0) as f64);
        let under_way = !row.state().is_final();
        let last_news = row.progressed_at.or(row.started_at).unwrap_or(row.created_at);
        let stalled_since = row.stalled_at.filter(|_| under_way).map(|_| last_news);
        Self {
            run: row.id.clone(),
            channel: row.channel_id.clone(),
            state: if stalled_since.is_some() { RunState::Stalled } else { row.state() },
            scope,
            since,
            declared: c.declared,
            fetched: c.fetched,
            created: c.created,
            updated: c.updated,
            unchanged: c.unchanged,
            deleted: c.deleted,
            dead_letters: c.dead_letters,
            unknown: c.unknown,
            requests: c.requests,
            rate_limited: c.rate_limited,
            retries: c.retries,
            drift: c.drift,
            spent_us: c.spent,
            seconds,
            rate,
            progress: c
                .declared
                .filter(|declared| *declared > 0)
                .map(|declared| (c.fetched as f64 / declared as f64).min(1.0)),
            remaining_seconds: left.filter(|_| rate > 0.0 && !row.state().is_final()).map(|left| left / rate),
            failure: row.failure.clone(),
            waits_until: row.not_before.filter(|at| under_way && *at > now),
            stalled_since,
            held_back: row.held_back().cloned(),
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}
