use axum::extract::State;
use utoipa::ToSchema;

use crate::AppState;
use crate::accepted::{Accepted, AcceptedOperation, accepted};
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here; the use case writes it")]
pub(crate) struct AppliedLinks {
    applied: u64,
    left_out: u64,
    /// The first of those left out; all of them are proposals in the state left_out
    examples: Vec<LeftOutLink>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here; the use case writes it")]
pub(crate) struct LeftOutLink {
    number: i64,
    why: String,
}

/// Link what was accepted and did not change since; once more, and what is left of it is linked
///
/// The result of the operation is an `AppliedLinks`.
#[utoipa::path(post, path = "/link-batches/{batch}/apply", tag = "links", security(("scope" = ["catalog:write"])), params(("batch" = String, Path)),
    responses((status = 202, body = AcceptedOperation, headers(("Location" = String, description = "The operation"))), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(batch): Path<String>,
) -> Result<Accepted, Problem> {
    Ok(accepted(app.cases.links.start_applying(&context.tenant, &batch, &context.actor).await?))
}
