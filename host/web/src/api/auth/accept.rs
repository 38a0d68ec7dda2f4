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
pub(crate) struct AcceptInvitation {
    /// What the mail's link holds
    token: String,
    /// Of somebody who had no account: what others know you by
    name: Option<String>,
    /// The same: 10 to 1,024 bytes
    password: Option<String>,
}

/// Accept an invitation to a tenant
#[utoipa::path(post, path = "/auth/accept", tag = "auth", security(()), request_body = AcceptInvitation,
    responses((status = 204, description = "sign in to work for the tenant"), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    JsonBody(given): JsonBody<AcceptInvitation>,
) -> Result<StatusCode, Problem> {
    let (name, password) = (given.name.as_deref(), given.password.as_deref());
    app.cases.accounts.accept_invitation(&given.token, name, password).await?;
    Ok(StatusCode::NO_CONTENT)
}
