use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use entrepot_domain::ChannelId;
use entrepot_store::channels::ChannelRow;
use entrepot_store::subscriptions::HooksRow;

use super::ChannelView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Query;
use crate::problem::Problem;
use crate::query::{Listing, Paging};

/// All channels
#[utoipa::path(get, path = "/channels", tag = "channels", security(("scope" = ["channels:read"])), params(Paging),
    responses((status = 200, body = Listing<ChannelView>), (status = 400, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ChannelView>>, Problem> {
    let after = paging.after::<ChannelId>()?;
    let rows = app.cases.channels.channels(&context.tenant).await?;
    let db = app.cases.services.db();
    let hooks = db.tenant(&context.tenant).all_hooks().await?;
    let mut hooks: HashMap<String, HooksRow> = hooks.into_iter().map(|row| (row.channel_id.clone(), row)).collect();
    let view = |row: ChannelRow| {
        let hooks = hooks.remove(&row.id);
        ChannelView::new(row, hooks, db.clock().now())
    };
    let views = rows.into_iter().map(view).collect();
    Ok(Json(Listing::cut(views, after, paging.limit(), |channel: &ChannelView| channel.id.clone())))
}
