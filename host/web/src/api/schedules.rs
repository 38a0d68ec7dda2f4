//! When imports of a channel begin by themselves.

mod change;
mod list;

use entrepot_store::schedules::ScheduleRow;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::handler)).routes(routes!(change::handler))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleView {
    channel: String,
    /// full, delta, stock
    kind: String,
    /// `every 15m`, or a cron line of five fields
    rule: String,
    /// Of the cron line, by name
    time_zone: String,
    /// Up to so much later, spread evenly
    jitter_ms: i64,
    /// While another run is under way: skip, or queue
    when_busy: String,
    enabled: bool,
    /// When it is due; null: it is switched off
    next_at: Option<i64>,
    /// When it was due the last time; null: never yet
    last_at: Option<i64>,
    /// The run it began then
    last_run: Option<String>,
    /// Why it began none, if so
    note: Option<String>,
}

impl From<ScheduleRow> for ScheduleView {
    fn from(row: ScheduleRow) -> Self {
        Self {
            channel: row.channel_id,
            kind: row.kind,
            rule: row.rule,
            time_zone: row.time_zone,
            jitter_ms: row.jitter_ms,
            when_busy: row.when_busy,
            enabled: row.enabled == 1,
            next_at: (row.enabled == 1).then_some(row.next_at),
            last_at: row.last_at,
            last_run: row.last_run,
            note: row.note,
        }
    }
}
