use axum::extract::State;
use axum::http::StatusCode;
use entrepot_domain::TenantId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignPlan {
    plan: String,
}

/// Give a tenant a plan
#[utoipa::path(put, path = "/tenants/{tenant}/plan", tag = "plans", security(("scope" = ["tenants:write"])), params(("tenant" = String, Path)), request_body = AssignPlan,
    responses((status = 204, description = "the tenant has it"), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(tenant): Path<String>,
    JsonBody(body): JsonBody<AssignPlan>,
) -> Result<StatusCode, Problem> {
    app.cases.plans.assign(&TenantId::from(tenant), &body.plan).await?;
    Ok(StatusCode::NO_CONTENT)
}
