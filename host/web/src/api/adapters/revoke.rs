use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;
use crate::context::Asker;
use crate::extract::Path;
use crate::problem::Problem;

/// Take an adapter out of use
#[utoipa::path(post, path = "/adapters/{adapter}/revoke", tag = "adapters", security(("scope" = ["adapters:write"])), params(("adapter" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    Path(adapter): Path<String>,
) -> Result<StatusCode, Problem> {
    app.cases.services.admission().revoke(&adapter, &principal.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
