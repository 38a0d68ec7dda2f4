use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::TrustedKeyView;
use crate::AppState;
use crate::context::Asker;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustKey {
    /// A publisher's key (entrepot-ed25519:PUBLISHER:…), or a rotation statement of one that is trusted (entrepot-rotation:…)
    key: String,
}

/// Let in what a publisher signs from now on
#[utoipa::path(post, path = "/trusted-keys", tag = "adapters", security(("scope" = ["adapters:write"])), request_body = TrustKey,
    responses((status = 201, body = TrustedKeyView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Asker(asker): Asker,
    JsonBody(body): JsonBody<TrustKey>,
) -> Result<(StatusCode, Json<TrustedKeyView>), Problem> {
    let trusted = app.cases.services.admission().trust(&body.key, &asker.actor).await?;
    Ok((StatusCode::CREATED, Json(trusted.into())))
}
