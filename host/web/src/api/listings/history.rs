use axum::Json;
use axum::extract::State;
use entrepot_domain::ListingEventId;
use entrepot_listings::ListingEventReport;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::query::{Listing, Paging};

/// Something that happened to a listing
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingEventView {
    id: String,
    /// created, edited, adopted, accepted, offered, refused, failed, blocked, drift, decided, ended, gone
    kind: String,
    /// Who did it; `host` where nobody did
    actor: String,
    #[schema(value_type = Object)]
    detail: Value,
    /// Milliseconds since 1970
    at: i64,
}

impl From<ListingEventReport> for ListingEventView {
    fn from(ListingEventReport { id, kind, actor, detail, at }: ListingEventReport) -> Self {
        Self { id, kind, actor, detail, at }
    }
}

/// What happened to a listing, newest first
#[utoipa::path(get, path = "/listings/{listing}/history", tag = "listings", security(("scope" = ["listings:read"])), params(("listing" = String, Path), Paging),
    responses((status = 200, body = Listing<ListingEventView>), (status = 404, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(listing): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ListingEventView>>, Problem> {
    let (before, limit) = (paging.after::<ListingEventId>()?, paging.limit());
    let events = app.cases.listings.history(&context.tenant, &listing, before, limit).await?;
    let views = events.into_iter().map(ListingEventView::from).collect();
    Ok(Json(Listing::new(views, limit, |last: &ListingEventView| last.id.clone())))
}
