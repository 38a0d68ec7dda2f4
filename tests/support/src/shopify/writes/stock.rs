//! Stock of an item at a location.

use serde_json::{Value, json};

use super::super::deliveries;
use super::super::model::{Level, Variant};
use super::super::state::State;
use super::super::tree::{Arguments, Missing, gid, number};
use super::{error, there};

const MOST: usize = 250;
/// Nobody has more of anything.
const TOO_MANY: i64 = 1_000_000_000;

fn variant(state: &mut State, item: u64) -> Option<&mut Variant> {
    state.products.values_mut().flat_map(|product| &mut product.variants).find(|variant| variant.item == item)
}

fn ids(row: &Value) -> (Option<u64>, Option<u64>) {
    let id = |name: &str, kind: &str| row.get(name).and_then(Value::as_str).and_then(|id| number(id, kind));
    (id("inventoryItemId", "InventoryItem"), id("locationId", "Location"))
}

/// All of them, or none.
pub(super) fn set(state: &mut State, arguments: &Arguments) -> Result<Value, Missing> {
    let input = arguments.get("input").cloned().unwrap_or_default();
    let rows = input.get("quantities").and_then(Value::as_array).cloned().unwrap_or_default();
    if rows.len() > MOST {
        return Err(Missing::Wrong(format!(
            "The input array size of {} is greater than the maximum allowed of {MOST}.",
            rows.len()
        )));
    }
    // The schema lets it be left out; the shop does not.
    if rows.iter().any(|row| row.get("changeFromQuantity").is_none()) {
        return Err(Missing::Wrong("changeFromQuantity must be given for each quantity, or be null".to_owned()));
    }
    let mut errors = Vec::new();
    if !matches!(input["name"].as_str(), Some("available" | "on_hand")) {
        let message = "The quantity name must be either 'available' or 'on_hand'.";
        errors.push(error(&["input", "name"], "INVALID_NAME", message));
    }
    if input["reason"] != "correction" {
        errors.push(error(&["input", "reason"], "INVALID_REASON", "The specified reason is invalid."));
    }
    let mut seen = std::collections::HashSet::new();
    let mut changes = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let place = at.to_string();
        let mut refuse = |field: &str, code: &str, message: &str| {
            errors.push(error(&["input", "quantities", &place, field], code, message));
        };
        let (item, location) = ids(row);
        let quantity = row["quantity"].as_i64().unwrap_or_default();
        let Some(found) = item.and_then(|item| variant(state, item)).map(|variant| variant.clone()) else {
            refuse("inventoryItemId", "INVALID_INVENTORY_ITEM", "The specified inventory item could not be found.");
            continue;
        };
        let Some(level) = found.levels.iter().find(|level| Some(level.location) == location) else {
            refuse("locationId", "INVALID_LOCATION", "The specified location could not be found.");
            continue;
        };
        if !seen.insert((found.item, level.location)) {
            let message = "The combination of inventoryItemId and locationId must be unique.";
            refuse("inventoryItemId", "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", message);
        } else if quantity < 0 {
            refuse("quantity", "INVALID_QUANTITY_NEGATIVE", "The quantity can't be negative.");
        } else if quantity > TOO_MANY {
            refuse("quantity", "INVALID_QUANTITY_TOO_HIGH", "The total quantity can't be higher than 1,000,000,000.");
        } else if row["changeFromQuantity"].as_i64().is_some_and(|from| from != level.available) {
            let message = "The changeFromQuantity value does not match persisted value.";
            refuse("changeFromQuantity", "CHANGE_FROM_QUANTITY_STALE", message);
        } else {
            changes.push((found.item, level.location, quantity));
        }
    }
    if errors.is_empty() {
        for (item, location, quantity) in changes {
            put(state, item, location, quantity);
        }
    }
    let group =
        errors.is_empty().then(|| json!({"id": "gid://shopify/InventoryAdjustmentGroup/1", "reason": "correction"}));
    Ok(json!({"inventoryAdjustmentGroup": group, "userErrors": errors}))
}

/// What lies somewhere is another number from now on, or begins to lie there.
pub(super) fn put(state: &mut State, item: u64, location: u64, available: i64) {
    let now = state.options.seconds();
    let Some(found) = variant(state, item) else { return };
    match found.levels.iter_mut().find(|level| level.location == location) {
        Some(level) => (level.available, level.updated_at) = (available, now.max(level.updated_at + 1)),
        None => found.levels.push(Level { location, available, updated_at: now }),
    }
    deliveries::stock(state, item, location, available);
}

pub(super) fn activate(state: &mut State, arguments: &Arguments) -> Result<Value, Missing> {
    let arguments = Value::Object(arguments.clone());
    let refused = |field: &str, message: &str| {
        Ok(json!({"inventoryLevel": null, "userErrors": [{"field": [field], "message": message}]}))
    };
    let (item, location) = ids(&arguments);
    let available = arguments["available"].as_i64();
    let Some(location) = location.filter(|id| state.locations.iter().any(|known| known.id == *id && known.active))
    else {
        return refused("locationId", "The location could not be found.");
    };
    if available.is_some_and(|available| available < 0) {
        return refused("available", "The quantity can't be negative.");
    }
    let Some(found) = item.and_then(|item| variant(state, item)) else {
        return refused("inventoryItemId", "The inventory item could not be found.");
    };
    let (item, before) =
        (found.item, found.levels.iter().find(|level| level.location == location).map(|of| of.available));
    if before.is_some() && available.is_some() {
        return refused(
            "available",
            "Not allowed to set available quantity when the item is already active at the location.",
        );
    }
    put(state, item, location, available.or(before).unwrap_or(0));
    let id = format!("gid://shopify/InventoryLevel/{}?inventory_item_id={item}", location + 34_000_000);
    Ok(json!({"inventoryLevel": {"id": id, "item": there(gid("InventoryItem", item))}, "userErrors": []}))
}
