use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppliedLinks {
    applied: u64,
    left_out: u64,
    /// The first of those left out; all of them are proposals in the state left_out
    examples: Vec<LeftOutLink>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeftOutLink {
    number: i64,
    why: String,
}

/// Link what was accepted and did not change since; once more, and what is left of it is linked
#[utoipa::path(post, path = "/link-batches/{batch}/apply", tag = "links", params(("batch" = String, Path)),
    responses((status = 200, body = AppliedLinks), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(batch): Path<String>,
) -> Result<Json<AppliedLinks>, Problem> {
    let done = app.cases.links.apply_links(&context.tenant, &batch, &context.actor).await?;
    let examples = done.examples.into_iter().map(|one| LeftOutLink { number: one.number, why: one.why }).collect();
    Ok(Json(AppliedLinks { applied: done.applied, left_out: done.left_out, examples }))
}
