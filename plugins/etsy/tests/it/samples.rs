//! The sample answers, as they are in the specifications.

use std::path::PathBuf;

use entrepot_guest::prelude::*;
use entrepot_guest::webhook;
use entrepot_plugin_etsy::{map_product, webhooks};
use serde_json::{Value, json};

use crate::map::raw;
use crate::shop::{Run, Shop, channel};

pub(crate) fn sample(name: &str) -> Option<Value> {
    let specs = std::env::var_os("ENTREPOT_SPECS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"), PathBuf::from);
    let file = specs.join("etsy").join(name);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            eprintln!("SKIPPED: no {} (set ENTREPOT_SPECS)", file.display());
            None
        }
    }
}

#[test]
fn the_listings_of_the_sample_page_are_imported() {
    let (Some(page), Some(inventory)) =
        (sample("samples/synthetic-listings-page.json"), sample("samples/synthetic-listing-inventory.json"))
    else {
        return;
    };
    let shop = Shop::with(page["results"].as_array().unwrap().clone());
    for one in shop.inventories.borrow_mut().values_mut() {
        *one = inventory.clone();
    }
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.listed.len()), (3, 3));
    let products: Vec<_> = run.items.values().map(|item| map_product(&channel(), item).unwrap()).collect();
    let first = &products[0];
    assert_eq!(first.description_html.as_deref(), Some("<p>Line one</p><p>Line two with \"entity\"</p>"));
    let options: Vec<_> = first.options.iter().map(|axis| (axis.name.as_str(), axis.values.join("|"))).collect();
    assert_eq!(options, [("Primary color", "Red|Blue".to_owned()), ("Size", "S|M".to_owned())]);
    let variants: Vec<_> = first
        .variants
        .iter()
        .map(|one| (one.sku.as_deref(), one.price.as_ref().unwrap().minor, one.enabled, one.option_values.join("/")))
        .collect();
    assert_eq!(
        variants,
        [
            (Some("TEE-S-RED"), 2200, true, "Red/S".to_owned()),
            (Some("TEE-M-RED"), 2400, true, "Red/M".to_owned()),
            (None, 2400, false, "Blue/M".to_owned()),
        ]
    );
}

#[test]
fn an_inventory_posted_by_a_seller_is_read() {
    let Some(sample) = sample("samples/real-inventory-issues-134-168.json") else { return };
    let mut body = crate::map::with(json!({}));
    body["inventory"] = sample["get_response"].clone();
    let product = map_product(&channel(), &raw(&body)).unwrap();
    // It says that price, quantity and SKU vary by a property that its one product does not have.
    let variant = &product.variants[0];
    assert_eq!((product.options.len(), variant.source_id.as_str(), variant.sku.as_deref()), (0, "7", Some("731737")));
    let model::Inventory::Tracked(levels) = &variant.inventory else { panic!() };
    assert_eq!((levels[0].item_id.as_deref(), levels[0].available), (Some("7"), 1));
}

#[test]
fn signatures_are_judged_as_the_vectors_say() {
    let Some(vectors) = sample("vectors/webhook-signature.json") else { return };
    let key = webhook::base64(vectors["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap();
    let host = entrepot_guest::testing::TestHost::offline().key("webhook_secret", key);
    let own = entrepot_guest::testing::channel(r#"{"shop_id":"123456"}"#);
    for case in vectors["cases"].as_array().unwrap() {
        let header = |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap().to_owned());
        let delivery = Delivery {
            method: "POST".into(),
            path: "/hooks".into(),
            query: String::new(),
            headers: case["headers"].as_object().unwrap().iter().map(header).collect(),
            body: case["body"].as_str().unwrap().as_bytes().to_vec(),
            received_at: vectors["now"].as_i64().unwrap() * 1000,
        };
        let verdict = webhooks::verify(&host, &own, &delivery).unwrap();
        let accepted = matches!(&verdict, Verdict::Accepted(verified) if verified.events == [Event::OrderChanged("234567890".into())]);
        let expected = case["expect"].as_str().unwrap().starts_with("accept");
        assert_eq!(accepted, expected, "{}: {verdict:?}", case["name"]);
    }
}
