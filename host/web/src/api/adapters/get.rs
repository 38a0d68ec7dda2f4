use axum::Json;
use axum::extract::{Path, State};

use super::AdapterView;
use crate::AppState;
use crate::problem::Problem;

/// What an adapter is and asks for
#[utoipa::path(get, path = "/adapters/{adapter}", tag = "adapters", params(("adapter" = String, Path)),
    responses((status = 200, body = AdapterView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
) -> Result<Json<AdapterView>, Problem> {
    let row = app.sync.db().adapter(&adapter).await?;
    row.map(|row| Json(row.into())).ok_or_else(|| Problem::not_found(format!("there is no adapter {adapter:?}")))
}
