use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use entrepot_listings::{ListingChange, NewListing};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ListingView;
use super::change::Wanted;
use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonBody, Path};
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateListing {
    /// prd_…, or CHANNEL:ID with the marketplace's id
    product: String,
    /// draft when absent: nothing is sent
    #[serde(default)]
    status: Option<Wanted>,
    /// title, description, price {minor, currency}, compare_at (likewise: what it cost before), seo_slug, meta_title, meta_description,
    /// brand, tags, images, variants {ID: {price, compare_at, enabled}}; what is absent is the product's
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    set: Option<Value>,
    /// The marketplace's id of a category
    #[serde(default)]
    category: Option<String>,
    /// What the category asks for
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    fields: Option<Value>,
}

/// Make a listing of a product on a channel
#[utoipa::path(post, path = "/channels/{channel}/listings", tag = "listings", security(("scope" = ["listings:write"])), params(("channel" = String, Path)),
    request_body = CreateListing,
    responses((status = 201, body = ListingView), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonBody(body): JsonBody<CreateListing>,
) -> Result<(StatusCode, Json<ListingView>), Problem> {
    let CreateListing { product, status, set, category, fields } = body;
    let change =
        ListingChange { status: status.map(Into::into), set, category: category.map(Some), fields, version: None };
    let id = app.cases.listings.create(&context, NewListing { channel, product, change }).await?;
    let report = app.cases.listings.show(&context.tenant, id.as_str()).await?;
    Ok((StatusCode::CREATED, Json(report.into())))
}
