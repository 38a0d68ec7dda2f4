//! Runs: start, watch, stop.

mod cancel;
mod get;
mod list;
mod start;

use entrepot_catalog::RunReport;
use entrepot_domain::run::{Drift, Spent};
use entrepot_store::runs::{Gone, HeldBack};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::all))
        .routes(routes!(list::of_channel, start::handler))
        .routes(routes!(get::handler))
        .routes(routes!(cancel::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunView {
    run: String,
    channel: String,
    /// queued, running, completed, incomplete, failed, cancelled
    state: &'static str,
    /// full, changed_since, stock (then levels are counted where items are)
    scope: &'static str,
    since: Option<i64>,
    /// How many items the marketplace says it has
    declared: Option<i64>,
    fetched: i64,
    created: i64,
    updated: i64,
    unchanged: i64,
    deleted: i64,
    dead_letters: i64,
    /// Stock levels of what is not in the catalogue
    unknown: i64,
    requests: i64,
    rate_limited: i64,
    retries: i64,
    drift: DriftView,
    spent_us: SpentView,
    seconds: f64,
    /// Items a second
    rate: f64,
    /// 0 to 1, where the marketplace says how many there are
    progress: Option<f64>,
    remaining_seconds: Option<f64>,
    /// Why it failed, is incomplete, or waits; of a completed run, what was left out
    failure: Option<String>,
    /// Nothing is asked of the marketplace before, in ms since the epoch
    waits_until: Option<i64>,
    /// Of a stalled run: since when nothing new came
    stalled_since: Option<i64>,
    /// What it would have deleted and did not, for nobody had allowed so much; null: nothing was held back
    held_back: Option<HeldBackView>,
    created_at: i64,
    /// When it was taken up first; null: it waits for a worker
    started_at: Option<i64>,
    finished_at: Option<i64>,
}

/// To be allowed by a run with `allow_mass_deletion` of `gone`
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldBackView {
    /// How many products would be deleted
    gone: i64,
    /// How many there were
    of: i64,
    /// How many may vanish within a day without being asked about
    most: i64,
    /// The first twenty of them
    sample: Vec<GoneView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GoneView {
    source_id: String,
    /// Null: it never became a product
    title: Option<String>,
}

impl From<HeldBack> for HeldBackView {
    fn from(HeldBack { gone, of, most, sample }: HeldBack) -> Self {
        let sample = sample.into_iter().map(|Gone { source_id, title }| GoneView { source_id, title }).collect();
        Self { gone, of, most, sample }
    }
}

/// What a full run found that deltas and webhooks had missed
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DriftView {
    created: i64,
    updated: i64,
    deleted: i64,
}

impl From<Drift> for DriftView {
    fn from(Drift { created, updated, deleted }: Drift) -> Self {
        Self { created, updated, deleted }
    }
}

/// Where the time went, in microseconds
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpentView {
    /// Waiting for pages of the marketplace
    fetching: i64,
    /// With what is known
    comparing: i64,
    /// The adapter, validation and sanitising
    mapping: i64,
    writing: i64,
}

impl From<Spent> for SpentView {
    fn from(Spent { fetching, comparing, mapping, writing }: Spent) -> Self {
        Self { fetching, comparing, mapping, writing }
    }
}

impl From<RunReport> for RunView {
    fn from(r: RunReport) -> Self {
        Self {
            run: r.run,
            channel: r.channel,
            state: r.state.as_str(),
            scope: r.scope,
            since: r.since,
            declared: r.declared,
            fetched: r.fetched,
            created: r.created,
            updated: r.updated,
            unchanged: r.unchanged,
            deleted: r.deleted,
            dead_letters: r.dead_letters,
            unknown: r.unknown,
            requests: r.requests,
            rate_limited: r.rate_limited,
            retries: r.retries,
            drift: r.drift.into(),
            spent_us: r.spent_us.into(),
            seconds: r.seconds,
            rate: r.rate,
            progress: r.progress,
            remaining_seconds: r.remaining_seconds,
            failure: r.failure,
            waits_until: r.waits_until,
            stalled_since: r.stalled_since,
            held_back: r.held_back.map(HeldBackView::from),
            created_at: r.created_at,
            started_at: r.started_at,
            finished_at: r.finished_at,
        }
    }
}
