//! Products and variations as the shop takes them. Prices and measures are texts.

use std::collections::BTreeMap;

use entrepot_guest::listing::{Intent, Listing};
use entrepot_guest::measure::{length_factor, weight_in};
use entrepot_guest::money::text;
use entrepot_guest::prelude::*;
use entrepot_guest::time;
use model::{Inventory, MediaKind, Product, ProductVariant};
use serde_json::{Value, json};

use super::shop::Shop;

/// By which a product is known again whose answer was lost; keys with a line in front are not shown in the shop.
pub(super) const LISTING: &str = "_entrepot_listing";
pub(super) const VARIANT: &str = "_entrepot_variant";

/// Addresses of pictures that the shop has taken, and its ids of them: sent again they would be there twice.
pub(super) type Images = BTreeMap<String, u64>;

/// `known`: pictures that are there.
pub(super) fn product<T>(shop: &Shop<'_, T>, listing: &Listing, known: &Images, terms: &Terms) -> Value {
    let product = &listing.product;
    let is_variable = is_variable(product);
    let mut body = json!({
        "name": product.title,
        "type": if is_variable { "variable" } else { "simple" },
        "status": match listing.intent { Intent::Active => "publish", _ => "draft" },
        "description": product.description_html.as_deref().unwrap_or_default(),
        "short_description": product.summary_html.as_deref().unwrap_or_default(),
        "images": images(product, known),
        "tags": terms.tags.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
        "meta_data": [{ "key": LISTING, "value": listing.listing_id }],
    });
    if let Some(category) = listing.category.as_deref().and_then(|category| category.parse::<u64>().ok()) {
        body["categories"] = json!([{ "id": category }]);
    }
    if let Some(handle) = &product.handle {
        body["slug"] = json!(handle);
    }
    if is_variable {
        let attributes = product.options.iter().enumerate().map(|(at, option)| {
            json!({ "name": option.name, "position": at, "visible": true, "variation": true, "options": option.values })
        });
        body["attributes"] = Value::Array(attributes.collect());
        // It is counted for each variation.
        body["manage_stock"] = json!(false);
    } else if let Some(variant) = product.variants.first() {
        sold(shop, variant, &mut body);
    }
    body
}

/// The values of options are names: the shop's own attributes of the product are local ones.
pub(super) fn variation<T>(shop: &Shop<'_, T>, product: &Product, variant: &ProductVariant, known: &Images) -> Value {
    let values = product.options.iter().zip(&variant.option_values).filter(|(_, value)| !value.is_empty());
    let attributes: Vec<_> = values.map(|(option, value)| json!({ "name": option.name, "option": value })).collect();
    let mut body = json!({
        "attributes": attributes,
        "status": if variant.enabled { "publish" } else { "private" },
        "meta_data": [{ "key": VARIANT, "value": variant.source_id }],
    });
    let of_variant = |id: &String| product.media.iter().find(|media| media.source_id.as_ref() == Some(id));
    if let Some(media) = variant.media_ids.iter().find_map(of_variant) {
        body["image"] = known.get(&media.url).map_or_else(|| json!({ "src": media.url }), |id| json!({ "id": id }));
    }
    sold(shop, variant, &mut body);
    body
}

pub(super) fn is_variable(product: &Product) -> bool {
    !product.options.is_empty()
}

/// Ids of terms that the shop has, or was given.
#[derive(Default)]
pub(super) struct Terms {
    pub(super) tags: Vec<u64>,
}

fn images(product: &Product, known: &Images) -> Vec<Value> {
    let pictures = product.media.iter().filter(|media| media.kind == MediaKind::Image);
    let one = |media: &model::Media| match known.get(&media.url) {
        Some(id) => json!({ "id": id, "alt": media.alt.as_deref().unwrap_or_default() }),
        None => json!({ "src": media.url, "alt": media.alt.as_deref().unwrap_or_default() }),
    };
    pictures.map(one).collect()
}

/// What is sold: article, price, stock, measures.
fn sold<T>(shop: &Shop<'_, T>, variant: &ProductVariant, body: &mut Value) {
    body["sku"] = json!(variant.sku.as_deref().unwrap_or_default());
    if let Some(gtin) = &variant.gtin {
        body["global_unique_id"] = json!(gtin);
    }
    prices(variant.price.as_ref(), variant.compare_at.as_ref(), body);
    if variant.compare_at.is_none()
        && let Some(sale) = variant
            .sale
            .as_ref()
            .filter(|sale| variant.price.as_ref().is_some_and(|price| sale.price.minor < price.minor))
    {
        body["sale_price"] = json!(text(&sale.price).unwrap_or_default());
        for (name, at) in [("date_on_sale_from_gmt", sale.starts_at), ("date_on_sale_to_gmt", sale.ends_at)] {
            body[name] = json!(at.map(time::naive_utc));
        }
    }
    stock(&variant.inventory, body);
    if let Some(required) = variant.requires_shipping {
        body["virtual"] = json!(!required);
    }
    if let Some((value, unit)) = variant.weight
        && let Some(weight) = weight_in(&shop.weight_unit, value, unit)
    {
        body["weight"] = json!(decimal(weight));
    }
    if let Some(size) = &variant.dimensions
        && let Some(times) = length_factor(&shop.dimension_unit, size.unit)
    {
        let side = |side: f64| decimal(side * times);
        body["dimensions"] =
            json!({ "length": side(size.length), "width": side(size.width), "height": side(size.height) });
    }
}

/// What a buyer pays, and what was asked before.
pub(super) fn prices(price: Option<&Money>, before: Option<&Money>, body: &mut Value) {
    let words = |money: Option<&Money>| money.and_then(text).unwrap_or_default();
    let (regular, sale) = match before {
        Some(before) => (words(Some(before)), words(price)),
        None => (words(price), String::new()),
    };
    body["regular_price"] = json!(regular);
    body["sale_price"] = json!(sale);
}

pub(super) fn stock(inventory: &Inventory, body: &mut Value) {
    match inventory {
        Inventory::Untracked(there) => {
            body["manage_stock"] = json!(false);
            body["stock_status"] = json!(if *there { "instock" } else { "outofstock" });
        }
        Inventory::Tracked(levels) => {
            // In one request: without it the shop ignores the number.
            body["manage_stock"] = json!(true);
            body["stock_quantity"] = json!(levels.iter().map(|level| level.available).sum::<i64>());
            body["backorders"] = json!(if levels.iter().any(|level| level.backorder) { "yes" } else { "no" });
        }
    }
}

/// Without what a binary float leaves behind.
fn decimal(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
