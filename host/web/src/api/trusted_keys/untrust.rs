use axum::extract::State;
use axum::http::StatusCode;

use crate::AppState;
use crate::context::Asker;
use crate::extract::Path;
use crate::problem::Problem;

/// Trust a key no longer; what it signed and was approved stays in use until it is revoked
#[utoipa::path(delete, path = "/trusted-keys/{key_id}", tag = "adapters", security(("scope" = ["adapters:write"])), params(("key_id" = String, Path)),
    responses((status = 204, description = "it is not trusted any more"), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(asker): Asker,
    Path(key_id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.cases.services.admission().untrust(&key_id, &asker.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
