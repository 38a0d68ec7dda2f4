use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;
use crate::context::Asker;
use crate::extract::Path;
use crate::problem::Problem;

/// Take a tenant out of use. Its channels have to be removed before; its catalogue stays in the database
#[utoipa::path(delete, path = "/tenants/{tenant}", tag = "tenants", security(("scope" = ["tenants:write"])),
    params(("tenant" = String, Path)),
    responses((status = 204, description = "out of use"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(tenant): Path<String>,
) -> Result<StatusCode, Problem> {
    app.cases.accounts.remove_tenant(&tenant, &principal.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
