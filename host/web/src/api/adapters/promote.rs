use axum::Json;
use axum::extract::State;

use super::approve::ApprovedView;
use crate::AppState;
use crate::context::Asker;
use crate::extract::Path;
use crate::problem::Problem;

/// Put the version that is tried on some channels in use for all
#[utoipa::path(post, path = "/adapters/{adapter}/promote", tag = "adapters", security(("scope" = ["adapters:write"])), params(("adapter" = String, Path)),
    responses((status = 200, body = ApprovedView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(adapter): Path<String>,
) -> Result<Json<ApprovedView>, Problem> {
    let grant = app.cases.services.admission().promote(&adapter, &principal.actor).await?;
    Ok(Json(ApprovedView::of(&app, &principal, grant.into()).await?))
}
