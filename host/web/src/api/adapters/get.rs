use axum::Json;
use axum::extract::State;

use entrepot_store::Lenient;

use super::AdapterView;
use crate::AppState;
use crate::extract::Path;
use crate::problem::Problem;

/// What an adapter is and asks for
#[utoipa::path(get, path = "/adapters/{adapter}", tag = "adapters", params(("adapter" = String, Path)),
    responses((status = 200, body = AdapterView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Path(adapter): Path<String>,
) -> Result<Json<AdapterView>, Problem> {
    let admission = app.sync.admission();
    let latest = admission.latest(&adapter).await?;
    let manifest = admission.manifest(&latest).await?;
    let listed = admission.adapters().await?.into_iter();
    let mut listed = listed
        .filter(|listed| listed.row.adapter_id == adapter && listed.row.version == latest.version)
        .collect::<Vec<_>>();
    let mut found = listed.pop().ok_or_else(|| Problem::not_found(format!("there is no adapter {adapter:?}")))?;
    found.row.manifest = Lenient(serde_json::to_value(manifest).unwrap_or_default());
    Ok(Json(found.into()))
}
