use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Version;
use crate::AppState;
use crate::extract::{Path, Query};
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReviewView {
    adapter: String,
    /// The version it is about
    version: String,
    /// The version in use; null: none
    in_use: Option<String>,
    /// What approving would allow in addition, in words
    wider: Vec<String>,
    /// What it would no longer allow, in words
    narrower: Vec<String>,
    /// What it asks for beyond the ceilings of this host, and what it would get instead, in words
    cut: Vec<String>,
    /// What the component says it was made with
    toolchain: Vec<String>,
}

/// What approving the version installed last, or another one, would change
#[utoipa::path(get, path = "/adapters/{adapter}/review", tag = "adapters", security(("scope" = ["adapters:read"])), params(("adapter" = String, Path), Version),
    responses((status = 200, body = ReviewView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
    Query(Version { version }): Query<Version>,
) -> Result<Json<ReviewView>, Problem> {
    let admission = app.cases.services.admission();
    let row = admission.installed(&adapter, version.as_deref()).await?;
    let review = admission.review_of(&row).await?;
    Ok(Json(ReviewView {
        adapter: review.adapter,
        version: review.version,
        in_use: review.in_use,
        wider: review.difference.wider,
        narrower: review.difference.narrower,
        cut: review.cut,
        toolchain: admission.toolchain(&row).await?,
    }))
}
