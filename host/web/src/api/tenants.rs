//! Tenants, as operators look after them.

mod add;
mod change;
mod get;
mod list;
mod remove;

use entrepot_store::people::tenants::TenantRow;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::handler, add::handler)).routes(routes!(
        get::handler,
        change::handler,
        remove::handler
    ))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TenantView {
    id: String,
    name: String,
    created_at: i64,
}

impl From<TenantRow> for TenantView {
    fn from(row: TenantRow) -> Self {
        Self { id: row.id, name: row.name, created_at: row.created_at }
    }
}
