use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use entrepot_stock::Kind;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{StockItemView, StockView};
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path, Query};
use crate::problem::Problem;
use crate::query::{self, Listing, Paging};

const LIST: &str = "stock";

/// Goods that are counted here, by SKU
#[utoipa::path(get, path = "/stock", tag = "stock", security(("scope" = ["stock:read"])), params(Paging),
    responses((status = 200, body = Listing<StockItemView>)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    Context(context): Context,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<StockItemView>>, Problem> {
    let (after, limit) = (paging.within(LIST)?, paging.limit());
    let items = app.cases.stock.list(&context.tenant, after, limit).await?;
    let views = items.into_iter().map(StockItemView::from).collect();
    Ok(Json(Listing::new(views, limit, |last: &StockItemView| query::of(LIST, &last.sku))))
}

/// How many can be sold, and everything that makes the number
#[utoipa::path(get, path = "/stock/{sku}", tag = "stock", security(("scope" = ["stock:read"])), params(("sku" = String, Path)),
    responses((status = 200, body = StockView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn show(
    State(app): State<AppState>,
    Context(context): Context,
    Path(sku): Path<String>,
) -> Result<Json<StockView>, Problem> {
    Ok(Json(app.cases.stock.show(&context.tenant, &sku).await?.into()))
}

/// How goods are counted
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StockKind {
    /// By what lies where
    Simple,
    /// Not: there is always one more
    Untracked,
    /// By the shop that they come from
    Shop,
}

/// One of the two
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeStockItem {
    #[serde(default)]
    kind: Option<StockKind>,
    /// SKU and how many of it one bundle takes: the goods are counted as bundles of these
    #[serde(default)]
    parts: Option<BTreeMap<String, i64>>,
}

/// Have goods counted in another way: listings of them follow
#[utoipa::path(patch, path = "/stock/{sku}", tag = "stock", security(("scope" = ["stock:write"])), params(("sku" = String, Path)),
    request_body = ChangeStockItem,
    responses((status = 200, body = StockView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    State(app): State<AppState>,
    Context(context): Context,
    Path(sku): Path<String>,
    JsonBody(ChangeStockItem { kind, parts }): JsonBody<ChangeStockItem>,
) -> Result<Json<StockView>, Problem> {
    let stock = &app.cases.stock;
    match (kind, parts) {
        (Some(kind), None) => {
            let kind = match kind {
                StockKind::Simple => Kind::Simple,
                StockKind::Untracked => Kind::Untracked,
                StockKind::Shop => Kind::Shop,
            };
            stock.set_kind(&context, &sku, kind).await?;
        }
        (None, Some(parts)) => stock.set_parts(&context, &sku, &parts).await?,
        _ => return Err(Problem::refused("give either kind or parts")),
    }
    Ok(Json(stock.show(&context.tenant, &sku).await?.into()))
}
