use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovedView {
    adapter: String,
    version: String,
    digest: String,
}

/// Grant an adapter what it asks for
#[utoipa::path(post, path = "/adapters/{adapter}/approve", tag = "adapters", params(("adapter" = String, Path)),
    responses((status = 200, body = ApprovedView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
) -> Result<Json<ApprovedView>, Problem> {
    let grant = app.sync.admission().approve(&adapter, "api").await?;
    Ok(Json(ApprovedView { adapter, version: grant.version, digest: grant.digest }))
}
