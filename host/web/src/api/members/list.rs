use axum::Json;
use axum::extract::State;
use entrepot_domain::UserId;

use super::MemberView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Query;
use crate::problem::Problem;
use crate::query::{Listing, Paging};

/// Members of the tenant, and who is invited
#[utoipa::path(get, path = "/members", tag = "members", security(("scope" = ["members:read"])), params(Paging),
    responses((status = 200, body = Listing<MemberView>), (status = 400, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<MemberView>>, Problem> {
    let rows = app.cases.accounts.members(&context.tenant, paging.after::<UserId>()?, paging.limit()).await?;
    let views = rows.into_iter().map(MemberView::from).collect();
    Ok(Json(Listing::new(views, paging.limit(), |last: &MemberView| last.user.clone())))
}
