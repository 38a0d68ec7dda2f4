use axum::extract::State;
use utoipa::ToSchema;

use crate::AppState;
use crate::accepted::{Accepted, AcceptedOperation, accepted};
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here; the use case writes it")]
pub(crate) struct UndoneLinks {
    undone: u64,
    /// What the batch linked and somebody unlinked before
    changed_since: Vec<ChangedLink>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it is only documented here; the use case writes it")]
pub(crate) struct ChangedLink {
    number: i64,
    what: String,
}

/// Take back what a batch linked, as far as nobody changed it since
///
/// The result of the operation is an `UndoneLinks`.
#[utoipa::path(post, path = "/link-batches/{batch}/undo", tag = "links", security(("scope" = ["catalog:write"])), params(("batch" = String, Path)),
    responses((status = 202, body = AcceptedOperation, headers(("Location" = String, description = "The operation"))), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(batch): Path<String>,
) -> Result<Accepted, Problem> {
    Ok(accepted(app.cases.links.start_undoing(&context.tenant, &batch, &context.actor).await?))
}
