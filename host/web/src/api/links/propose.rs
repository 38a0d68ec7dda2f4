use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::accepted::{Accepted, AcceptedOperation, accepted};
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
/// The result of the operation is a `LinkBatchView`.
#[utoipa::path(post, path = "/link-batches", tag = "links", security(("scope" = ["catalog:write"])), request_body = ProposeLinks,
    responses((status = 202, body = AcceptedOperation, headers(("Location" = String, description = "The operation"))), (status = 400, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    JsonBody(ProposeLinks { channel, with }): JsonBody<ProposeLinks>,
) -> Result<Accepted, Problem> {
    Ok(accepted(app.cases.links.start_proposing(&context.tenant, &channel, &with, &context.actor).await?))
}
