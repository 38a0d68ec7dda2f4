use axum::Json;
use axum::extract::State;
use entrepot_domain::{ChannelId, ProductId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ProductView;
use crate::AppState;
use crate::context::Context;
use crate::extract::Query;
use crate::problem::Problem;
use crate::query::{self, Listing, Paging};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Only of this channel, by id or name, ordered by source id; absent: of all, ordered by id
    channel: Option<String>,
}

/// Products
///
/// Fewer come than were asked for where they are large: a page has at most 16 MiB of them. `next` says whether there are more.
#[utoipa::path(get, path = "/products", tag = "products", security(("scope" = ["catalog:read"])), params(Filter, Paging),
    responses((status = 200, body = Listing<ProductView>), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Query(filter): Query<Filter>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ProductView>>, Problem> {
    let (scoped, limit) = (app.cases.services.db().tenant(&context.tenant), paging.limit());
    let Some(channel) = filter.channel else {
        let views = ProductView::all(&scoped, scoped.products(paging.after::<ProductId>()?, limit).await?).await?;
        let more = match views.last() {
            Some(last) => scoped.has_products_after(None, &last.id).await?,
            None => false,
        };
        return Ok(Json(Listing::of(views, more, |last: &ProductView| last.id.clone())));
    };
    let channel = ChannelId::from(app.cases.channels.channel(&context.tenant, &channel).await?.id);
    let views =
        ProductView::all(&scoped, scoped.products_of(&channel, paging.within(channel.as_str())?, limit).await?).await?;
    let more = match views.last() {
        Some(last) => scoped.has_products_after(Some(&channel), &last.product.source_id).await?,
        None => false,
    };
    let cursor = |last: &ProductView| query::of(channel.as_str(), &last.product.source_id);
    Ok(Json(Listing::of(views, more, cursor)))
}
