use axum::Json;
use axum::extract::State;

use super::TrustedKeyView;
use crate::AppState;
use crate::problem::Problem;

/// Publishers' keys that are trusted
#[utoipa::path(get, path = "/trusted-keys", tag = "adapters", security(("scope" = ["adapters:read"])),
    responses((status = 200, body = Vec<TrustedKeyView>), (status = 409, body = Problem)))]
pub(crate) async fn handler(State(app): State<AppState>) -> Result<Json<Vec<TrustedKeyView>>, Problem> {
    let keys = app.cases.services.admission().trusted_keys().await?;
    Ok(Json(keys.into_iter().map(TrustedKeyView::from).collect()))
}
