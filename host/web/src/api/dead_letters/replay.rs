use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::list::Which;
use crate::AppState;
use crate::accepted::{Accepted, AcceptedOperation, accepted};
use crate::context::Context;
use crate::extract::JsonBody;
use crate::problem::Problem;

/// A word it does not know is refused: without it, more would be tried than was meant.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ReplayRequest {
    /// Only of this channel, by id or name
    channel: Option<String>,
    /// Only of this adapter's channels
    adapter: String,
    /// Only of this kind: item, delivery, run
    kind: String,
    /// Only of this class: credentials, grant, marketplace, adapter, data
    class: String,
    /// Only with this reason
    code: Option<String>,
    /// Only those that this version of the adapter failed on
    version: String,
    /// Only these; empty: all that the rest means
    ids: Vec<String>,
    /// Ask no shop for anything: items that came incomplete stay as they are
    without_fetching: bool,
    /// All there are; needed where nothing else is said
    all: bool,
}

/// What came of trying again
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here; the catalogue writes it")]
pub(crate) struct ReplayedView {
    /// Items that were mapped again
    replayed: u64,
    /// In the catalogue now
    mended: u64,
    /// Failed again
    failed: u64,
    /// Items that were left alone, because the shop would have to be asked
    left: u64,
    /// Deliveries that are worked on again
    deliveries: u64,
    /// Runs that go on
    runs: u64,
    /// Channels that could not be worked on, and why; the others were
    problems: Vec<String>,
}

/// Try again: items are mapped from what was kept of them, deliveries are worked on, runs go on
///
/// The result of the operation is a `ReplayedView`.
#[utoipa::path(post, path = "/dead-letters/replay", tag = "dead letters", security(("scope" = ["catalog:write"])), request_body = ReplayRequest,
    responses((status = 202, body = AcceptedOperation, headers(("Location" = String, description = "The operation"))), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    JsonBody(request): JsonBody<ReplayRequest>,
) -> Result<Accepted, Problem> {
    let ReplayRequest { channel, adapter, kind, class, code, version, ids, without_fetching, all } = request;
    let which = Which { channel, adapter, kind, class, code: code.unwrap_or_default(), version };
    if ids.is_empty() && !which.is_some() && !all {
        return Err(Problem::bad_request(
            "say which: channel, ids, kind, class, code, adapter, version; or \"all\": true",
        ));
    }
    let replay = which.replay(ids, without_fetching)?;
    Ok(accepted(app.cases.dead_letters.start_replay(&context.tenant, &replay, &context.actor).await?))
}
