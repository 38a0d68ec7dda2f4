//! Signing in and out, and what comes before.

mod accept;
mod confirm_email;
mod confirm_reset;
mod refresh;
mod register;
mod reset;
mod sign_in;
mod sign_out;
mod tenant;
mod verify;

use entrepot_accounts::Tokens;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(register::handler))
        .routes(routes!(verify::handler))
        .routes(routes!(sign_in::handler))
        .routes(routes!(refresh::handler))
        .routes(routes!(sign_out::handler))
        .routes(routes!(tenant::handler))
        .routes(routes!(reset::handler))
        .routes(routes!(confirm_reset::handler))
        .routes(routes!(accept::handler))
        .routes(routes!(confirm_email::handler))
}

/// What a mail's link holds
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkToken {
    token: String,
}

/// Of a program
#[derive(Serialize, ToSchema)]
pub(crate) struct TokensView {
    /// `Authorization: Bearer …`
    access_token: String,
    /// Always `Bearer`
    token_type: &'static str,
    /// Seconds for which the access token counts
    expires_in: i64,
    /// Good once, for new tokens: `POST /auth/refresh`
    refresh_token: String,
    /// Seconds for which the refresh token counts
    refresh_expires_in: i64,
}

impl From<Tokens> for TokensView {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access,
            token_type: "Bearer",
            expires_in: tokens.access_seconds,
            refresh_token: tokens.refresh.expose().to_owned(),
            refresh_expires_in: tokens.refresh_seconds,
        }
    }
}
