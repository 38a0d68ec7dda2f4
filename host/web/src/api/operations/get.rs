use axum::Json;
use axum::extract::State;

use super::OperationView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// One operation, with how far it is and what came of it
#[utoipa::path(get, path = "/operations/{operation}", tag = "operations", security(("scope" = ["catalog:read"])), params(("operation" = String, Path)),
    responses((status = 200, body = OperationView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(operation): Path<String>,
) -> Result<Json<OperationView>, Problem> {
    Ok(Json(app.cases.operations.operation(&context.tenant, &operation).await?.into()))
}
