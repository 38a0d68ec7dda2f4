use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EndedSubscriptions {
    channel: String,
    /// How many there were
    ended: usize,
}

/// Ask the marketplace to stop delivering here
#[utoipa::path(post, path = "/channels/{channel}/unsubscribe", tag = "deliveries", security(("scope" = ["channels:write"])), params(("channel" = String, Path)),
    responses((status = 200, body = EndedSubscriptions), (status = 404, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<EndedSubscriptions>, Problem> {
    let ended = app.cases.subscriptions.unsubscribe(&context.tenant, &channel, &app.public_url).await?;
    Ok(Json(EndedSubscriptions { channel, ended }))
}
