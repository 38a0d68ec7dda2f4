use axum::Json;
use axum::extract::State;
use entrepot_domain::LinkBatchId;

use super::LinkBatchView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{Listing, Paging};

/// Batches of proposed links, newest first
#[utoipa::path(get, path = "/link-batches", tag = "links", security(("scope" = ["catalog:read"])), params(Paging),
    responses((status = 200, body = Listing<LinkBatchView>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    Context(context): Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<LinkBatchView>>, Problem> {
    let reports = app.cases.links.link_batches(&context.tenant, paging.after::<LinkBatchId>()?, paging.limit()).await?;
    let views = reports.into_iter().map(LinkBatchView::from).collect();
    Ok(Json(Listing::new(views, paging.limit(), |last: &LinkBatchView| last.batch.clone())))
}

/// One batch of proposed links
#[utoipa::path(get, path = "/link-batches/{batch}", tag = "links", security(("scope" = ["catalog:read"])), params(("batch" = String, Path)),
    responses((status = 200, body = LinkBatchView), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    Context(context): Context,
    Path(batch): Path<String>,
) -> Result<Json<LinkBatchView>, Problem> {
    Ok(Json(app.cases.links.link_batch(&context.tenant, &batch).await?.into()))
}
