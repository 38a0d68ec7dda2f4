use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::TenantView;
use crate::AppState;
use crate::context::Asker;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddTenant {
    name: String,
}

/// Make a tenant
#[utoipa::path(post, path = "/tenants", tag = "tenants", security(("scope" = ["tenants:write"])), request_body = AddTenant,
    responses((status = 201, body = TenantView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    JsonBody(given): JsonBody<AddTenant>,
) -> Result<(StatusCode, Json<TenantView>), Problem> {
    let row = app.cases.accounts.add_tenant(&given.name, &principal.actor).await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}
