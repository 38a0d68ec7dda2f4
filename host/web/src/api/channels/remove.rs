use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Take a channel out of use and forget its secrets
#[utoipa::path(delete, path = "/channels/{channel}", tag = "channels", security(("scope" = ["channels:write"])), params(("channel" = String, Path)),
    responses((status = 204, description = "removed"), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<StatusCode, Problem> {
    app.cases.subscriptions.remove_channel(&context.tenant, &channel).await?;
    Ok(StatusCode::NO_CONTENT)
}
