use axum::Json;
use axum::extract::State;
use entrepot_domain::RunId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cancelled {
    /// False: it was over already
    cancelled: bool,
}

/// Stop a run at its next page
#[utoipa::path(post, path = "/runs/{run}/cancel", tag = "runs", security(("scope" = ["catalog:write"])), params(("run" = String, Path)),
    responses((status = 200, body = Cancelled), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(run): Path<String>,
) -> Result<Json<Cancelled>, Problem> {
    let cancelled = app.cases.imports.cancel_run(&context.tenant, &RunId::from(run)).await?;
    Ok(Json(Cancelled { cancelled }))
}
