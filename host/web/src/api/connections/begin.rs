use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_channels::NewConnection;
use entrepot_domain::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::BegunConnection;
use crate::AppState;
use crate::context::Context;
use crate::extract::JsonBody;
use crate::problem::Problem;

// No Debug: it holds secrets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginConnection {
    adapter: String,
    /// Of the channel that will be
    name: String,
    /// By the adapter's settings schema
    #[serde(default)]
    settings: serde_json::Map<String, serde_json::Value>,
    /// Those of the client, without what comes by connecting. Sealed before they are stored; never shown again
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

/// Have a seller's browser connect an account (OAuth 2, or keys that the shop posts); it is tested before it is saved
#[utoipa::path(post, path = "/connections", tag = "connections", security(("scope" = ["channels:write"])), request_body = BeginConnection,
    responses((status = 201, body = BegunConnection), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    JsonBody(body): JsonBody<BeginConnection>,
) -> Result<(StatusCode, Json<BegunConnection>), Problem> {
    let BeginConnection { adapter, name, settings, secrets } = body;
    let secrets = secrets.into_iter().map(|(key, value)| (key, Secret::new(value))).collect();
    let new = NewConnection { adapter, name, settings, secrets };
    let begun = app.cases.connections.begin_connection(&context.tenant, new, &app.public_url).await?;
    Ok((StatusCode::CREATED, Json(begun.into())))
}
