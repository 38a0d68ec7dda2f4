use axum::Json;
use axum::extract::State;

use super::TenantView;
use crate::AppState;
use crate::extract::Path;
use crate::problem::Problem;

/// One tenant, by name or id
#[utoipa::path(get, path = "/tenants/{tenant}", tag = "tenants", security(("scope" = ["tenants:read"])),
    params(("tenant" = String, Path)), responses((status = 200, body = TenantView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(tenant): Path<String>,
) -> Result<Json<TenantView>, Problem> {
    Ok(Json(app.cases.accounts.tenant(&tenant).await?.into()))
}
