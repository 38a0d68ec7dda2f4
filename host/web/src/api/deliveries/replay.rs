use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_store::deliveries::WhichDeliveries;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReplayDeliveries {
    /// Only these
    ids: Vec<String>,
    /// All that are kept; false and no ids: those that are dead
    all: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplayedDeliveries {
    /// They are worked on as soon as a worker is free
    replayed: u64,
}

/// Work on kept webhook deliveries once more
#[utoipa::path(post, path = "/channels/{channel}/deliveries/replay", tag = "deliveries", security(("scope" = ["catalog:write"])),
    params(("channel" = String, Path)), request_body = ReplayDeliveries,
    responses((status = 202, body = ReplayedDeliveries), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonBody(ReplayDeliveries { ids, all }): JsonBody<ReplayDeliveries>,
) -> Result<(StatusCode, Json<ReplayedDeliveries>), Problem> {
    let which = match (all, ids.is_empty()) {
        (true, true) => WhichDeliveries::All,
        (true, false) => return Err(Problem::bad_request("give either ids or all")),
        (false, true) => WhichDeliveries::Dead,
        (false, false) => WhichDeliveries::These(ids),
    };
    let replayed = app.cases.deliveries.replay_deliveries(&context.tenant, &channel, &which).await?;
    Ok((StatusCode::ACCEPTED, Json(ReplayedDeliveries { replayed })))
}
