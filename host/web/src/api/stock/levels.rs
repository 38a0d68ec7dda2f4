use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_domain::LedgerEntryId;
use entrepot_stock::{Adjustment, Count};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{AdjustedView, MovementView};
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path, Query};
use crate::problem::Problem;
use crate::query::{Listing, Paging};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountStock {
    /// Pieces; absent: as many as before
    #[serde(default)]
    on_hand: Option<i64>,
    /// Pieces that are kept back; absent: as before
    #[serde(default)]
    buffer: Option<i64>,
    reason: String,
    /// Of the client's choice: the same count is made once
    #[serde(default)]
    key: Option<String>,
    /// Goods that no product has yet are meant
    #[serde(default)]
    new: bool,
}

/// Set how many lie at a location: listings of the goods follow
#[utoipa::path(put, path = "/stock/{sku}/levels/{location}", tag = "stock", security(("scope" = ["stock:write"])),
    params(("sku" = String, Path), ("location" = String, Path, description = "Its code")), request_body = CountStock,
    responses((status = 200, body = AdjustedView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn count(
    State(app): State<AppState>,
    Context(context): Context,
    Path((sku, location)): Path<(String, String)>,
    JsonBody(CountStock { on_hand, buffer, reason, key, new }): JsonBody<CountStock>,
) -> Result<Json<AdjustedView>, Problem> {
    let count = Count { sku, location, on_hand, buffer, reason, key, new };
    Ok(Json(app.cases.stock.count(&context, &count).await?.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustStock {
    /// Its code
    location: String,
    /// So many more, or with a minus fewer
    by: i64,
    reason: String,
    /// Of the client's choice: the same adjustment is made once
    #[serde(default)]
    key: Option<String>,
}

/// Move so many in or out, whoever else counts: listings of the goods follow
#[utoipa::path(post, path = "/stock/{sku}/adjustments", tag = "stock", security(("scope" = ["stock:write"])), params(("sku" = String, Path)),
    request_body = AdjustStock,
    responses((status = 201, body = AdjustedView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn adjust(
    State(app): State<AppState>,
    Context(context): Context,
    Path(sku): Path<String>,
    JsonBody(AdjustStock { location, by, reason, key }): JsonBody<AdjustStock>,
) -> Result<(StatusCode, Json<AdjustedView>), Problem> {
    let adjustment = Adjustment { sku, location, by, reason, key };
    Ok((StatusCode::CREATED, Json(app.cases.stock.adjust(&context, &adjustment).await?.into())))
}

/// Every movement of goods, newest first
#[utoipa::path(get, path = "/stock/{sku}/ledger", tag = "stock", security(("scope" = ["stock:read"])), params(("sku" = String, Path), Paging),
    responses((status = 200, body = Listing<MovementView>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn ledger(
    State(app): State<AppState>,
    Context(context): Context,
    Path(sku): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<MovementView>>, Problem> {
    let (before, limit) = (paging.after::<LedgerEntryId>()?, paging.limit());
    let movements = app.cases.stock.ledger(&context.tenant, &sku, before, limit).await?;
    let views = movements.into_iter().map(MovementView::from).collect();
    Ok(Json(Listing::new(views, limit, |last: &MovementView| last.id.clone())))
}
