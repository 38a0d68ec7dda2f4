use axum::Json;
use axum::extract::State;
use entrepot_domain::ApiKeyId;

use super::ApiKeyView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Query;
use crate::problem::Problem;
use crate::query::{Listing, Paging};

/// The tenant's keys, newest first, revoked ones too
#[utoipa::path(get, path = "/api-keys", tag = "api keys", security(("scope" = ["members:read"])), params(Paging),
    responses((status = 200, body = Listing<ApiKeyView>), (status = 400, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ApiKeyView>>, Problem> {
    let rows = app.cases.accounts.api_keys(&context.tenant, paging.after::<ApiKeyId>()?, paging.limit()).await?;
    let views = rows.into_iter().map(ApiKeyView::from).collect();
    Ok(Json(Listing::new(views, paging.limit(), |last: &ApiKeyView| last.id.clone())))
}
