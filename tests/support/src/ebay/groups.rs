//! Groups of items, which become one listing with variations.

use serde_json::{Value, json};

use super::answers::{Wrong, nothing, ok, wrong};
use super::limits::revise;
use super::store::State;
use super::{listed, schema};
use crate::server::Answer;

fn not_there(key: &str) -> Wrong {
    wrong(
        404,
        25705,
        format!("The Inventory Item Group named {key} could not be found or is not available in the system."),
    )
}

pub(super) fn one(state: &State, key: &str) -> Result<Answer, Wrong> {
    let mut group = state.groups.get(key).ok_or_else(|| not_there(key))?.clone();
    group["inventoryItemGroupKey"] = json!(key);
    Ok(ok(&group))
}

pub(super) fn skus(group: &Value) -> Vec<String> {
    let skus = group["variantSKUs"].as_array().into_iter().flatten().filter_map(Value::as_str);
    skus.map(str::to_owned).collect()
}

pub(super) fn put(state: &mut State, key: &str, body: &Value) -> Result<Answer, Wrong> {
    schema::check("InventoryItemGroup", body)?;
    if key.chars().count() > 50 {
        return Err(wrong(400, 25709, "Invalid request. Invalid value for field inventoryItemGroupKey."));
    }
    let members = skus(body);
    if members.is_empty() {
        return Err(wrong(400, 25709, "Invalid request. Invalid value for field variantSKUs."));
    }
    if body["title"].as_str().is_some_and(|title| title.chars().count() > 80) {
        return Err(wrong(400, 25709, "Invalid request. Invalid value for field title."));
    }
    for sku in &members {
        if !state.items.contains_key(sku) {
            return Err(wrong(400, 25701, format!("These SKU(s) are not in the system: {sku}")));
        }
        if let Some(other) = state.groups_of(sku).into_iter().find(|other| other != key) {
            let message =
                format!("The following SKU is already a member of another group. SKU : {sku} groupId : {other}");
            return Err(wrong(400, 25703, message));
        }
        let alone = state.offers.values().filter(|offer| offer.sku == *sku).filter_map(|offer| offer.listing.as_ref());
        let is_alone = |number: &&String| state.listings.get(*number).is_some_and(|live| live.group.is_none());
        if let Some(number) = { alone }.find(is_alone) {
            let message = format!(
                "The following SKU is already listed as a single SKU listing. SKU : {sku} Listing ID : {number}"
            );
            return Err(wrong(400, 25704, message));
        }
    }
    let live = state.listings.iter().find(|(_, live)| live.group.as_deref() == Some(key) && !live.ended);
    if let Some(live) = live.map(|(number, _)| number.clone()) {
        revise(state, &live)?;
        let before = state.groups.get(key).map(skus).unwrap_or_default();
        // A SKU that is taken out of the group is taken out of the listing.
        let out: Vec<String> = before.into_iter().filter(|sku| !members.contains(sku)).collect();
        let offers: Vec<String> = out.iter().flat_map(|sku| state.offers_of(sku)).collect();
        listed::withdraw(state, &offers);
    }
    let mut group = body.clone();
    group.as_object_mut().map(|fields| fields.remove("inventoryItemGroupKey"));
    state.groups.insert(key.to_owned(), group);
    Ok(nothing())
}

pub(super) fn delete(state: &mut State, key: &str) -> Result<Answer, Wrong> {
    state.groups.remove(key).map(|_| nothing()).ok_or_else(|| not_there(key))
}
