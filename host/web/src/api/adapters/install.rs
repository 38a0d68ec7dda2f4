use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Asker;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InstalledView {
    adapter: String,
    version: String,
    digest: String,
    already_installed: bool,
}

/// Install an artifact; it waits for approval
#[utoipa::path(post, path = "/adapters", tag = "adapters", security(("scope" = ["adapters:write"])),
    request_body(content = Vec<u8>, content_type = "application/wasm", description = "the component with its embedded manifest"),
    responses((status = 201, body = InstalledView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(principal): Asker,
    body: Bytes,
) -> Result<(StatusCode, Json<InstalledView>), Problem> {
    let installed = app.cases.services.admission().install(body, &principal.actor).await?;
    let view = InstalledView {
        adapter: installed.adapter_id,
        version: installed.version,
        digest: installed.digest,
        already_installed: installed.already,
    };
    Ok((StatusCode::CREATED, Json(view)))
}
