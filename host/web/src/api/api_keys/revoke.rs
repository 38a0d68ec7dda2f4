use axum::Json;
use axum::extract::State;

use super::ApiKeyView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Revoke a key, named by id or prefix: it opens nothing from now on
#[utoipa::path(delete, path = "/api-keys/{key}", tag = "api keys", security(("scope" = ["members:write"])),
    params(("key" = String, Path)), responses((status = 200, body = ApiKeyView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(key): Path<String>,
) -> Result<Json<ApiKeyView>, Problem> {
    Ok(Json(app.cases.accounts.revoke_api_key(&context.tenant, &key, &context.actor).await?.into()))
}
