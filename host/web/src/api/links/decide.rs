use axum::Json;
use axum::extract::State;
use entrepot_core::RequestContext;
use entrepot_linking::{Decision, WhichProposals};
use entrepot_store::links::proposals::ProposalFilter;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::LinkBatchView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;
use crate::query::percent;

/// Either numbers, or at least one of the others
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct WhichLinks {
    /// These, by number, whatever was decided before
    ids: Vec<i64>,
    /// Those that nobody has decided on and that are at least so sure, 0 to 100
    #[serde(deserialize_with = "percent")]
    #[schema(minimum = 0, maximum = 100)]
    min_confidence: Option<u8>,
    /// Likewise, less sure than this
    #[serde(deserialize_with = "percent")]
    #[schema(minimum = 0, maximum = 100)]
    below: Option<u8>,
    /// Likewise, found by sku, gtin or title
    reason: Option<String>,
}

impl WhichLinks {
    fn read(self) -> Result<WhichProposals, Problem> {
        let Self { ids, min_confidence, below, reason } = self;
        let filter = ProposalFilter { state: None, method: reason, at_least: min_confidence, below };
        match (ids.is_empty(), filter == ProposalFilter::default()) {
            (false, true) => Ok(WhichProposals::These(ids)),
            (true, false) => Ok(WhichProposals::All(filter)),
            _ => Err(Problem::bad_request("give either ids, or min_confidence, below or reason")),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DecidedLinks {
    /// So many proposals have this decision now and had not
    changed: u64,
    batch: LinkBatchView,
}

/// Accept proposed links; nothing is linked before the batch is applied
#[utoipa::path(post, path = "/link-batches/{batch}/accept", tag = "links", security(("scope" = ["catalog:write"])), params(("batch" = String, Path)),
    request_body = WhichLinks,
    responses((status = 200, body = DecidedLinks), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn accept(
    State(app): State<AppState>,
    Context(context): Context,
    Path(batch): Path<String>,
    JsonBody(which): JsonBody<WhichLinks>,
) -> Result<Json<DecidedLinks>, Problem> {
    decide(&app, &context, &batch, Decision::Accept, which).await
}

/// Reject proposed links
#[utoipa::path(post, path = "/link-batches/{batch}/reject", tag = "links", security(("scope" = ["catalog:write"])), params(("batch" = String, Path)),
    request_body = WhichLinks,
    responses((status = 200, body = DecidedLinks), (status = 400, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn reject(
    State(app): State<AppState>,
    Context(context): Context,
    Path(batch): Path<String>,
    JsonBody(which): JsonBody<WhichLinks>,
) -> Result<Json<DecidedLinks>, Problem> {
    decide(&app, &context, &batch, Decision::Reject, which).await
}

async fn decide(
    app: &AppState,
    context: &RequestContext,
    batch: &str,
    decision: Decision,
    which: WhichLinks,
) -> Result<Json<DecidedLinks>, Problem> {
    let changed =
        app.cases.links.decide_links(&context.tenant, batch, decision, &which.read()?, &context.actor).await?;
    let batch = app.cases.links.link_batch(&context.tenant, batch).await?.into();
    Ok(Json(DecidedLinks { changed, batch }))
}
