use axum::Json;
use axum::extract::State;

use super::AdapterView;
use crate::AppState;
use crate::extract::Query;
use crate::problem::Problem;
use crate::query::{Listing, Paging, of};

/// Of cursors.
const LIST: &str = "adapters";

/// Installed adapters
#[utoipa::path(get, path = "/adapters", tag = "adapters", security(("scope" = ["adapters:read"])), params(Paging),
    responses((status = 200, body = Listing<AdapterView>), (status = 400, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<AdapterView>>, Problem> {
    let after = paging.within(LIST)?.to_owned();
    let place = |of: &AdapterView| format!("{}@{}", of.adapter, of.version);
    let rows = app.cases.services.admission().adapters().await?;
    let views = rows.into_iter().map(AdapterView::from).collect();
    let mut page = Listing::cut(views, &after, paging.limit(), place);
    page.next = page.next.map(|next| of(LIST, next));
    Ok(Json(page))
}
