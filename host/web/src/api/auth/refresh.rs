use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::TokensView;
use crate::AppState;
use crate::clients::Trying;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    refresh_token: String,
}

/// New tokens for a refresh token, which counts no more. One that comes a second time ends its session; for ten seconds, while nobody has
/// gone on from the first answer, it gets the same one
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", security(()), request_body = Refresh,
    responses((status = 200, body = TokensView), (status = 401, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Trying(_client): Trying,
    JsonBody(given): JsonBody<Refresh>,
) -> Result<Json<TokensView>, Problem> {
    Ok(Json(app.cases.accounts.refresh(&given.refresh_token).await?.into()))
}
