use axum::Json;
use axum::extract::State;

use super::TenantView;
use crate::AppState;
use crate::problem::Problem;

/// The tenants of this host, by name
#[utoipa::path(get, path = "/tenants", tag = "tenants", security(("scope" = ["tenants:read"])),
    responses((status = 200, body = Vec<TenantView>)))]
pub(crate) async fn handler(State(app): State<AppState>) -> Result<Json<Vec<TenantView>>, Problem> {
    Ok(Json(app.cases.accounts.tenants().await?.into_iter().map(TenantView::from).collect()))
}
