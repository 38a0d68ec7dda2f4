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
pub(crate) struct ChangePassword {
    password: String,
    /// 10 to 1,024 bytes
    new_password: String,
}

/// Change your password. Your other sessions end
#[utoipa::path(post, path = "/me/password", tag = "me", security(("scope" = ["me"])), request_body = ChangePassword,
    responses((status = 204, description = "changed")))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    Signed(_principal, person): Signed,
    JsonBody(given): JsonBody<ChangePassword>,
) -> Result<StatusCode, Problem> {
    let ChangePassword { password, new_password } = given;
    app.cases.accounts.change_password(&person.user, &person.session, &password, &new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}
