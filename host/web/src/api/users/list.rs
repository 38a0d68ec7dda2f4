use axum::Json;
use axum::extract::State;
use entrepot_domain::UserId;

use super::UserView;
use crate::AppState;
use crate::extract::Query;
use crate::problem::Problem;
use crate::query::{Listing, Paging};

/// All accounts
#[utoipa::path(get, path = "/users", tag = "users", security(("scope" = ["users:read"])), params(Paging),
    responses((status = 200, body = Listing<UserView>), (status = 400, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<UserView>>, Problem> {
    let rows = app.cases.accounts.users(paging.after::<UserId>()?, paging.limit()).await?;
    let views = rows.into_iter().map(UserView::from).collect();
    Ok(Json(Listing::new(views, paging.limit(), |last: &UserView| last.id.clone())))
}
