use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::BegunConnection;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Have a seller's browser connect a channel anew: its tokens or keys are replaced, everything else stays
#[utoipa::path(post, path = "/channels/{channel}/reconnect", tag = "connections", security(("scope" = ["channels:write"])), params(("channel" = String, Path)),
    responses((status = 201, body = BegunConnection), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<(StatusCode, Json<BegunConnection>), Problem> {
    let begun = app.cases.connections.begin_reconnection(&context.tenant, &channel, &app.public_url).await?;
    Ok((StatusCode::CREATED, Json(begun.into())))
}
