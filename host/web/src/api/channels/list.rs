use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use entrepot_store::channels::ChannelRow;
use entrepot_store::subscriptions::HooksRow;

use super::ChannelView;
use crate::AppState;
use crate::context::Context;
use crate::problem::Problem;

/// All channels
#[utoipa::path(get, path = "/channels", tag = "channels", security(("scope" = ["channels:read"])), responses((status = 200, body = Vec<ChannelView>)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
) -> Result<Json<Vec<ChannelView>>, Problem> {
    let rows = app.cases.channels.channels(&context.tenant).await?;
    let db = app.cases.services.db();
    let hooks = db.tenant(&context.tenant).all_hooks().await?;
    let mut hooks: HashMap<String, HooksRow> = hooks.into_iter().map(|row| (row.channel_id.clone(), row)).collect();
    let view = |row: ChannelRow| {
        let hooks = hooks.remove(&row.id);
        ChannelView::new(row, hooks, db.clock().now())
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}
