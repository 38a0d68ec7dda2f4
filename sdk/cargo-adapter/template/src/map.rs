//! From the marketplace's words to the canonical ones. Pure: the same item always gives the same product.

use entrepot_guest::blank;
use entrepot_guest::issue::invalid;
use entrepot_guest::money::money;
use entrepot_guest::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Goods {
    id: u64,
    title: String,
    description: Option<String>,
    sku: Option<String>,
    /// As it is written: a price that goes through a float is not exact any more.
    price: Box<RawValue>,
    currency: String,
    stock: Option<i64>,
}

pub(crate) fn product(_: &Channel, item: &RawItem) -> Result<model::Product, Error> {
    let goods: Goods = serde_json::from_str(&item.body)
        .map_err(|error| invalid("", "item-unreadable", format!("The product cannot be read: {error}")))?;
    let price = money(goods.price.get().trim_matches('"'), &goods.currency)
        .map_err(|error| invalid("/price", "price-invalid", format!("The price {} is {error}.", goods.price)))?;
    let id = goods.id.to_string();
    let inventory = match goods.stock {
        None => model::Inventory::Untracked(true),
        Some(available) => model::Inventory::Tracked(vec![model::Level {
            location_id: "default".into(),
            location_name: None,
            available,
            item_id: Some(id.clone()),
            backorder: false,
        }]),
    };
    let variant = model::ProductVariant { sku: goods.sku, price: Some(price), inventory, ..blank::variant(&id) };
    let description_html = goods.description;
    Ok(model::Product { description_html, variants: vec![variant], ..blank::product(&id, goods.title) })
}
