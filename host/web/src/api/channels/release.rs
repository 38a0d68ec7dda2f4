use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleasedView {
    channel: String,
    /// false: it was in no quarantine
    released: bool,
}

/// End a channel's quarantine
#[utoipa::path(post, path = "/channels/{channel}/release", tag = "channels", security(("scope" = ["channels:write"])), params(("channel" = String, Path)),
    responses((status = 200, body = ReleasedView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<ReleasedView>, Problem> {
    let released = app.cases.deliveries.release_channel(&context.tenant, &channel, &context.actor).await?;
    Ok(Json(ReleasedView { channel, released }))
}
