use axum::Json;
use axum::extract::State;
use entrepot_store::Lenient;
use serde::Serialize;
use utoipa::ToSchema;

use super::{AdapterView, TermsView, Version};
use crate::AppState;
use crate::extract::{Path, Query};
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdapterDetail {
    #[serde(flatten)]
    adapter: AdapterView,
    /// The version in use for most channels; null: none
    in_use: Option<String>,
    /// The version that is tried on some channels
    canary: Option<String>,
    /// Limits, pace and end of what is in use, the grant for most channels first
    granted: Vec<TermsView>,
    /// Whether the key that signed it is trusted now; null: it is unsigned
    signer_trusted: Option<bool>,
}

/// What an adapter is and asks for, and what is granted
#[utoipa::path(get, path = "/adapters/{adapter}", tag = "adapters", security(("scope" = ["adapters:read"])), params(("adapter" = String, Path), Version),
    responses((status = 200, body = AdapterDetail), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
    Query(Version { version }): Query<Version>,
) -> Result<Json<AdapterDetail>, Problem> {
    let admission = app.cases.services.admission();
    let shown = admission.installed(&adapter, version.as_deref()).await?;
    let manifest = admission.manifest(&shown).await?;
    let mut listed = admission.adapters().await?.into_iter();
    let found = listed.find(|listed| listed.row.adapter_id == adapter && listed.row.version == shown.version);
    let mut found = found.ok_or_else(|| Problem::not_found(format!("there is no adapter {adapter:?}")))?;
    found.row.manifest = Lenient(serde_json::to_value(manifest).unwrap_or_default());
    let signer_trusted = match &found.row.signer {
        Some(key) => Some(admission.trusts(key).await?),
        None => None,
    };
    let (in_use, canary) = admission.versions_in_use(&adapter).await?;
    let granted = admission.terms_in_force(&adapter).await?.into_iter().map(TermsView::from).collect();
    Ok(Json(AdapterDetail { adapter: found.into(), in_use, canary, granted, signer_trusted }))
}
