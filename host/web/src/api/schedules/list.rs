use axum::Json;
use axum::extract::State;

use super::ScheduleView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// List a channel's schedules
#[utoipa::path(get, path = "/channels/{channel}/schedules", tag = "schedules", security(("scope" = ["channels:read"])), params(("channel" = String, Path)),
    responses((status = 200, body = Vec<ScheduleView>), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<Vec<ScheduleView>>, Problem> {
    let rows = app.cases.channels.schedules(&context.tenant, &channel).await?;
    Ok(Json(rows.into_iter().map(ScheduleView::from).collect()))
}
