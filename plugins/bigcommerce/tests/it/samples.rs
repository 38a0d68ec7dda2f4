//! Products and variants of the official samples.

use entrepot_guest::prelude::*;
use entrepot_plugin_bigcommerce::map_product;
use serde_json::{Value, json};

use crate::map::raw;
use crate::shop::{Run, Shop, channel, specs};

/// Everything below `value` that looks like a whole product.
fn products(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(fields) if fields.contains_key("inventory_tracking") && fields.contains_key("custom_url") => {
            found.push(value.clone());
        }
        Value::Object(fields) => fields.values().for_each(|value| products(value, found)),
        Value::Array(values) => values.iter().for_each(|value| products(value, found)),
        _ => {}
    }
}

fn sample(folder: &std::path::Path, name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("samples").join(name)).unwrap()).unwrap()
}

#[test]
fn sample_products_map() {
    let Some(folder) = specs() else { return };
    let mut found = Vec::new();
    products(&sample(&folder, "products.json"), &mut found);
    for product in &found {
        let mapped = map_product(&channel(), &raw(product)).unwrap_or_else(|error| panic!("{error:?}: {product}"));
        assert_eq!(mapped.source_id, product["id"].to_string());
        assert!(!mapped.variants.is_empty());
    }
    assert!(found.len() > 3, "{}", found.len());
}

#[test]
fn a_sample_product_with_its_variants_is_a_run() {
    let Some(folder) = specs() else { return };
    let mut found = Vec::new();
    products(&sample(&folder, "products.json"), &mut found);
    let mut product = found.into_iter().find(|product| product["id"].as_u64().is_some_and(|id| id > 0)).unwrap();
    let variants = sample(&folder, "variants.json");
    product["id"] = json!(192);
    product["base_variant_id"] = json!(null);
    product["variants"] =
        variants["GET /catalog/products/{product_id}/variants"]["response 200"]["example"]["data"].clone();
    let run = Run::of(&Shop::new(vec![product])).unwrap();
    let mapped = map_product(&channel(), &run.items["192"]).unwrap();
    assert_eq!(
        (mapped.options[0].name.as_str(), mapped.options[0].values.join(",")),
        ("Color", "Beige,Grey,Black".to_owned())
    );
    let prices: Vec<_> =
        mapped.variants.iter().map(|variant| variant.price.as_ref().map(|money| money.minor)).collect();
    assert_eq!(prices, [Some(800), Some(2000), Some(2000)], "the sale price is what a buyer pays");
}

#[test]
fn the_sample_store_is_understood() {
    let Some(folder) = specs() else { return };
    let store = sample(&folder, "store-information.json")["GET /store"]["response 200"]["response"].clone();
    let shop = Shop::of(1).twisted(move |_, asked| {
        (asked.path == "/v2/store").then(|| Ok(entrepot_guest::testing::json(200, store.to_string())))
    });
    let account = entrepot_plugin_bigcommerce::connection::check(&shop, &channel()).unwrap();
    assert_eq!((account.name.as_str(), account.currency.as_deref()), ("BigCommerce", Some("USD")));
    let run = Run::of(&shop).unwrap();
    let product = map_product(&channel(), &run.items["1"]).unwrap();
    assert_eq!(product.variants[0].weight, Some((1.5, model::WeightUnit::Ounce)));
    assert_eq!(product.url.as_deref(), Some("https://my-awesome.store/product-1/"));
}
