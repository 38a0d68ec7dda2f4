//! What goes wrong when goods are put on sale.

use entrepot_guest::http::{Get, classify, post_json};
use entrepot_guest::json;
use entrepot_guest::prelude::*;
use serde_json::Value;

use crate::setting;

pub(crate) fn check(sin: &str, listing: &model::Listing) -> Vec<Issue> {
    let problem =
        |code: &str| Issue { path: String::new(), code: code.to_owned(), message: listing.listing_id.clone() };
    if sin == "picky" { vec![problem("dislike")] } else { Vec::new() }
}

/// Finds what it made before by its own name for it.
pub(crate) fn push(channel: &Channel, listing: &model::Listing) -> Result<model::Receipt, Error> {
    let place = format!("{}/api/listings", setting(channel, "shop_url").trim_end_matches('/'));
    let known = match &listing.external_id {
        Some(id) => Some(id.clone()),
        None if setting(channel, "sin") == "doubling" => None,
        None => {
            let found = Host.send(&Get::new(format!("{place}?ref={}", listing.listing_id)).request())?;
            let found: Value = json::parse(classify(found)?.body)?;
            found["ids"].as_array().and_then(|ids| ids.first()?.as_str()).map(str::to_owned)
        }
    };
    let target = known.as_ref().map_or_else(|| place.clone(), |id| format!("{place}/{id}"));
    let body = serde_json::json!({"ref": listing.listing_id, "title": listing.product.title}).to_string();
    let answer: Value = json::parse(classify(Host.send(&post_json(target, body.into_bytes()))?)?.body)?;
    let external_id = answer["id"].as_str().unwrap_or_default().to_owned();
    Ok(model::Receipt { external_id, url: None, state: "{}".to_owned(), warnings: Vec::new() })
}
