use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::clients::Trying;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmReset {
    /// What the mail's link holds
    token: String,
    /// 10 to 1,024 bytes
    password: String,
}

/// Choose a new password. Every session of the account ends
#[utoipa::path(post, path = "/auth/reset/confirm", tag = "auth", security(()), request_body = ConfirmReset,
    responses((status = 204, description = "sign in with the new password"), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    JsonBody(given): JsonBody<ConfirmReset>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.finish_reset(&given.token, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
