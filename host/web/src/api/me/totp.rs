use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::OwnPassword;
use crate::AppState;
use crate::clients::Trying;
use crate::context::Signed;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Serialize, ToSchema)]
pub(crate) struct NewTotp {
    /// Base32, to be typed into an authenticator
    secret: String,
    /// `otpauth://…`, to be shown as a QR code
    url: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpCode {
    /// What the authenticator shows
    code: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each signs in once, in the place of a code; they are shown this once
    recovery_codes: Vec<String>,
}

/// Begin to set up a second factor (RFC 6238)
#[utoipa::path(post, path = "/me/totp", tag = "me", security(("scope" = ["me"])), request_body = OwnPassword,
    responses((status = 200, body = NewTotp)))]
pub(crate) async fn begin(
    State(app): State<AppState>,
    Trying(_client): Trying,
    Signed(_principal, person): Signed,
    JsonBody(given): JsonBody<OwnPassword>,
) -> Result<Json<NewTotp>, Problem> {
    let new = app.cases.accounts.begin_second_factor(&person.user, &given.password).await?;
    Ok(Json(NewTotp { secret: new.secret.expose().to_owned(), url: new.url.expose().to_owned() }))
}

/// Show a code of it; from now on sign-ins need one. Your other sessions end
#[utoipa::path(post, path = "/me/totp/confirm", tag = "me", security(("scope" = ["me"])), request_body = TotpCode,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn confirm(
    State(app): State<AppState>,
    Trying(_client): Trying,
    Signed(_principal, person): Signed,
    JsonBody(given): JsonBody<TotpCode>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let accounts = &app.cases.accounts;
    let codes = accounts.confirm_second_factor(&person.user, person.session.as_str(), &given.code).await?;
    let recovery_codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Give up the second factor
#[utoipa::path(post, path = "/me/totp/remove", tag = "me", security(("scope" = ["me"])), request_body = OwnPassword,
    responses((status = 204, description = "sign-ins need the password alone")))]
pub(crate) async fn remove(
    State(app): State<AppState>,
    Trying(_client): Trying,
    Signed(_principal, person): Signed,
    JsonBody(given): JsonBody<OwnPassword>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.remove_second_factor(&person.user, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
