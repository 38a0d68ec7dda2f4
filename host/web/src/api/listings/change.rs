use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_domain::listing::Status;
use entrepot_listings::ListingChange;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::ListingView;
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

/// What the seller wants of a listing
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Wanted {
    /// Nothing is sent; what stands is hidden from buyers
    Draft,
    /// On sale
    Active,
    /// Taken off
    Archived,
}

impl From<Wanted> for Status {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Draft => Self::Draft,
            Wanted::Active => Self::Active,
            Wanted::Archived => Self::Archived,
        }
    }
}

/// What is absent stays
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ChangeListing {
    status: Option<Wanted>,
    /// Merged into what is set (RFC 7396): null takes a value back to the product's
    #[schema(value_type = Option<Object>)]
    set: Option<Value>,
    /// The marketplace's id of a category; null: none
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    category: Option<Option<String>>,
    /// Merged likewise
    #[schema(value_type = Option<Object>)]
    fields: Option<Value>,
    /// As it was read: 409 where somebody else changed it since
    version: Option<i64>,
}

/// Null is something else than nothing.
fn given<'de, D: Deserializer<'de>>(given: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(given).map(Some)
}

/// Change a listing; what stands at the marketplace follows
#[utoipa::path(patch, path = "/listings/{listing}", tag = "listings", security(("scope" = ["listings:write"])), params(("listing" = String, Path)),
    request_body = ChangeListing,
    responses((status = 200, body = ListingView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(listing): Path<String>,
    JsonBody(body): JsonBody<ChangeListing>,
) -> Result<Json<ListingView>, Problem> {
    let ChangeListing { status, set, category, fields, version } = body;
    let change = ListingChange { status: status.map(Into::into), set, category, fields, version };
    app.cases.listings.change(&context, &listing, change).await?;
    Ok(Json(app.cases.listings.show(&context.tenant, &listing).await?.into()))
}

/// Forget a listing that never stood at the marketplace
#[utoipa::path(delete, path = "/listings/{listing}", tag = "listings", security(("scope" = ["listings:write"])), params(("listing" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove(
    State(app): State<AppState>,
    Context(context): Context,
    Path(listing): Path<String>,
) -> Result<StatusCode, Problem> {
    app.cases.listings.remove(&context, &listing).await?;
    Ok(StatusCode::NO_CONTENT)
}
