use axum::Json;
use axum::extract::State;
use entrepot_channels::ScheduleChange;
use entrepot_domain::schedule::{Rule, ScheduleKind, WhenBusy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ScheduleView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

/// As [`WhenBusy`], for the document
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Busy {
    /// It is left out
    Skip,
    /// It comes when that run has ended
    Queue,
}

/// What is absent stays
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ChangeSchedule {
    /// `every 15m`, or a cron line of five fields like `0 3 * * *`
    rule: Option<String>,
    /// Of the cron line, e.g. Europe/Berlin
    time_zone: Option<String>,
    /// Spread it over so many milliseconds
    #[schema(minimum = 0, maximum = 86_400_000)]
    jitter_ms: Option<i64>,
    /// While another run is under way
    when_busy: Option<Busy>,
    enabled: Option<bool>,
}

/// Change a schedule; it is due next by its rule, from now on
#[utoipa::path(patch, path = "/channels/{channel}/schedules/{kind}", tag = "schedules", security(("scope" = ["channels:write"])),
    params(("channel" = String, Path), ("kind" = String, Path, description = "full, delta, stock")),
    request_body = ChangeSchedule,
    responses((status = 200, body = ScheduleView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path((channel, kind)): Path<(String, String)>,
    JsonBody(wanted): JsonBody<ChangeSchedule>,
) -> Result<Json<ScheduleView>, Problem> {
    let kind = ScheduleKind::parse(&kind).ok_or_else(|| {
        Problem::not_found(format!("there is no kind of schedule {kind:?}; use full, delta or stock"))
    })?;
    let ChangeSchedule { rule, time_zone, jitter_ms, when_busy, enabled } = wanted;
    let when_busy = when_busy.map(|busy| match busy {
        Busy::Skip => WhenBusy::Skip,
        Busy::Queue => WhenBusy::Queue,
    });
    let rule = rule.map(|rule| rule.parse::<Rule>()).transpose().map_err(Problem::refused)?;
    let change = ScheduleChange { rule, time_zone, jitter_ms, when_busy, enabled };
    Ok(Json(app.cases.channels.set_schedule(&context.tenant, &channel, kind, change).await?.into()))
}
