use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Signed;
use crate::extract::JsonOrNothing;
use crate::problem::Problem;

/// All of it may be left out
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignOut {
    /// On every device, and not on this one alone
    #[serde(default)]
    all: bool,
}

/// Sign out: here, or everywhere
#[utoipa::path(post, path = "/auth/sign-out", tag = "auth", security(("scope" = ["me"])), request_body = Option<SignOut>,
    responses((status = 204, description = "signed out; tokens and cookie count no more")))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Signed(_principal, person): Signed,
    JsonOrNothing(given): JsonOrNothing<SignOut>,
) -> Result<Response, Problem> {
    let accounts = &app.cases.accounts;
    if given.unwrap_or_default().all {
        accounts.end_sessions(&person.user, None).await?;
    } else {
        accounts.end_session(&person.user, person.session.as_str()).await?;
    }
    let cookie = app.cookie.clear().map(|cookie| AppendHeaders([(header::SET_COOKIE, cookie)]));
    Ok((StatusCode::NO_CONTENT, cookie, ()).into_response())
}
