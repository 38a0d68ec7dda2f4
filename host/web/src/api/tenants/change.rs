use axum::Json;
use axum::extract::State;
use entrepot_accounts::TenantChange;
use serde::Deserialize;
use utoipa::ToSchema;

use super::TenantView;
use crate::AppState;
use crate::context::Asker;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

/// What is absent stays
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeTenant {
    name: Option<String>,
}

/// Change a tenant, named by name or id
#[utoipa::path(patch, path = "/tenants/{tenant}", tag = "tenants", security(("scope" = ["tenants:write"])),
    params(("tenant" = String, Path)), request_body = ChangeTenant,
    responses((status = 200, body = TenantView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(tenant): Path<String>,
    JsonBody(given): JsonBody<ChangeTenant>,
) -> Result<Json<TenantView>, Problem> {
    let change = TenantChange { name: given.name };
    Ok(Json(app.cases.accounts.change_tenant(&tenant, &change, &principal.actor).await?.into()))
}
