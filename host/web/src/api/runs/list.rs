use axum::Json;
use axum::extract::State;
use entrepot_catalog::RunReport;
use entrepot_core::RequestContext;
use entrepot_domain::{ChannelId, RunId};

use super::RunView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{self, Listing, Paging};

/// Runs of all channels, newest first
#[utoipa::path(get, path = "/runs", tag = "runs", security(("scope" = ["catalog:read"])), params(Paging), responses((status = 200, body = Listing<RunView>)))]
pub(crate) async fn all(
    State(app): State<AppState>,
    Context(context): Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<RunView>>, Problem> {
    page(&app, &context, None, &paging).await
}

/// Runs of one channel, newest first
#[utoipa::path(get, path = "/channels/{channel}/runs", tag = "runs", security(("scope" = ["catalog:read"])), params(("channel" = String, Path), Paging),
    responses((status = 200, body = Listing<RunView>), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn of_channel(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<RunView>>, Problem> {
    let channel = ChannelId::from(app.cases.channels.channel(&context.tenant, &channel).await?.id);
    page(&app, &context, Some(&channel), &paging).await
}

async fn page(
    app: &AppState,
    context: &RequestContext,
    channel: Option<&ChannelId>,
    paging: &Paging,
) -> Result<Json<Listing<RunView>>, Problem> {
    let before = match channel {
        Some(channel) => paging.within(channel.as_str())?,
        None => paging.after::<RunId>()?,
    };
    let before = Some(before).filter(|cursor| !cursor.is_empty());
    let rows = app.cases.services.db().tenant(&context.tenant).runs(channel, before, paging.limit()).await?;
    let now = app.cases.services.db().clock().now();
    let views = rows.iter().map(|row| RunReport::new(row, now).into()).collect();
    let cursor =
        |last: &RunView| channel.map_or_else(|| last.run.clone(), |channel| query::of(channel.as_str(), &last.run));
    Ok(Json(Listing::new(views, paging.limit(), cursor)))
}
