use axum::Json;
use axum::extract::State;
use entrepot_domain::ListingId;
use entrepot_domain::listing::{Status, SyncStatus};
use entrepot_listings::Which;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ListingView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{Listing, Paging};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichListings {
    /// Id or name; all channels when absent
    #[serde(default)]
    channel: String,
    #[serde(default)]
    product: String,
    /// draft, active, archived
    #[serde(default)]
    status: String,
    /// pending, blocked, sending, waiting, synced, failed, conflict
    #[serde(default)]
    sync: String,
}

impl WhichListings {
    fn which(self) -> Result<Which, Problem> {
        let Self { channel, product, status, sync } = self;
        if !status.is_empty() && Status::parse(&status).is_none() {
            return Err(Problem::bad_request(format!("there is no status {status:?}; use draft, active or archived")));
        }
        if !sync.is_empty() && SyncStatus::parse(&sync).is_none() {
            let known = "pending, blocked, sending, waiting, synced, failed or conflict";
            return Err(Problem::bad_request(format!("there is no sync status {sync:?}; use {known}")));
        }
        Ok(Which { channel, product, status, sync })
    }
}

/// Listings, newest first
#[utoipa::path(get, path = "/listings", tag = "listings", security(("scope" = ["listings:read"])), params(WhichListings, Paging),
    responses((status = 200, body = Listing<ListingView>), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Query(which): Query<WhichListings>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ListingView>>, Problem> {
    let (before, limit) = (paging.after::<ListingId>()?, paging.limit());
    let reports = app.cases.listings.list(&context.tenant, which.which()?, before, limit).await?;
    let views = reports.into_iter().map(ListingView::from).collect();
    Ok(Json(Listing::new(views, limit, |last: &ListingView| last.id.clone())))
}

/// One listing
#[utoipa::path(get, path = "/listings/{listing}", tag = "listings", security(("scope" = ["listings:read"])), params(("listing" = String, Path)),
    responses((status = 200, body = ListingView), (status = 404, body = Problem)))]
pub(crate) async fn get(
    State(app): State<AppState>,
    Context(context): Context,
    Path(listing): Path<String>,
) -> Result<Json<ListingView>, Problem> {
    Ok(Json(app.cases.listings.show(&context.tenant, &listing).await?.into()))
}
