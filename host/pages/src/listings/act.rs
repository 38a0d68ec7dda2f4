//! What the buttons of one listing do.

use axum::extract::{Path, State};
use axum::response::Response;
use entrepot_listings::ListingChange;
use entrepot_web::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::AppState;
use crate::failure::Failure;
use crate::forms::PostedForm;
use crate::frame::see;
use crate::kit::segment;
use crate::visitor::Visitor;

/// What can be taken back to the shop's.
const FIELDS: [&str; 10] = [
    "title",
    "description",
    "price",
    "compare_at",
    "brand",
    "tags",
    "seo_slug",
    "meta_title",
    "meta_description",
    "images",
];

fn at(listing: &str) -> Response {
    see(format!("/listings/{}", segment(listing)))
}

/// Published if it is a draft or ended; sent if it differs from what stands there, refused or not.
pub(crate) async fn push(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(listing): Path<String>,
) -> Result<Response, Failure> {
    let report = app.cases.listings.show(visitor.tenant(), &listing).await?;
    app.cases.listings.push(&visitor.context, &report.channel, &[report.id], false).await?;
    Ok(at(&listing))
}

pub(crate) async fn end(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(listing): Path<String>,
) -> Result<Response, Failure> {
    app.cases.listings.end(&visitor.context, &listing).await?;
    Ok(at(&listing))
}

pub(crate) async fn remove(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(listing): Path<String>,
) -> Result<Response, Failure> {
    app.cases.listings.remove(&visitor.context, &listing).await?;
    Ok(see("/listings"))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reverted {
    /// A field, or `variants/ID/FIELD`.
    field: String,
    /// As it was shown.
    version: i64,
}

/// One value is the shop's again.
pub(crate) async fn revert(
    State(app): State<AppState>,
    visitor: Visitor,
    Path(listing): Path<String>,
    PostedForm(reverted): PostedForm<Reverted>,
) -> Result<Response, Failure> {
    let Reverted { field, version } = reverted;
    let set = without(&field).ok_or_else(|| Problem::bad_request(format!("a listing has no field {field:?}")))?;
    let change = ListingChange { set: Some(set), version: Some(version), ..ListingChange::default() };
    app.cases.listings.change(&visitor.context, &listing, change).await?;
    Ok(at(&listing))
}

fn without(field: &str) -> Option<Value> {
    if FIELDS.contains(&field) {
        return Some(json!({ field: null }));
    }
    // Ids of variants may hold anything.
    let (id, of) = field.strip_prefix("variants/")?.rsplit_once('/')?;
    ["price", "compare_at", "enabled"].contains(&of).then(|| json!({ "variants": { id: { of: null } } }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_taken_back() {
        assert_eq!(without("title"), Some(json!({ "title": null })));
        assert_eq!(without("variants/a/b/price"), Some(json!({ "variants": { "a/b": { "price": null } } })));
        assert_eq!((without("status"), without("variants/a/status"), without("variants/price")), (None, None, None));
    }
}
