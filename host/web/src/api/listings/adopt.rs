use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::accepted::{Accepted, AcceptedOperation, accepted};
use crate::context::Context;
use crate::extract::{JsonOrNothing, Path};
use crate::problem::Problem;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AdoptWhich {
    /// Take what is found for these listings; otherwise nothing is changed
    apply: bool,
}

/// What stands at the marketplace already
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdoptedListings {
    /// Listings without an id at the marketplace
    looked_at: u64,
    /// Of those, found without doubt
    found: u64,
    /// Of those, adopted
    adopted: u64,
    /// The first thousand that were found
    lines: Vec<AdoptedLine>,
    /// The first thousand that may be several, or are another listing's
    doubtful: Vec<AdoptedLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdoptedLine {
    listing: String,
    sku: String,
    /// The marketplace's ids
    external_ids: Vec<String>,
}

/// Look for listings that stand at the marketplace already, by SKU, so that nothing stands twice
///
/// The result of the operation is an `AdoptedListings`.
#[utoipa::path(post, path = "/channels/{channel}/listings/adopt", tag = "listings", security(("scope" = ["listings:write"])), params(("channel" = String, Path)),
    request_body = Option<AdoptWhich>,
    responses((status = 202, body = AcceptedOperation, headers(("Location" = String, description = "The operation"))), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonOrNothing(which): JsonOrNothing<AdoptWhich>,
) -> Result<Accepted, Problem> {
    let apply = which.unwrap_or_default().apply;
    Ok(accepted(app.cases.listings.start_adopting(&context, &channel, apply).await?))
}
