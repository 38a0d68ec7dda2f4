//! Stock. A variation may count its own, share the product's pool, or not be counted.

use entrepot_guest::prelude::model::{Inventory, Level};

use super::notes::{Notes, Place, short};
use super::wire::Goods;
use entrepot_guest::lenient::Raw;

/// `own` is the id of the goods, `parent` the product's.
pub(super) fn inventory(goods: &Goods<'_>, own: &str, parent: &str, place: Place, notes: &mut Notes) -> Inventory {
    let pooled = goods.manage_stock.text().is_some_and(|manage| manage == "parent");
    let counted = pooled || goods.manage_stock.is_true();
    // Old shops and plugins leave it out where nothing is counted; where there is a quantity, nobody knows whether it counts.
    let unsaid = goods.manage_stock.flag().is_none() && goods.manage_stock.is_empty();
    let uncounted = goods.manage_stock.flag() == Some(false) || (unsaid && goods.stock_quantity.word().is_none());
    if !counted && !uncounted {
        let message = format!(
            "{} is no way of managing stock that is known; it counts as not for sale.",
            short(goods.manage_stock.json())
        );
        notes.warn(place, "manage_stock", "tracking-unknown", message);
        return Inventory::Untracked(false);
    }
    if uncounted {
        let status = goods.stock_status.word();
        let known = matches!(status.as_deref(), None | Some("instock" | "onbackorder" | "outofstock"));
        if !known {
            let status = status.as_deref().unwrap_or_default();
            let message = format!("{:?} is no stock status that is known; it counts as out of stock.", short(status));
            notes.warn(place, "stock_status", "stock-status-unknown", message);
        }
        return Inventory::Untracked(known && status.as_deref() != Some("outofstock"));
    }
    let backorder = matches!(goods.backorders.text().as_deref(), Some("notify" | "yes"));
    Inventory::Tracked(vec![Level {
        location_id: "default".to_owned(),
        location_name: None,
        available: quantity(goods.stock_quantity, place, notes),
        // Every variation of a pool repeats its quantity: the shared id keeps it from being added up.
        item_id: Some(if pooled { parent } else { own }.to_owned()),
        backorder,
    }])
}

/// Whole pieces. Plugins sell by the metre, so decimals are rounded down: what is left of a piece cannot be sold.
fn quantity(raw: Raw<'_>, place: Place, notes: &mut Notes) -> i64 {
    let Some(text) = raw.word() else {
        if raw.is_null() {
            let message = "Stock is managed and no quantity is told; the next import asks again. Where the shop shows none, enter one, \
                           be it 0.";
            notes.fatal(place, "stock_quantity", "stock-incomplete", message);
        } else if raw.text().is_some() {
            let message = "Stock is managed and no quantity is told; it counts as none.";
            notes.warn(place, "stock_quantity", "stock-missing", message);
        } else {
            let message = format!("The stock quantity {} is no number.", short(raw.json()));
            notes.fatal(place, "stock_quantity", "stock-invalid", message);
        }
        return 0;
    };
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => whole,
        (_, Ok(decimal)) if decimal.is_finite() => {
            if decimal.fract() != 0.0 {
                let message = format!("The stock quantity {:?} is no whole number; it was rounded down.", short(&text));
                notes.warn(place, "stock_quantity", "stock-rounded", message);
            }
            decimal.floor() as i64
        }
        _ => {
            let message = format!("The stock quantity {:?} is no number.", short(&text));
            notes.fatal(place, "stock_quantity", "stock-invalid", message);
            0
        }
    }
}
