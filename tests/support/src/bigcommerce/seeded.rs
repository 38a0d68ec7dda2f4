//! The neutral catalogue in BigCommerce's shape.

use serde_json::{Value, json};

use super::state::State;
use super::time::iso;
use crate::seed::{LOCATIONS, Product, Status, Variant};

/// Dollars from cents, as the JSON number that BigCommerce writes: its digits are those of the shortest number that is meant.
fn amount(cents: i64) -> Value {
    serde_json::from_str(&format!("{}.{:02}", cents / 100, cents % 100)).unwrap_or_default()
}

/// Nothing where it is the product's own: the variant inherits it.
fn own(cents: i64, of_product: i64) -> Value {
    if cents == of_product { Value::Null } else { amount(cents) }
}

/// Regular price, sale price (0: no sale), cost (0: none).
fn prices(variant: &Variant) -> [i64; 3] {
    let sale = if variant.compare_at.is_some() { variant.price } else { 0 };
    [variant.compare_at.unwrap_or(variant.price), sale, variant.cost.unwrap_or(0)]
}

pub(crate) fn fill(state: &mut State, products: &[Product]) {
    for (at, name) in LOCATIONS.iter().enumerate() {
        state.locations.insert(at as u64 + 1, ((*name).to_owned(), true));
    }
    // Ids of other kinds begin above those of products, which are their numbers.
    let highest = products.iter().map(|product| product.number).max().unwrap_or(0);
    state.last_id = state.last_id.max(highest + 10_000);
    for product in products {
        insert(state, product);
    }
}

fn insert(state: &mut State, seed: &Product) {
    let brand = seed.brand.as_deref().map_or(0, |name| state.brand(name));
    let category = state.category(&seed.category);
    let options: Vec<Value> = (seed.options.iter().enumerate())
        .map(|(at, axis)| {
            let values: Vec<Value> = (axis.values.iter().enumerate())
                .map(|(rank, label)| json!({"id": state.id(), "label": label, "sort_order": rank, "value_data": null, "is_default": false}))
                .collect();
            json!({"id": state.id(), "product_id": seed.number, "display_name": axis.name, "name": axis.name,
                "type": "rectangles", "sort_order": at, "config": {}, "option_values": values})
        })
        .collect();
    let images: Vec<Value> = (seed.images.iter().enumerate())
        .map(|(at, image)| {
            json!({"id": state.id(), "product_id": seed.number, "is_thumbnail": at == 0, "sort_order": at, "description": image.alt,
                "url_zoom": image.url, "url_standard": image.url, "url_thumbnail": image.url, "url_tiny": image.url,
                "date_modified": iso(seed.updated_at)})
        })
        .collect();
    let custom_fields: Vec<Value> =
        seed.attributes.iter().map(|(name, value)| json!({"id": state.id(), "name": name, "value": value})).collect();
    let base = seed.options.is_empty();
    let first = &seed.variants[0];
    let of_product = prices(first);
    let variants: Vec<Value> =
        seed.variants.iter().map(|variant| self::variant(state, seed, variant, &options, of_product)).collect();
    let tracking = match (first.stock, base) {
        (None, _) => "none",
        (Some(_), true) => "product",
        (Some(_), false) => "variant",
    };
    let [price, sale, cost] = of_product;
    let mut product = plain();
    let known = json!({
        "id": seed.number, "name": seed.title, "sku": if base { first.sku.as_str() } else { "" },
        "description": seed.description_html, "weight": first.weight_grams, "price": amount(price), "cost_price": amount(cost),
        "sale_price": amount(sale), "calculated_price": amount(first.price), "categories": [category], "brand_id": brand,
        "inventory_tracking": tracking, "is_visible": seed.status == Status::Active,
        "gtin": if base { first.gtin.as_deref().unwrap_or_default() } else { "" }, "search_keywords": seed.tags.join(","),
        "date_created": iso(seed.created_at), "date_modified": iso(seed.updated_at),
        "custom_url": {"url": format!("/product-{}/", seed.number), "is_customized": false},
        "base_variant_id": if base { variants[0]["id"].clone() } else { Value::Null },
        "variants": variants, "options": options, "images": images, "custom_fields": custom_fields,
    });
    if let (Some(product), Value::Object(known)) = (product.as_object_mut(), known) {
        product.extend(known);
    }
    state.products.insert(seed.number, product);
    state.show_levels(seed.number);
}

/// What a product has that says nothing.
pub(crate) fn plain() -> Value {
    let mut plain = json!({
        "type": "physical", "width": 0, "depth": 0, "height": 0, "retail_price": 0, "map_price": 0, "tax_class_id": 0,
        "product_tax_code": "", "option_set_id": null, "option_set_display": "right", "inventory_level": 0,
        "inventory_warning_level": 0, "reviews_rating_sum": 0, "reviews_count": 0, "total_sold": 0, "view_count": 0,
        "fixed_cost_shipping_price": 0, "is_free_shipping": false, "is_featured": false, "related_products": [-1],
        "warranty": "", "bin_picking_number": "", "layout_file": "product.html", "upc": "", "mpn": "",
        "availability": "available", "availability_description": "", "condition": "New", "is_condition_shown": false,
    });
    let more = json!({
        "gift_wrapping_options_type": "any", "gift_wrapping_options_list": [], "sort_order": 0, "order_quantity_minimum": 0,
        "order_quantity_maximum": 0, "page_title": "", "meta_keywords": [], "meta_description": "",
        "date_last_imported": null, "preorder_release_date": null, "preorder_message": "", "is_preorder_only": false,
        "is_price_hidden": false, "price_hidden_label": "", "open_graph_type": "product", "open_graph_title": "",
        "open_graph_description": "", "open_graph_use_meta_description": true, "open_graph_use_product_name": true,
        "open_graph_use_image": true, "modifiers": [], "bulk_pricing_rules": [], "videos": [],
    });
    if let (Some(plain), Value::Object(more)) = (plain.as_object_mut(), more) {
        plain.extend(more);
    }
    plain
}

fn variant(state: &mut State, seed: &Product, variant: &Variant, options: &[Value], of_product: [i64; 3]) -> Value {
    let id = state.id();
    let sku_id = if options.is_empty() { Value::Null } else { json!(state.id()) };
    if let Some(stock) = variant.stock {
        state.stock.insert(id, (1..).zip(stock).collect());
    }
    let [price, sale, cost] = prices(variant);
    let values = options.iter().zip(&variant.option_values).map(|(option, label)| {
        let known = option["option_values"].as_array().into_iter().flatten().find(|value| value["label"] == label.as_str());
        json!({"id": known.map(|value| &value["id"]), "label": label, "option_id": option["id"], "option_display_name": option["display_name"]})
    });
    let image = variant.image.and_then(|at| seed.images.get(at)).map_or("", |image| image.url.as_str());
    json!({
        "id": id, "product_id": seed.number, "sku": variant.sku, "sku_id": sku_id, "price": own(price, of_product[0]),
        "sale_price": own(sale, of_product[1]), "cost_price": own(cost, of_product[2]), "retail_price": null, "map_price": null,
        "calculated_price": amount(variant.price), "weight": variant.weight_grams, "calculated_weight": variant.weight_grams,
        "width": null, "height": null, "depth": null, "is_free_shipping": false, "fixed_cost_shipping_price": null,
        "purchasing_disabled": false, "purchasing_disabled_message": "", "image_url": image, "upc": "", "mpn": "",
        "gtin": variant.gtin.as_deref().unwrap_or_default(), "inventory_level": 0, "inventory_warning_level": 0,
        "bin_picking_number": "", "option_values": values.collect::<Vec<_>>(),
    })
}
