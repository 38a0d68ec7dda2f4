use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;
use crate::context::Asker;
use crate::extract::Path;
use crate::problem::Problem;

/// Take an installed version away, with what was granted to it; refused while it is in use
#[utoipa::path(delete, path = "/adapters/{adapter}/versions/{version}", tag = "adapters", security(("scope" = ["adapters:write"])),
    params(("adapter" = String, Path), ("version" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path((adapter, version)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    app.cases.services.admission().remove(&adapter, &version, &principal.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
