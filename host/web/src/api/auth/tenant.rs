use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Signed;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SwitchTenant {
    /// Name or id
    tenant: String,
    /// Of an operator who is no member of it: why they enter. It is written into the audit log
    reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SwitchedTenant {
    tenant: String,
}

/// Choose the tenant that this session is for
#[utoipa::path(post, path = "/auth/tenant", tag = "auth", security(("scope" = ["me"])), request_body = SwitchTenant,
    responses((status = 200, body = SwitchedTenant), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Signed(principal, person): Signed,
    JsonBody(given): JsonBody<SwitchTenant>,
) -> Result<Json<SwitchedTenant>, Problem> {
    let (tenant, reason) = (&given.tenant, given.reason.as_deref());
    let tenant = app.cases.accounts.switch_tenant(&principal, &person, tenant, reason).await?;
    Ok(Json(SwitchedTenant { tenant: tenant.to_string() }))
}
