use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use entrepot_accounts::{Door, SessionKind, SignIn};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TokensView;
use crate::AppState;
use crate::api::me::TenantOfMine;
use crate::clients::Trying;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInRequest {
    email: String,
    password: String,
    /// Of the authenticator, or a recovery code; of an account with a second factor
    code: Option<String>,
    /// Name or id; of somebody who belongs to several
    tenant: Option<String>,
    /// `browser`: a cookie is set and no tokens are shown; `api`: tokens, the default
    #[serde(default)]
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Browser,
    #[default]
    Api,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SignedInView {
    user: String,
    email: String,
    name: String,
    session: String,
    /// Null: choose one of `tenants` with `POST /auth/tenant`
    tenant: Option<String>,
    /// Those you belong to
    tenants: Vec<TenantOfMine>,
    /// Your roles of the host count with a second factor only: `POST /me/totp`
    second_factor_missing: bool,
    /// Null: a cookie was set
    tokens: Option<TokensView>,
}

/// Sign in
#[utoipa::path(post, path = "/auth/sign-in", tag = "auth", security(()), request_body = SignInRequest,
    responses((status = 200, body = SignedInView), (status = 401, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(client): Trying,
    headers: HeaderMap,
    JsonBody(given): JsonBody<SignInRequest>,
) -> Result<Response, Problem> {
    let before = app.cookie.of(&headers);
    let wanted = SignIn {
        email: &given.email,
        password: &given.password,
        code: given.code.as_deref(),
        tenant: given.tenant.as_deref(),
        kind: match given.kind {
            Kind::Browser => SessionKind::Browser,
            Kind::Api => SessionKind::Api,
        },
        replaces: before.as_deref().filter(|_| matches!(given.kind, Kind::Browser)),
    };
    let signed_in = app.cases.accounts.sign_in(wanted, &client).await?;
    let (cookie, tokens) = match signed_in.door {
        Door::Browser(token) => (app.cookie.set(token.expose()), None),
        Door::Api(tokens) => (None, Some(tokens.into())),
    };
    let view = SignedInView {
        user: signed_in.user.to_string(),
        email: signed_in.email,
        name: signed_in.name,
        session: signed_in.session.to_string(),
        tenant: signed_in.tenant.map(|tenant| tenant.to_string()),
        tenants: signed_in.tenants.into_iter().map(TenantOfMine::from).collect(),
        second_factor_missing: signed_in.second_factor_missing,
        tokens,
    };
    let cookie = cookie.map(|cookie| AppendHeaders([(header::SET_COOKIE, cookie)]));
    Ok((cookie, Json(view)).into_response())
}
