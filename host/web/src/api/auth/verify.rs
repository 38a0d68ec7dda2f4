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
pub(crate) struct Verify {
    /// What the mail's link holds
    token: String,
    /// The one that was chosen with the account: a link alone opens no account that somebody else asked for
    password: String,
}

/// Prove the address of a new account
#[utoipa::path(post, path = "/auth/verify", tag = "auth", security(()), request_body = Verify,
    responses((status = 204, description = "the account can be signed in to"), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    JsonBody(given): JsonBody<Verify>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.verify(&given.token, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
