use axum::Json;
use axum::extract::State;

use super::AdapterView;
use crate::AppState;
use crate::problem::Problem;

/// Installed adapters
#[utoipa::path(get, path = "/adapters", tag = "adapters", security(("scope" = ["adapters:read"])), responses((status = 200, body = Vec<AdapterView>)))]
pub(crate) async fn handler(State(app): State<AppState>) -> Result<Json<Vec<AdapterView>>, Problem> {
    let rows = app.cases.services.admission().adapters().await?;
    Ok(Json(rows.into_iter().map(AdapterView::from).collect()))
}
