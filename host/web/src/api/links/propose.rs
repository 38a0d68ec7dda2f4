use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::LinkBatchView;
use crate::AppState;
use crate::context::Context;
use crate::extract::JsonBody;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposeLinks {
    /// Id or name
    channel: String,
    /// Compare with these channels only; empty: with all others
    #[serde(default)]
    with: Vec<String>,
}

/// Compare a channel's products with those of others, and propose links
///
/// It answers when all are compared; with a hundred thousand products on either side that takes minutes.
#[utoipa::path(post, path = "/link-batches", tag = "links", request_body = ProposeLinks,
    responses((status = 201, body = LinkBatchView), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    JsonBody(ProposeLinks { channel, with }): JsonBody<ProposeLinks>,
) -> Result<(StatusCode, Json<LinkBatchView>), Problem> {
    let made = app.cases.links.propose_links(&context.tenant, &channel, &with, &context.actor).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}
