use axum::Json;
use axum::extract::State;

use super::ScheduleView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{Listing, Paging, of};

/// List a channel's schedules
#[utoipa::path(get, path = "/channels/{channel}/schedules", tag = "schedules", security(("scope" = ["channels:read"])), params(("channel" = String, Path), Paging),
    responses((status = 200, body = Listing<ScheduleView>), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ScheduleView>>, Problem> {
    let after = paging.within(&channel)?.to_owned();
    let rows = app.cases.channels.schedules(&context.tenant, &channel).await?;
    let views = rows.into_iter().map(ScheduleView::from).collect();
    let mut page = Listing::cut(views, &after, paging.limit(), |schedule: &ScheduleView| schedule.kind.clone());
    page.next = page.next.map(|next| of(&channel, next));
    Ok(Json(page))
}
