use axum::Json;
use axum::extract::State;

use super::ChannelView;
use crate::AppState;
use crate::problem::Problem;

/// All channels
#[utoipa::path(get, path = "/channels", tag = "channels", responses((status = 200, body = Vec<ChannelView>)))]
pub(crate) async fn handler(State(app): State<AppState>) -> Result<Json<Vec<ChannelView>>, Problem> {
    let rows = app.sync.channels(&app.tenant).await?;
    Ok(Json(rows.into_iter().map(ChannelView::from).collect()))
}
