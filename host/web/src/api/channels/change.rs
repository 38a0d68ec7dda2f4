use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use entrepot_domain::{ChannelId, Secret};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ChannelView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

// No Debug: it holds secrets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeChannel {
    /// Those that are to be others; an empty value stands for none
    #[serde(default)]
    settings: serde_json::Map<String, serde_json::Value>,
    /// Those that are to be others; an empty one that is not required is forgotten. Sealed before they are stored; never shown again
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

/// Change settings or secrets of a channel; what is not named stays
#[utoipa::path(patch, path = "/channels/{channel}", tag = "channels", security(("scope" = ["channels:write"])), params(("channel" = String, Path)),
    request_body = ChangeChannel, responses((status = 200, body = ChannelView), (status = 404, body = Problem), (status = 409, body = Problem),
    (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonBody(body): JsonBody<ChangeChannel>,
) -> Result<Json<ChannelView>, Problem> {
    let ChangeChannel { settings, secrets } = body;
    let secrets = secrets.into_iter().map(|(name, value)| (name, Secret::new(value))).collect();
    app.cases.channels.set_channel(&context.tenant, &channel, settings, secrets).await?;
    let row = app.cases.channels.shown_channel(&context.tenant, &channel).await?;
    let db = app.cases.services.db();
    let hooks = db.tenant(&context.tenant).hooks(&ChannelId::from(row.id.as_str())).await?;
    Ok(Json(ChannelView::new(row, hooks, db.clock().now())))
}
