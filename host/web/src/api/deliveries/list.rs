use axum::Json;
use axum::extract::State;
use entrepot_domain::ChannelId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::DeliveryView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{self, Listing, Paging};

/// "": whatever it is.
const STATES: [&str; 4] = ["", "pending", "done", "dead"];

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only those that are pending, done or dead
    #[serde(default)]
    state: String,
}

/// Webhook deliveries of a channel, newest first
#[utoipa::path(get, path = "/channels/{channel}/deliveries", tag = "deliveries", security(("scope" = ["catalog:read"])),
    params(("channel" = String, Path), Filter, Paging),
    responses((status = 200, body = Listing<DeliveryView>), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<DeliveryView>>, Problem> {
    if !STATES.contains(&filter.state.as_str()) {
        return Err(Problem::bad_request(format!("state is one of {}", STATES[1..].join(", "))));
    }
    let channel = ChannelId::from(app.cases.channels.channel(&context.tenant, &channel).await?.id);
    let after = paging.within(channel.as_str())?;
    let scoped = app.cases.services.db().tenant(&context.tenant);
    let rows = scoped.deliveries(&channel, &filter.state, after, paging.limit()).await?;
    let views = rows.into_iter().map(DeliveryView::from).collect();
    Ok(Json(Listing::new(views, paging.limit(), |last: &DeliveryView| query::of(channel.as_str(), &last.id))))
}
