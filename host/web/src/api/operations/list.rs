use axum::Json;
use axum::extract::State;
use entrepot_domain::OperationId;

use super::OperationView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Query;
use crate::problem::Problem;
use crate::query::{Listing, Paging};

/// Operations, newest first; what ended is kept for thirty days
#[utoipa::path(get, path = "/operations", tag = "operations", security(("scope" = ["catalog:read"])), params(Paging),
    responses((status = 200, body = Listing<OperationView>), (status = 400, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<OperationView>>, Problem> {
    let before = paging.after::<OperationId>()?;
    let reports = app.cases.operations.operations(&context.tenant, before, paging.limit()).await?;
    let views = reports.into_iter().map(OperationView::from).collect();
    Ok(Json(Listing::new(views, paging.limit(), |last: &OperationView| last.operation.clone())))
}
