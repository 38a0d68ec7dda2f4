//! Inventory items: kept as they were sent, and replaced as a whole.

use serde_json::{Map, Value, json};

use super::answers::{Wrong, nothing, ok, page, wrong};
use super::limits::{listing_of, revise};
use super::store::State;
use super::{bulk, listed, schema};
use crate::server::{Answer, Request};

const MOST_SKU: usize = 50;
const MOST_TITLE: usize = 80;

/// As it is answered: with its SKU, and with the groups that it is part of under both names.
fn shown(state: &State, sku: &str, item: &Value, both: bool) -> Value {
    let mut shown = item.clone();
    shown["sku"] = json!(sku);
    if shown["locale"].is_null() {
        shown["locale"] = json!("en_US");
    }
    if let Some(there) = shown.pointer_mut("/availability/shipToLocationAvailability") {
        let quantity = there["quantity"].clone();
        there["allocationByFormat"] = json!({"auction": 0, "fixedPrice": quantity});
    }
    let groups = state.groups_of(sku);
    if !groups.is_empty() {
        shown["inventoryItemGroupKeys"] = json!(groups);
        if both {
            shown["groupIds"] = json!(groups);
        }
    }
    shown
}

pub(super) fn list(state: &State, request: &Request) -> Result<Answer, Wrong> {
    let (limit, number) = page(request.parameter("limit"), request.parameter("offset"), 25, 200)?;
    let options = &state.options;
    let from = (number * limit).min(state.skus.len());
    let to = (from + limit).min(state.skus.len());
    let some = state.skus[from..to].iter().filter(|sku| !options.hidden.contains(sku));
    let items: Vec<Value> = some.map(|sku| shown(state, sku, &state.items[sku], true)).collect();
    let total = i64::try_from(state.skus.len()).unwrap_or(i64::MAX) + options.miscounts;
    let href =
        |number: usize| format!("{}/sell/inventory/v1/inventory_item?limit={limit}&offset={number}", request.origin);
    let mut list = json!({
        "href": href(number), "limit": limit, "size": items.len(), "total": total, "inventoryItems": items,
    });
    if to < state.skus.len() && !options.without_next {
        list["next"] = json!(href(number + 1));
    }
    Ok(ok(&list))
}

pub(super) fn one(state: &State, sku: &str) -> Result<Answer, Wrong> {
    let item = state.items.get(sku).ok_or_else(|| not_there(sku))?;
    Ok(ok(&shown(state, sku, item, true)))
}

fn not_there(sku: &str) -> Wrong {
    wrong(
        404,
        25710,
        format!("We didn't find the resource/entity you are requesting: {sku}. Please verify the request"),
    )
}

pub(super) fn some(state: &State, body: &Value) -> Result<Answer, Wrong> {
    schema::check("BulkGetInventoryItem", body)?;
    let rows = bulk::rows(body, "sku", 25727, 25728)?.into_iter().map(|row| {
        let sku = row["sku"].as_str().unwrap_or_default();
        let item = state.items.get(sku).ok_or_else(|| not_there(sku));
        bulk::row(&[("sku", sku)], item.map(|item| json!({"inventoryItem": shown(state, sku, item, false)})), 200)
    });
    Ok(bulk::answer(rows.collect()))
}

pub(super) fn put(state: &mut State, sku: &str, body: &Value) -> Result<Answer, Wrong> {
    schema::check("InventoryItem", body)?;
    replace(state, sku, body)?;
    Ok(nothing())
}

pub(super) fn put_some(state: &mut State, body: &Value) -> Result<Answer, Wrong> {
    schema::check("BulkInventoryItem", body)?;
    let rows = bulk::rows(body, "sku", 25727, 25734)?.into_iter().map(|row| {
        let sku = row["sku"].as_str().unwrap_or_default();
        let done = match row["locale"].as_str().filter(|locale| locale.contains('_')) {
            Some(_) => replace(state, sku, row),
            None => Err(wrong(
                400,
                25733,
                "Valid SKU and locale information are required for all the InventoryItems in the request.",
            )),
        };
        bulk::row(&[("sku", sku)], done.map(|()| json!({"locale": row["locale"]})), 200)
    });
    let rows = rows.collect();
    Ok(bulk::answer(rows))
}

fn replace(state: &mut State, sku: &str, body: &Value) -> Result<(), Wrong> {
    if sku.is_empty() || sku.chars().count() > MOST_SKU {
        return Err(wrong(400, 25707, "Invalid sku. sku has to be alphanumeric with upto 50 characters in length"));
    }
    is_good(body)?;
    let live = listing_of(state, sku);
    if live.is_some() {
        // What buyers see has to stay whole.
        if body["product"]["imageUrls"].as_array().is_none_or(Vec::is_empty) || body["availability"].is_null() {
            return Err(wrong(
                400,
                25709,
                "Invalid request. Invalid value for field imageUrls or availability of a live listing.",
            ));
        }
    }
    if let Some(live) = live {
        revise(state, &live)?;
    }
    let mut item: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
    item.remove("sku");
    item.retain(|_, value| !value.is_null());
    state.put_item(sku, Value::Object(item));
    listed::sold_out(state, sku);
    Ok(())
}

fn is_good(body: &Value) -> Result<(), Wrong> {
    let product = &body["product"];
    let bad = |field: &str| Err(wrong(400, 25709, format!("Invalid request. Invalid value for field {field}.")));
    if product["title"].as_str().is_some_and(|title| title.chars().count() > MOST_TITLE) {
        return bad("title");
    }
    let pictures = product["imageUrls"].as_array().map(Vec::as_slice).unwrap_or_default();
    if pictures.len() > 24 || pictures.iter().any(|url| !url.as_str().is_some_and(|url| url.starts_with("https://"))) {
        return bad("imageUrls");
    }
    for (name, values) in product["aspects"].as_object().into_iter().flatten() {
        let is_long = |value: &Value| value.as_str().is_some_and(|value| value.chars().count() > 65);
        if name.chars().count() > 40 || values.as_array().is_none_or(|all| all.is_empty() || all.iter().any(is_long)) {
            return bad("aspects");
        }
    }
    let quantity = &body["availability"]["shipToLocationAvailability"]["quantity"];
    if quantity.as_i64().is_some_and(|quantity| quantity < 0) {
        return Err(wrong(400, 25004, "Invalid quantity. It is below zero."));
    }
    Ok(())
}

/// With its offers, and out of its groups.
pub(super) fn delete(state: &mut State, sku: &str) -> bool {
    if state.items.remove(sku).is_none() {
        return false;
    }
    state.skus.retain(|own| own != sku);
    let offers = state.offers_of(sku);
    for offer in offers {
        super::offers::remove(state, &offer);
    }
    for group in state.groups.values_mut() {
        if let Some(skus) = group["variantSKUs"].as_array_mut() {
            skus.retain(|own| own != sku);
        }
    }
    true
}

pub(super) fn delete_one(state: &mut State, sku: &str) -> Result<Answer, Wrong> {
    if delete(state, sku) { Ok(nothing()) } else { Err(not_there(sku)) }
}
