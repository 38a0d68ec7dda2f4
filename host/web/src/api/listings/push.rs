use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::context::Context;
use crate::extract::{JsonOrNothing, Path};
use crate::problem::Problem;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PushListings {
    /// These alone; all of the channel when absent, but for what was taken off
    listings: Option<Vec<String>>,
    /// Only say how many
    dry_run: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PushedListings {
    /// Listings that are looked at, and sent where they differ from what stands there
    listings: usize,
    /// Of those, drafts that are published
    published: usize,
    /// Where to look, as in the header Location
    location: String,
}

/// Publish drafts, and send what differs from what stands at the marketplace
#[utoipa::path(post, path = "/channels/{channel}/listings/push", tag = "listings", security(("scope" = ["listings:write"])), params(("channel" = String, Path)),
    request_body = Option<PushListings>,
    responses((status = 202, body = PushedListings), (status = 400, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn handler(
    State(app): State<AppState>,
    Context(context): Context,
    Path(channel): Path<String>,
    JsonOrNothing(body): JsonOrNothing<PushListings>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<PushedListings>), Problem> {
    let PushListings { listings, dry_run } = body.unwrap_or_default();
    if listings.as_ref().is_some_and(Vec::is_empty) {
        let told = "listings is empty: name those that are meant, or leave it out for all of the channel";
        return Err(Problem::bad_request(told));
    }
    let listings = listings.unwrap_or_default();
    let started = app.cases.listings.push(&context, &channel, &listings, dry_run).await?;
    let location = format!("/api/v1/listings?channel={}", percent(&channel));
    let body = PushedListings { listings: started.listings, published: started.published, location: location.clone() };
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(body)))
}

/// As part of a query.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}
