use axum::Json;
use axum::extract::State;
use entrepot_catalog::RunReport;
use entrepot_domain::RunId;

use super::RunView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// One run with its progress
#[utoipa::path(get, path = "/runs/{run}", tag = "runs", security(("scope" = ["catalog:read"])), params(("run" = String, Path)),
    responses((status = 200, body = RunView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(run): Path<String>,
) -> Result<Json<RunView>, Problem> {
    let row = app.cases.services.db().tenant(&context.tenant).run(&RunId::from(run.as_str())).await?;
    let row = row.ok_or_else(|| Problem::not_found(format!("there is no run {run:?}")))?;
    Ok(Json(RunReport::new(&row, app.cases.services.db().clock().now()).into()))
}
