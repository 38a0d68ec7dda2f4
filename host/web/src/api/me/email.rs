use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::clients::Trying;
use crate::context::Signed;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeEmail {
    /// The new one
    email: String,
    password: String,
}

/// Change your e-mail address: it counts once a mail to it was answered (`POST /auth/confirm-email`)
#[utoipa::path(post, path = "/me/email", tag = "me", security(("scope" = ["me"])), request_body = ChangeEmail,
    responses((status = 202, description = "a mail is on its way to the new address")))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    Signed(_principal, person): Signed,
    JsonBody(given): JsonBody<ChangeEmail>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.begin_email_change(&person.user, &given.password, &given.email).await?;
    Ok(StatusCode::ACCEPTED)
}
