//! Products that are wrong.

use entrepot_guest::blank;
use entrepot_guest::prelude::*;

use crate::orders::Orders;
use crate::plan::filler;

pub(crate) fn product(orders: &Orders, source_id: String) -> model::Product {
    let times = orders.number("times");
    let good = well_behaved(source_id);
    match orders.mode() {
        "huge-string" => model::Product { title: "x".repeat(times), ..good },
        "huge-list" => model::Product { tags: vec![String::new(); times], ..good },
        "deep-extras" => {
            model::Product { extras: format!("{{\"a\":{}1{}}}", "[".repeat(times), "]".repeat(times)), ..good }
        }
        // Two characters here are a whole value each once parsed.
        "wide-extras" => model::Product { extras: format!("{{\"a\":[{}0]}}", "0,".repeat(times)), ..good },
        "text-extras" => model::Product { extras: "no JSON at all \u{0}\u{fffd}".to_owned(), ..good },
        "array-extras" => model::Product { extras: "[]".to_owned(), ..good },
        "other-source-id" => model::Product { source_id: "somebody-else".to_owned(), ..good },
        "infinite-weight" => {
            let mut product = good;
            for variant in &mut product.variants {
                variant.weight = Some((f64::INFINITY, model::WeightUnit::Gram));
            }
            product
        }
        "long" => longer(good, orders.text("field"), &filler(times)),
        "sku" => longer(good, "sku", orders.text("sku")),
        "fat" => {
            let fat = model::Attribute {
                namespace: "x".to_owned(),
                key: "x".to_owned(),
                kind: "text".to_owned(),
                value: "x".repeat(200_000),
            };
            model::Product { attributes: vec![fat; times], ..good }
        }
        "many-issues" => model::Product { warnings: vec![issue("/x", "as-ordered", "as ordered"); times], ..good },
        _ => good,
    }
}

/// One text of a product is as long as ordered.
fn longer(mut product: model::Product, field: &str, text: &str) -> model::Product {
    let text = text.to_owned();
    let product_text = match field {
        "description" => Some(&mut product.description_html),
        "url" => Some(&mut product.url),
        "brand" => Some(&mut product.brand),
        _ => None,
    };
    if let Some(place) = product_text {
        *place = Some(text);
        return product;
    }
    match field {
        "tag" => product.tags.push(text),
        "attribute" => product.attributes.push(model::Attribute {
            namespace: "x".to_owned(),
            key: "x".to_owned(),
            kind: "text".to_owned(),
            value: text,
        }),
        "extras" => product.extras = format!("{{\"x\":\"{text}\"}}"),
        "collection" => {
            product.collections.push(model::Collection { source_id: text, title: "x".to_owned(), path: Vec::new() });
        }
        _ => {
            for variant in &mut product.variants {
                match field {
                    "sku" => variant.sku = Some(text.clone()),
                    "mpn" => variant.mpn = Some(text.clone()),
                    "variant" => variant.source_id.clone_from(&text),
                    "location" | "item" => {
                        let (location_id, item_id) = match field {
                            "location" => (text.clone(), None),
                            _ => ("x".to_owned(), Some(text.clone())),
                        };
                        variant.inventory = model::Inventory::Tracked(vec![model::Level {
                            location_id,
                            location_name: None,
                            available: 1,
                            item_id,
                            backorder: false,
                        }]);
                    }
                    _ => {}
                }
            }
        }
    }
    product
}

fn well_behaved(source_id: String) -> model::Product {
    let price = Some(Money { minor: 1999, currency: "EUR".to_owned() });
    let variant = model::ProductVariant { price, ..blank::variant(&source_id) };
    model::Product { variants: vec![variant], ..blank::product(source_id, "Well behaved") }
}
