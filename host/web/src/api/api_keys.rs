//! Keys for programs.

mod create;
mod list;
mod revoke;

use entrepot_store::people::api_keys::ApiKeyRow;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::handler, create::handler)).routes(routes!(revoke::handler))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ApiKeyView {
    id: String,
    name: String,
    /// The key begins with `ent_` and this
    prefix: String,
    scopes: Vec<String>,
    made_by: String,
    created_at: i64,
    /// To some minutes; null: never
    last_used_at: Option<i64>,
    /// Null: it counts until it is revoked
    expires_at: Option<i64>,
    /// Null: it is in use
    revoked_at: Option<i64>,
}

impl From<ApiKeyRow> for ApiKeyView {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            prefix: row.prefix,
            scopes: row.scopes.0,
            made_by: row.made_by_name,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}
