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
pub(crate) struct Reset {
    email: String,
}

/// Ask for a new password; a mail says how to go on. The answer is the same whether there is an account of that address or not
#[utoipa::path(post, path = "/auth/reset", tag = "auth", security(()), request_body = Reset,
    responses((status = 202, description = "if there is such an account, a mail is on its way"), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    JsonBody(given): JsonBody<Reset>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.begin_reset(&given.email).await?;
    Ok(StatusCode::ACCEPTED)
}
