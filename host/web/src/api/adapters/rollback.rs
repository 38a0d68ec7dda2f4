use axum::Json;
use axum::extract::State;

use super::approve::ApprovedView;
use crate::AppState;
use crate::extract::Path;
use crate::problem::Problem;

/// End what is tried on some channels, or go back to the grant and version before the one in use
#[utoipa::path(post, path = "/adapters/{adapter}/rollback", tag = "adapters", params(("adapter" = String, Path)),
    responses((status = 200, body = ApprovedView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
) -> Result<Json<ApprovedView>, Problem> {
    let grant = app.sync.admission().rollback(&adapter, "api").await?;
    Ok(Json(ApprovedView::of(&app, grant.into()).await?))
}
