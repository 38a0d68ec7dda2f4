//! Stock: how many can be sold, at each place.

use entrepot_guest::prelude::model::{Inventory, Level};
use serde_json::Value;

use super::look::{flag, id, list, of_variant, owned, short};
use super::notes::Notes;

/// `inventoryQuantity` of the variant is a sum over all places, so it is not looked at.
pub(super) fn inventory(variant: &Value, at: usize, locations: &Value, notes: &mut Notes) -> Inventory {
    let item = variant.get("inventoryItem").unwrap_or(&Value::Null);
    if flag(item, "tracked") == Some(false) {
        // Quantities of what is not counted mean nothing.
        return Inventory::Untracked(true);
    }
    if let Some(levels) = variant.get("levels").filter(|levels| !levels.is_array()) {
        let message =
            format!("The stock levels {} are no list; the next import asks again.", short(&levels.to_string()));
        notes.fatal(of_variant(at, "levels"), "stock-incomplete", message);
    }
    let backorder = variant.get("inventoryPolicy").and_then(Value::as_str) == Some("CONTINUE");
    let levels = list(variant, "levels").iter().filter_map(|level| {
        let Some(location_id) = level.get("location").and_then(id) else {
            // Without it the variant would seem to have less than it has.
            let message =
                format!("The stock level {} names no location; the next import asks again.", short(&level.to_string()));
            notes.fatal(of_variant(at, "levels"), "stock-incomplete", message);
            return None;
        };
        let available = list(level, "quantities")
            .iter()
            .find(|quantity| quantity.get("name").and_then(Value::as_str) == Some("available"))
            .and_then(|quantity| quantity.get("quantity")?.as_i64());
        if available.is_none() {
            let told = level.get("quantities").unwrap_or(&Value::Null).to_string();
            let message = format!(
                "The stock level {} holds no whole number of what is available; the next import asks again.",
                short(&told)
            );
            notes.fatal(of_variant(at, "levels"), "stock-invalid", message);
        }
        Some(Level {
            location_name: owned(locations, &location_id),
            location_id,
            available: available.unwrap_or(0),
            item_id: id(item),
            backorder,
        })
    });
    Inventory::Tracked(levels.collect())
}
