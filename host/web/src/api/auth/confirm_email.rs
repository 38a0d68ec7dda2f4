use axum::extract::State;
use axum::http::StatusCode;

use super::LinkToken;
use crate::AppState;
use crate::clients::Trying;
use crate::extract::JsonBody;
use crate::problem::Problem;

/// Prove a new address of one's account
#[utoipa::path(post, path = "/auth/confirm-email", tag = "auth", security(()), request_body = LinkToken,
    responses((status = 204, description = "sign in with the new address from now on"), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    JsonBody(given): JsonBody<LinkToken>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.finish_email_change(&given.token).await?;
    Ok(StatusCode::NO_CONTENT)
}
