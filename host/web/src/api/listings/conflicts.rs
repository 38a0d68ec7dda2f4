use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_domain::{Id, ListingId};
use entrepot_listings::{ConflictReport, Decision, WhichConflicts};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::ListingView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path, Query};
use crate::problem::Problem;
use crate::query::{self, Listing, Paging};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichConflict {
    /// Id or name; all channels when absent
    #[serde(default)]
    channel: String,
    #[serde(default)]
    listing: String,
    /// Decided ones, too
    #[serde(default)]
    decided: bool,
}

/// A field of a listing that was changed at the marketplace
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConflictView {
    listing: String,
    /// title, description, seo_slug, meta_title, meta_description, brand, tags, images, variants, on_sale, variants/ID/price
    field: String,
    /// As it stands there; of a long text the beginning
    #[schema(value_type = Value)]
    theirs: Value,
    /// As it is wanted here
    #[schema(value_type = Value)]
    ours: Value,
    /// Milliseconds since 1970
    seen_at: i64,
    /// ours, theirs, withdrawn (it stands there again as it did); null: open
    decision: Option<String>,
    /// `host` where the channel's rule decided
    decided_by: Option<String>,
    /// Milliseconds since 1970
    decided_at: Option<i64>,
}

impl From<ConflictReport> for ConflictView {
    fn from(of: ConflictReport) -> Self {
        let ConflictReport { listing, field, theirs, ours, seen_at, decision, decided_by, decided_at } = of;
        Self { listing, field, theirs, ours, seen_at, decision, decided_by, decided_at }
    }
}

/// Fields of listings that were changed at the marketplace, and wait for a decision
#[utoipa::path(get, path = "/conflicts", tag = "listings", security(("scope" = ["listings:read"])), params(WhichConflict, Paging),
    responses((status = 200, body = Listing<ConflictView>), (status = 404, body = Problem)))]
pub(crate) async fn list(
    State(app): State<AppState>,
    Context(context): Context,
    Query(which): Query<WhichConflict>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ConflictView>>, Problem> {
    let after = match paging.cursor.split_once('~') {
        None if paging.cursor.is_empty() => ("", ""),
        Some((listing, field)) if ListingId::is_one(listing) => (listing, field),
        _ => return Err(Problem::no_cursor()),
    };
    let WhichConflict { channel, listing, decided } = which;
    let which = WhichConflicts { channel, listing, decided };
    let limit = paging.limit();
    let reports = app.cases.listings.conflicts(&context.tenant, which, after, limit).await?;
    let views = reports.into_iter().map(ConflictView::from).collect();
    Ok(Json(Listing::new(views, limit, |last: &ConflictView| query::of(&last.listing, &last.field))))
}

/// Whose value counts
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum DecisionWord {
    /// What is wanted here is sent
    Ours,
    /// What stands there is taken over
    Theirs,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideConflict {
    /// As the conflict names it; `all`: every one that is open
    field: String,
    decision: DecisionWord,
    /// Of the conflict that was shown: 409 where something else was seen there since
    seen_at: Option<i64>,
}

/// Decide whose value of a field counts: what follows is sent by the channel's worker
#[utoipa::path(post, path = "/listings/{listing}/conflicts", tag = "listings", security(("scope" = ["listings:write"])),
    params(("listing" = String, Path)), request_body = DecideConflict,
    responses((status = 202, body = ListingView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn decide(
    State(app): State<AppState>,
    Context(context): Context,
    Path(listing): Path<String>,
    JsonBody(DecideConflict { field, decision, seen_at }): JsonBody<DecideConflict>,
) -> Result<(StatusCode, Json<ListingView>), Problem> {
    let decision = match decision {
        DecisionWord::Ours => Decision::Ours,
        DecisionWord::Theirs => Decision::Theirs,
    };
    app.cases.listings.decide(&context, &listing, &field, decision, seen_at).await?;
    Ok((StatusCode::ACCEPTED, Json(app.cases.listings.show(&context.tenant, &listing).await?.into())))
}
