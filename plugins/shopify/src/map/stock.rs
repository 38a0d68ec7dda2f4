//! Stock: how many can be sold, at each place.

use entrepot_guest::prelude::model::{Inventory, Level};
use serde_json::Value;

use super::look::{flag, id, list, of_variant, owned};
use super::notes::Notes;

/// `inventoryQuantity` of the variant is a sum over all places, so it is not looked at.
pub(super) fn inventory(variant: &Value, at: usize, locations: &Value, notes: &mut Notes) -> Inventory {
    let item = variant.get("inventoryItem").unwrap_or(&Value::Null);
    if flag(item, "tracked") == Some(false) {
        // Quantities of what is not counted mean nothing.
        return Inventory::Untracked(true);
    }
    let backorder = variant.get("inventoryPolicy").and_then(Value::as_str) == Some("CONTINUE");
    let levels = list(variant, "levels").iter().filter_map(|level| {
        let Some(location_id) = level.get("location").and_then(id) else {
            notes.warn(
                of_variant(at, "levels"),
                "location-missing",
                "A stock level names no location; it was left out.",
            );
            return None;
        };
        let available = list(level, "quantities")
            .iter()
            .find(|quantity| quantity.get("name").and_then(Value::as_str) == Some("available"))
            .and_then(|quantity| quantity.get("quantity")?.as_i64());
        if available.is_none() {
            notes.warn(
                of_variant(at, "levels"),
                "stock-invalid",
                "A stock level holds no whole number; it counts as none.",
            );
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
