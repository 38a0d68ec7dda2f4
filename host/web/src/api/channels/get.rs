use axum::Json;
use axum::extract::State;
use entrepot_domain::ChannelId;

use super::ChannelView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Path;
use crate::problem::Problem;

/// One channel, by id or name
#[utoipa::path(get, path = "/channels/{channel}", tag = "channels", security(("scope" = ["channels:read"])), params(("channel" = String, Path)),
    responses((status = 200, body = ChannelView), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
) -> Result<Json<ChannelView>, Problem> {
    let row = app.cases.channels.shown_channel(&context.tenant, &channel).await?;
    let db = app.cases.services.db();
    let hooks = db.tenant(&context.tenant).hooks(&ChannelId::from(row.id.as_str())).await?;
    Ok(Json(ChannelView::new(row, hooks, db.clock().now())))
}
