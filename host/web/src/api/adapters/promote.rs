use axum::Json;
use axum::extract::State;

use super::approve::ApprovedView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// Put the version that is tried on some channels in use for all
#[utoipa::path(post, path = "/adapters/{adapter}/promote", tag = "adapters", params(("adapter" = String, Path)),
    responses((status = 200, body = ApprovedView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(adapter): Path<String>,
) -> Result<Json<ApprovedView>, Problem> {
    let grant = app.cases.services.admission().promote(&adapter, &context.actor).await?;
    Ok(Json(ApprovedView::of(&app, &context.tenant, grant.into()).await?))
}
