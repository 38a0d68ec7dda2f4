use axum::Json;
use axum::extract::{Path, State};
use entrepot_domain::grants::Approval;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovedView {
    adapter: String,
    version: String,
    digest: String,
    /// What is granted: rules, credentials, limits, expiry
    grant: serde_json::Value,
    /// Items that other versions failed on: `POST /dead-letters/replay` with `adapter` and `without_fetching` maps them again
    mappable: i64,
}

impl ApprovedView {
    pub(crate) async fn of(app: &AppState, grant: entrepot_domain::grants::Grant) -> Result<Self, Problem> {
        let mappable = app.sync.mappable(&app.tenant, &grant.adapter_id).await?;
        let document = serde_json::to_value(&grant).unwrap_or_default();
        Ok(Self { adapter: grant.adapter_id, version: grant.version, digest: grant.digest, grant: document, mappable })
    }
}

/// Grant an adapter what it asks for, or less
///
/// The body may take away: `without_rules`, `without_operations`, `without_credentials` (names), `limits` as in a manifest,
/// `requests_per_second`, `expires_at` (milliseconds), `report_only`. Beside them: `version` (another than the one installed last),
/// `share` (percent of the channels it is tried on first), `accept_narrower` (later versions that ask for nothing more come into use by
/// themselves).
#[utoipa::path(post, path = "/adapters/{adapter}/approve", tag = "adapters", params(("adapter" = String, Path)),
    request_body(content = Option<serde_json::Value>, content_type = "application/json"),
    responses((status = 200, body = ApprovedView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
    body: axum::body::Bytes,
) -> Result<Json<ApprovedView>, Problem> {
    let approval = if body.is_empty() {
        Approval::default()
    } else {
        let read = serde_json::from_slice(&body).and_then(Approval::from_json);
        read.map_err(|error| Problem::refused(format!("the body is not right: {error}")))?
    };
    let grant = app.sync.admission().approve(&adapter, approval, "api").await?;
    Ok(Json(ApprovedView::of(&app, grant).await?))
}
