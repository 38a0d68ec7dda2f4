use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_channels::NewChannel;
use entrepot_domain::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AccountView;
use crate::AppState;
use crate::context::Context;
use crate::extract::JsonBody;
use crate::problem::Problem;

// No Debug: it holds secrets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddChannel {
    adapter: String,
    name: String,
    /// By the adapter's settings schema
    #[serde(default)]
    settings: serde_json::Map<String, serde_json::Value>,
    /// Sealed before they are stored; never shown again
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    /// Save it even if the marketplace does not answer as it should
    #[serde(default)]
    untested: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddedChannel {
    id: String,
    name: String,
    account: Option<AccountView>,
}

/// Connect an account; the connection is tested before it is saved
#[utoipa::path(post, path = "/channels", tag = "channels", security(("scope" = ["channels:write"])), request_body = AddChannel,
    responses((status = 201, body = AddedChannel), (status = 409, body = Problem), (status = 422, body = Problem), (status = 502, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    JsonBody(body): JsonBody<AddChannel>,
) -> Result<(StatusCode, Json<AddedChannel>), Problem> {
    let AddChannel { adapter, name, settings, secrets, untested } = body;
    let secrets = secrets.into_iter().map(|(key, value)| (key, Secret::new(value))).collect();
    let new = NewChannel { adapter, name: name.clone(), settings, secrets, untested };
    let (id, account) = app.cases.channels.add_channel(&context.tenant, new).await?;
    Ok((StatusCode::CREATED, Json(AddedChannel { id: id.to_string(), name, account: account.map(AccountView::from) })))
}
