//! What goes wrong when products are made.

use std::sync::atomic::{AtomicU32, Ordering};

use entrepot_guest::blank;
use entrepot_guest::issue::invalid;
use entrepot_guest::money::money;
use entrepot_guest::prelude::*;
use serde_json::Value;

static MAPPED: AtomicU32 = AtomicU32::new(0);

pub(crate) fn product(sin: &str, item: &RawItem) -> Result<model::Product, Error> {
    let goods: Value =
        serde_json::from_str(&item.body).map_err(|error| invalid("", "unreadable", error.to_string()))?;
    let id = item.source_id.as_str();
    let title = match (goods["title"].as_str(), sin) {
        (Some(title), _) => title.to_owned(),
        (None, "panicking") => panic!("a product without a title"),
        (None, _) => return Err(invalid("/title", "title-missing", "The product has no title.")),
    };
    let title = if sin == "counting" { format!("{title} {}", MAPPED.fetch_add(1, Ordering::Relaxed)) } else { title };
    let written = goods["price"].as_str().unwrap_or_default();
    let joined = written.replace(',', "");
    let written = if sin == "joining" { joined.as_str() } else { written };
    let exact = money(written, "EUR").map_err(|error| invalid("/price", "price-invalid", error.to_string()))?;
    let price = match sin {
        "floating" => Money { minor: (written.parse::<f64>().unwrap_or_default() * 100.0) as i64, ..exact },
        _ => exact,
    };
    let level = model::Level {
        location_id: "default".to_owned(),
        location_name: None,
        available: 1,
        // None: it is the variant's own.
        item_id: None,
        backorder: false,
    };
    let inventory = model::Inventory::Tracked(vec![level]);
    let variant = model::ProductVariant { price: Some(price), inventory, ..blank::variant(id) };
    let tags = goods["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let tags = tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
    Ok(model::Product { tags, variants: vec![variant], ..blank::product(id, title) })
}
