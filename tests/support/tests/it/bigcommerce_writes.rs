//! What the simulated BigCommerce store takes and refuses of what is written.

use entrepot_test_support::bigcommerce::Store;
use serde_json::{Value, json};

use crate::bigcommerce::{Reply, Shop, of, shop};

fn empty() -> Shop {
    of(Store::empty())
}

fn put(shop: &Shop, path: &str, body: Value) -> Reply {
    shop.send("PUT", path, Some(body))
}

fn post(shop: &Shop, path: &str, body: Value) -> Reply {
    shop.send("POST", path, Some(body))
}

fn mug(name: &str, sku: &str) -> Value {
    let variant = |sku: &str, label: &str| json!({"sku": sku, "option_values": [{"option_display_name": "Colour", "label": label}]});
    json!({"name": name, "type": "physical", "weight": 1, "price": 12.5, "sku": "",
        "variants": [variant(&format!("{sku}-B"), "Blue"), variant(&format!("{sku}-R"), "Red")]})
}

fn id(reply: &Reply) -> u64 {
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["data"]["id"].as_u64().expect("an id")
}

#[test]
fn what_the_official_document_does_not_know_is_refused() {
    if !Store::checks_writes() {
        return eprintln!("SKIPPED: no documents (set ENTREPOT_SPECS)");
    }
    let shop = empty();
    let cases = [
        (json!({"name": "A", "type": "physical", "weight": 1}), "price"),
        (json!({"name": "A", "type": "physical", "weight": 1, "price": "12.50"}), "price"),
        (json!({"name": "A", "type": "physical", "weight": 1, "price": 1, "colour": "red"}), "colour"),
        (json!({"name": "A", "type": "virtual", "weight": 1, "price": 1}), "type"),
        (json!({"name": "x".repeat(251), "type": "physical", "weight": 1, "price": 1}), "name"),
        (json!({"name": "A", "type": "physical", "weight": 1, "price": 1, "gtin": null}), "gtin"),
        (
            json!({"name": "A", "type": "physical", "weight": 1, "price": 1, "variants": [{"option_values": []}]}),
            "variants.0.sku",
        ),
    ];
    for (body, field) in cases {
        let reply = post(&shop, "/v3/catalog/products", body);
        assert_eq!(reply.status, 422, "{field}: {}", reply.text);
        assert!(
            reply.json()["errors"].as_object().is_some_and(|errors| errors.contains_key(field)),
            "{field}: {}",
            reply.text
        );
    }
    assert_eq!(shop.store.product_count(), 0);
    // Batches of variants take no codes and make nothing.
    let made = id(&post(&shop, "/v3/catalog/products", mug("Mug", "M")));
    let variant = shop.store.product(made).expect("made")["variants"][0]["id"].clone();
    let refused = put(&shop, "/v3/catalog/variants", json!([{"id": variant, "sku": "OTHER"}]));
    assert_eq!((refused.status, refused.json()["errors"]["0.sku"].is_string()), (422, true), "{}", refused.text);
    assert_eq!(put(&shop, "/v3/catalog/variants", json!([{"id": variant, "price": 9.5}])).status, 200);
}

#[test]
fn titles_skus_and_addresses_are_there_once() {
    let shop = empty();
    id(&post(&shop, "/v3/catalog/products", mug("Mug", "M")));
    for again in [mug("mug", "N"), mug("Another", "m")] {
        assert_eq!(post(&shop, "/v3/catalog/products", again).status, 409);
    }
    let mut other = mug("Other", "O");
    other["custom_url"] = json!({"url": "/mug/", "is_customized": true});
    assert_eq!(post(&shop, "/v3/catalog/products", other.clone()).status, 409);
    other["custom_url"]["url"] = json!("/other/");
    let other = id(&post(&shop, "/v3/catalog/products", other));
    // Of a product that is there everything else is done, and that is said.
    let body = json!({"name": "Renamed", "custom_url": {"url": "/mug/", "is_customized": true}});
    let partly = put(&shop, &format!("/v3/catalog/products/{other}"), body);
    assert_eq!((partly.status, partly.json()["data"]["name"].as_str()), (207, Some("Renamed")), "{}", partly.text);
    assert_eq!(shop.store.product(other).expect("it")["custom_url"]["url"], "/other/");
    let gone = post(
        &shop,
        "/v3/catalog/products",
        json!({"name": "C", "type": "physical", "weight": 1, "price": 1, "categories": [999]}),
    );
    assert_eq!(gone.status, 409, "{}", gone.text);
}

#[test]
fn batches_are_all_or_nothing_and_name_nobody() {
    let shop = shop(12);
    let ids = shop.store.product_ids();
    let rows = |ids: &[u64]| Value::Array(ids.iter().map(|id| json!({"id": id, "is_featured": true})).collect());
    assert_eq!(put(&shop, "/v3/catalog/products", rows(&ids)).status, 413, "eleven are too many");
    let mut ten = ids[..9].to_vec();
    ten.push(999_999);
    let refused = put(&shop, "/v3/catalog/products", rows(&ten));
    assert_eq!((refused.status, refused.json()["errors"].clone()), (404, json!({})), "{}", refused.text);
    assert!(ids.iter().all(|id| shop.store.product(*id).expect("it")["is_featured"] == false));
    assert_eq!(put(&shop, "/v3/catalog/products", rows(&ids[..10])).status, 200);
    let many: Vec<Value> = (0..51).map(|at| json!({"id": at})).collect();
    assert_eq!(put(&shop, "/v3/catalog/variants", json!(many)).status, 413);
}

#[test]
fn a_variant_needs_values_that_there_are() {
    let shop = empty();
    let made = id(&post(&shop, "/v3/catalog/products", mug("Mug", "M")));
    let path = format!("/v3/catalog/products/{made}");
    let option = shop.store.product(made).expect("made")["options"][0]["id"].as_u64().expect("an option");
    let green = |values: Value| json!({"sku": "M-G", "option_values": values});
    for values in
        [json!([{"option_id": option, "id": 999_999}]), json!([{"option_display_name": "Colour", "label": "Green"}])]
    {
        assert_eq!(post(&shop, &format!("{path}/variants"), green(values)).status, 422);
    }
    let value = post(&shop, &format!("{path}/options/{option}/values"), json!({"label": "Green", "sort_order": 2}));
    let values = json!([{"option_id": option, "id": id(&value)}]);
    let variant = id(&post(&shop, &format!("{path}/variants"), green(values.clone())));
    let twice = json!({"sku": "M-G2", "option_values": values});
    assert_eq!(post(&shop, &format!("{path}/variants"), twice).status, 422, "of these values there is one");
    // A value takes its variants along.
    assert_eq!(shop.send("DELETE", &format!("{path}/options/{option}/values/{}", id(&value)), None).status, 204);
    let left = shop.store.product(made).expect("it")["variants"].clone();
    assert!(left.as_array().expect("variants").iter().all(|of| of["id"] != variant), "{left}");
}

#[test]
fn stock_is_set_by_what_it_is_counted_by() {
    let shop = empty();
    let set =
        |items: Value| put(&shop, "/v3/inventory/adjustments/absolute", json!({"reason": "test", "items": items}));
    let mut counted = mug("Mug", "M");
    counted["inventory_tracking"] = json!("variant");
    let made = id(&post(&shop, "/v3/catalog/products", counted));
    let variant = shop.store.product(made).expect("made")["variants"][0]["id"].as_u64().expect("an id");
    let whole = set(json!([{"location_id": 1, "product_id": made, "quantity": 5}]));
    assert!(whole.status == 422 && whole.text.contains("is tracked by variant"), "{}", whole.text);
    for wrong in [
        json!([{"location_id": 1, "variant_id": variant, "quantity": -1}]),
        json!([{"location_id": 1, "variant_id": variant, "quantity": 2_147_483_648_u64}]),
        json!([{"location_id": 99, "variant_id": variant, "quantity": 1}]),
        json!([{"location_id": 1, "variant_id": variant, "quantity": "5"}]),
        json!([{"location_id": 1, "quantity": 5}]),
        json!([]),
    ] {
        assert_eq!(set(wrong.clone()).status, 422, "{wrong}");
    }
    // One that is wrong keeps the others from being set.
    let both = json!([{"location_id": 1, "variant_id": variant, "quantity": 5}, {"location_id": 1, "variant_id": 999_999, "quantity": 5}]);
    assert_eq!((set(both).status, shop.store.stock_of(variant)), (422, Vec::new()));
    let done = set(json!([{"location_id": 2, "variant_id": variant, "quantity": 5}]));
    assert!(done.status == 200 && done.json()["transaction_id"].is_string(), "{}", done.text);
    assert_eq!(shop.store.stock_of(variant), [(2, 5)]);
}

#[test]
fn a_list_that_is_deleted_without_a_filter_is_all_of_it() {
    let shop = shop(3);
    assert_eq!(shop.send("DELETE", "/v3/catalog/products/2", None).status, 204);
    assert_eq!(shop.store.product_ids(), [1, 3]);
    assert_eq!(shop.send("DELETE", "/v3/catalog/products", None).status, 204);
    assert_eq!(shop.store.product_count(), 0);
    shop.store.configure(|options| options.products_read_only = true);
    assert_eq!(post(&shop, "/v3/catalog/products", mug("Mug", "M")).status, 403);
}
