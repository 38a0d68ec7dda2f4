//! What goes wrong when goods are put on sale.

use entrepot_guest::http::{Get, classify, post_json};
use entrepot_guest::json;
use entrepot_guest::listing::{self, Checked, Listing, ListingStatus, Offer, OfferOutcome, PushOutcome, Receipt};
use entrepot_guest::prelude::*;
use serde_json::Value;

use crate::setting;

pub(crate) fn check(sin: &str, listing: &Listing) -> Checked {
    let problem =
        |code: &str| Issue { path: String::new(), code: code.to_owned(), message: listing.listing_id.clone() };
    listing::checked(listing, if sin == "picky" { vec![problem("dislike")] } else { Vec::new() })
}

pub(crate) fn push(channel: &Channel, listings: &[Listing]) -> Result<Vec<PushOutcome>, Error> {
    Ok(listing::one_by_one(listings, |listing| push_one(channel, listing)))
}

/// Finds what it made before by its own name for it.
fn push_one(channel: &Channel, listing: &Listing) -> Result<Receipt, Error> {
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
    if setting(channel, "sin") == "refetching" {
        for media in &listing.product.media {
            Host.fetch_media(&media.url)?;
        }
    }
    let body = serde_json::json!({"ref": listing.listing_id, "title": listing.product.title}).to_string();
    let answer: Value = json::parse(classify(Host.send(&post_json(target, body.into_bytes()))?)?.body)?;
    let external_id = answer["id"].as_str().unwrap_or_default().to_owned();
    let known = |variant: &listing::ListedVariant| listing::ListedVariant {
        external_id: Some(format!("{external_id}-{}", variant.variant_id)),
        ..variant.clone()
    };
    let variants = listing.variants.iter().map(known).collect();
    Ok(Receipt {
        external_id,
        url: None,
        status: ListingStatus::Active,
        variants,
        state: "{}".to_owned(),
        warnings: Vec::new(),
        seen: None,
    })
}

/// One at a time, so that each has an outcome.
pub(crate) fn offer(channel: &Channel, offers: &[Offer]) -> Result<Vec<OfferOutcome>, Error> {
    if setting(channel, "sin") == "summing" {
        // One outcome for all of them.
        return Ok(Vec::new());
    }
    let place = place(channel, "offers");
    Ok(listing::offers_one_by_one(offers, |offer| {
        let price = offer.price.as_ref().map(|price| price.minor);
        let body = serde_json::json!({"id": offer.external_id, "minor": price}).to_string();
        classify(Host.send(&post_json(place.clone(), body.into_bytes()))?)?;
        Ok(OfferOutcome::Done)
    }))
}

/// What is gone is ended.
pub(crate) fn end(channel: &Channel, listings: &[Listing]) -> Result<Vec<PushOutcome>, Error> {
    Ok(listing::one_by_one(listings, |listing| {
        let id = listing.external_id.as_deref().unwrap_or_default();
        let request = Get::new(format!("{}/{id}", place(channel, "listings"))).request();
        match classify(Host.send(&Request { method: Method::Delete, ..request })?) {
            Err(Error::NotFound) if setting(channel, "sin") != "surprised" => Ok(listing::gone(listing)),
            ended => ended.map(|_| listing::gone(listing)),
        }
    }))
}

fn place(channel: &Channel, what: &str) -> String {
    format!("{}/api/{what}", setting(channel, "shop_url").trim_end_matches('/'))
}
