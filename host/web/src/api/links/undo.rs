use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UndoneLinks {
    undone: u64,
    /// What the batch linked and somebody unlinked before
    changed_since: Vec<ChangedLink>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedLink {
    number: i64,
    what: String,
}

/// Take back what a batch linked, as far as nobody changed it since
#[utoipa::path(post, path = "/link-batches/{batch}/undo", tag = "links", params(("batch" = String, Path)),
    responses((status = 200, body = UndoneLinks), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(batch): Path<String>,
) -> Result<Json<UndoneLinks>, Problem> {
    let done = app.cases.links.undo_links(&context.tenant, &batch, &context.actor).await?;
    let changed = done.changed_since.into_iter().map(|one| ChangedLink { number: one.number, what: one.what });
    Ok(Json(UndoneLinks { undone: done.undone, changed_since: changed.collect() }))
}
