//! Price and stock of several SKUs in one call; of offers, those that are on sale.

use serde_json::{Value, json};

use super::answers::{Wrong, wrong};
use super::limits::{listing_of, revise};
use super::store::State;
use super::{bulk, listed, schema};
use crate::server::Answer;

pub(super) fn update(state: &mut State, body: &Value) -> Result<Answer, Wrong> {
    schema::check("BulkPriceQuantity", body)?;
    let mut rows = Vec::new();
    for row in bulk::rows(body, "sku", 25727, 25734)? {
        let sku = row["sku"].as_str().unwrap_or_default().to_owned();
        let offers = row["offers"].as_array().cloned().unwrap_or_default();
        let done = one(state, &sku, row, &offers);
        let ids = offers.iter().filter_map(|offer| offer["offerId"].as_str());
        let ids: Vec<&str> = ids.collect();
        // One answer for each offer, or one for the item where there is none.
        match ids.as_slice() {
            [] => rows.push(bulk::row(&[("sku", &sku)], done.map(|()| json!({})), 200)),
            ids => {
                for id in ids {
                    rows.push(bulk::row(&[("sku", &sku), ("offerId", id)], done.clone().map(|()| json!({})), 200));
                }
            }
        }
    }
    Ok(bulk::answer(rows))
}

fn one(state: &mut State, sku: &str, row: &Value, offers: &[Value]) -> Result<(), Wrong> {
    let quantity = &row["shipToLocationAvailability"]["quantity"];
    if !quantity.is_null() && !state.items.contains_key(sku) {
        return Err(wrong(400, 25702, format!("SKU {sku} is not available in the system")));
    }
    for change in offers {
        let id = change["offerId"].as_str().unwrap_or_default();
        let offer = state.offers.get(id).filter(|offer| offer.listing.is_some() && offer.sku == sku);
        if offer.is_none() {
            return Err(wrong(400, 25713, format!("This Offer is not available : {id}.")));
        }
        let price = &change["price"];
        if change["availableQuantity"].is_null() && price.is_null() {
            return Err(wrong(400, 25709, "Invalid request. Invalid value for field availableQuantity or price."));
        }
        if !price.is_null() && price["currency"] != json!(state.options.currency) {
            return Err(wrong(400, 25003, format!("Invalid price. It has to be in {}.", state.options.currency)));
        }
    }
    if let Some(number) = listing_of(state, sku) {
        revise(state, &number)?;
    }
    if let Some(item) = state.items.get_mut(sku).filter(|_| !quantity.is_null()) {
        item["availability"]["shipToLocationAvailability"]["quantity"] = quantity.clone();
    }
    for change in offers {
        let Some(offer) = change["offerId"].as_str().and_then(|id| state.offers.get_mut(id)) else { continue };
        if !change["availableQuantity"].is_null() {
            offer.body["availableQuantity"] = change["availableQuantity"].clone();
        }
        if !change["price"].is_null() {
            offer.body["pricingSummary"]["price"] = change["price"].clone();
        }
    }
    listed::sold_out(state, sku);
    Ok(())
}
