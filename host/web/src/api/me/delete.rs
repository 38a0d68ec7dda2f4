use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::OwnPassword;
use crate::AppState;
use crate::clients::Trying;
use crate::context::Signed;
use crate::extract::JsonBody;
use crate::problem::Problem;

/// Delete your account. A tenant's last owner has to hand it on before
#[utoipa::path(post, path = "/me/delete", tag = "me", security(("scope" = ["me"])), request_body = OwnPassword,
    responses((status = 204, description = "deleted"), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    Signed(_principal, person): Signed,
    JsonBody(given): JsonBody<OwnPassword>,
) -> Result<Response, Problem> {
    app.cases.accounts.delete_account(&person.user, &given.password).await?;
    let cookie = app.cookie.clear().map(|cookie| AppendHeaders([(header::SET_COOKIE, cookie)]));
    Ok((StatusCode::NO_CONTENT, cookie, ()).into_response())
}
