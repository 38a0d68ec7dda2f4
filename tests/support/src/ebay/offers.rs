//! Offers: one for each SKU, marketplace and format.

use serde_json::{Value, json};

use super::answers::{Wrong, nothing, ok, page, with, wrong};
use super::limits::revise;
use super::store::{Offer, State};
use super::{bulk, listed, publish, schema};
use crate::server::{Answer, Request};

fn not_there(id: &str) -> Wrong {
    wrong(404, 25713, format!("This Offer is not available : {id}."))
}

fn shown(state: &State, id: &str, offer: &Offer) -> Value {
    let mut shown = offer.body.clone();
    shown["offerId"] = json!(id);
    shown["sku"] = json!(offer.sku);
    shown["marketplaceId"] = json!(offer.marketplace);
    shown["format"] = json!(offer.format);
    shown["status"] = json!(if offer.listing.is_some() { "PUBLISHED" } else { "UNPUBLISHED" });
    if let Some(number) = &offer.listing {
        let status = match state.listings.get(number) {
            Some(live) if live.ended => "ENDED",
            _ if listed::left(state, number) == 0 => "OUT_OF_STOCK",
            _ => "ACTIVE",
        };
        shown["listing"] = json!({"listingId": number, "listingStatus": status, "soldQuantity": 0});
    }
    shown
}

pub(super) fn list(state: &State, request: &Request) -> Result<Answer, Wrong> {
    // The documents say that it may be left out.
    let sku = request.parameter("sku").filter(|sku| !sku.is_empty());
    let sku = sku.ok_or_else(|| wrong(400, 25709, "Invalid request. Invalid value for field sku."))?;
    let (limit, number) = page(request.parameter("limit"), request.parameter("offset"), 100, 100)?;
    let wanted = request.parameter("marketplace_id");
    let is_wanted = |offer: &Offer| wanted.as_ref().is_none_or(|wanted| *wanted == offer.marketplace);
    let hidden = state.options.unshown_offers.contains(&sku);
    let all: Vec<Value> = { state.offers.iter() }
        .filter(|(_, offer)| offer.sku == sku && is_wanted(offer) && !hidden)
        .map(|(id, offer)| shown(state, id, offer))
        .collect();
    if all.is_empty() {
        return Err(not_there(&sku));
    }
    let some: Vec<&Value> = all.iter().skip(number * limit).take(limit).collect();
    Ok(ok(&json!({"href": request.target(), "limit": limit, "size": some.len(), "total": all.len(), "offers": some})))
}

pub(super) fn one(state: &State, id: &str) -> Result<Answer, Wrong> {
    let offer = state.offers.get(id).ok_or_else(|| not_there(id))?;
    Ok(ok(&shown(state, id, offer)))
}

pub(super) fn create(state: &mut State, body: &Value) -> Result<Answer, Wrong> {
    schema::check("EbayOfferDetailsWithKeys", body)?;
    make(state, body).map(|id| with(201, &json!({"offerId": id})))
}

pub(super) fn create_some(state: &mut State, body: &Value) -> Result<Answer, Wrong> {
    schema::check("BulkEbayOfferDetailsWithKeys", body)?;
    let rows = bulk::rows(body, "sku", 25730, 25734)?.into_iter().map(|row| {
        let text = |name: &str| row[name].as_str().unwrap_or_default();
        let known_by = [("sku", text("sku")), ("marketplaceId", text("marketplaceId")), ("format", text("format"))];
        bulk::row(&known_by, make(state, row).map(|id| json!({"offerId": id})), 201)
    });
    let rows = rows.collect();
    Ok(bulk::answer(rows))
}

fn make(state: &mut State, body: &Value) -> Result<String, Wrong> {
    let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (Some(sku), Some(marketplace), Some(format)) = (text("sku"), text("marketplaceId"), text("format")) else {
        return Err(wrong(400, 25735, "Invalid SKU, marketplaceId or format."));
    };
    if !state.items.contains_key(&sku) {
        return Err(wrong(400, 25702, format!("SKU {sku} is not available in the system")));
    }
    if let Some((id, other)) = state.offers.iter().find(|(_, offer)| offer.sku == sku && offer.format == format) {
        // A SKU is offered on one marketplace at a time.
        let message = "A user error has occurred. Offer entity already exists.";
        let same = other.marketplace == marketplace;
        let refused = wrong(400, 25002, message);
        return Err(if same { refused.with("offerId", id) } else { refused.with("marketplaceId", &other.marketplace) });
    }
    is_good(body)?;
    let mut kept = body.clone();
    if let Some(fields) = kept.as_object_mut() {
        ["sku", "marketplaceId", "format"].iter().for_each(|name| drop(fields.remove(*name)));
    }
    let id = state.next(7_000_000_000);
    state.offers.insert(id.clone(), Offer { sku, marketplace, format, body: kept, listing: None });
    Ok(id)
}

/// What is refused of an offer whether or not it is on sale.
fn is_good(body: &Value) -> Result<(), Wrong> {
    let price = &body["pricingSummary"]["price"];
    let cents = price["value"].as_str().and_then(|text| text.split_once('.')).map_or(0, |(_, decimals)| decimals.len());
    if !price.is_null() && (cents > 2 || price["value"].as_str().and_then(|text| text.parse::<f64>().ok()).is_none()) {
        return Err(wrong(400, 25003, "Invalid price. It is no amount."));
    }
    if body["availableQuantity"].as_i64().is_some_and(|quantity| quantity < 0) {
        return Err(wrong(400, 25004, "Invalid quantity. It is below zero."));
    }
    Ok(())
}

/// Replaced as a whole; of what is on sale all has to stay that publishing asks for.
pub(super) fn update(state: &mut State, id: &str, body: &Value) -> Result<Answer, Wrong> {
    schema::check("EbayOfferDetailsWithId", body)?;
    is_good(body)?;
    let offer = state.offers.get(id).ok_or_else(|| not_there(id))?.clone();
    if let Some(number) = &offer.listing {
        let changed = Offer { body: body.clone(), ..offer.clone() };
        publish::is_whole(state, &changed, true)?;
        revise(state, number)?;
    }
    if let Some(offer) = state.offers.get_mut(id) {
        offer.body = body.clone();
    }
    Ok(ok(&json!({"offerId": id})))
}

/// With it ends what is on sale of it.
pub(super) fn remove(state: &mut State, id: &str) {
    listed::withdraw(state, &[id.to_owned()]);
    state.offers.remove(id);
}

pub(super) fn delete(state: &mut State, id: &str) -> Result<Answer, Wrong> {
    if !state.offers.contains_key(id) {
        return Err(not_there(id));
    }
    let sku = state.offers[id].sku.clone();
    let is_grouped = state.offers[id].listing.is_some();
    remove(state, id);
    // Taken off a listing with variations, it is taken out of its group.
    if is_grouped {
        for group in state.groups.values_mut() {
            if let Some(skus) = group["variantSKUs"].as_array_mut().filter(|skus| skus.len() > 1) {
                skus.retain(|own| *own != sku);
            }
        }
    }
    Ok(nothing())
}
