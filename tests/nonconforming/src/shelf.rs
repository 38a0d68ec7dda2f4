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
    let place = place(channel, "listings");
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

/// One at a time, so that each has an outcome.
pub(crate) fn offer(channel: &Channel, offers: &[model::Offer]) -> Result<Vec<Result<(), Error>>, Error> {
    if setting(channel, "sin") == "summing" {
        // One outcome for all of them.
        return Ok(Vec::new());
    }
    let place = place(channel, "offers");
    let one = |offer: &model::Offer| -> Result<(), Error> {
        let price = offer.price.as_ref().map(|price| price.minor);
        let body = serde_json::json!({"id": offer.external_id, "minor": price}).to_string();
        classify(Host.send(&post_json(place.clone(), body.into_bytes()))?).map(drop)
    };
    Ok(offers.iter().map(one).collect())
}

/// What is gone is ended.
pub(crate) fn end(channel: &Channel, listing: &model::Listing) -> Result<(), Error> {
    let id = listing.external_id.as_deref().unwrap_or_default();
    let request = Get::new(format!("{}/{id}", place(channel, "listings"))).request();
    match classify(Host.send(&Request { method: Method::Delete, ..request })?) {
        Err(Error::NotFound) if setting(channel, "sin") != "surprised" => Ok(()),
        ended => ended.map(drop),
    }
}

fn place(channel: &Channel, what: &str) -> String {
    format!("{}/api/{what}", setting(channel, "shop_url").trim_end_matches('/'))
}
