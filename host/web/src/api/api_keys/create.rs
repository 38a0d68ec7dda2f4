use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_accounts::NewKey;
use entrepot_domain::account::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiKeyView;
use crate::AppState;
use crate::context::{Context, Signed};
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateApiKey {
    name: String,
    /// Such as `catalog:read`; none that you do not have
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// Absent: it counts until it is revoked
    expires_in_days: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedApiKey {
    /// Whole: it is shown this once. Null where this answer is given again (`Idempotent-Replayed`): if it got lost, revoke the key and make
    /// another
    key: Option<String>,
    #[serde(flatten)]
    of: ApiKeyView,
}

/// Make a key for a program. It can do no more than you can, now or later
#[utoipa::path(post, path = "/api-keys", tag = "api keys", security(("scope" = ["members:write"])), request_body = CreateApiKey,
    responses((status = 201, body = CreatedApiKey), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Signed(principal, _person): Signed,
    JsonBody(given): JsonBody<CreateApiKey>,
) -> Result<(StatusCode, Json<CreatedApiKey>), Problem> {
    let new = NewKey {
        name: &given.name,
        scopes: &given.scopes,
        expires_in_days: given.expires_in_days,
        maker: Some(&principal),
        by: &context.actor,
    };
    let shown = app.cases.accounts.make_api_key(&context.tenant, new).await?;
    let created = CreatedApiKey { key: Some(shown.key.expose().to_owned()), of: shown.row.into() };
    Ok((StatusCode::CREATED, Json(created)))
}
