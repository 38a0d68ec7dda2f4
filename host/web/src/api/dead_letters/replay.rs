use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use entrepot_sync::ReplayFilter;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replay {
    /// Id or name
    channel: String,
    /// Only these; empty: all
    #[serde(default)]
    ids: Vec<String>,
    /// Only with this reason
    code: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayedView {
    replayed: u64,
    /// In the catalogue now
    mended: u64,
    /// Failed again
    failed: u64,
}

/// Map dead letters again, from what was kept of them
#[utoipa::path(post, path = "/dead-letters/replay", tag = "dead letters", request_body = Replay,
    responses((status = 200, body = ReplayedView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    body: Result<Json<Replay>, JsonRejection>,
) -> Result<Json<ReplayedView>, Problem> {
    let Json(Replay { channel, ids, code }) = body.map_err(|rejection| Problem::bad_request(rejection.body_text()))?;
    let done = app.sync.replay(&app.tenant, &channel, &ReplayFilter { ids, code }).await?;
    Ok(Json(ReplayedView { replayed: done.replayed, mended: done.mended, failed: done.failed }))
}
