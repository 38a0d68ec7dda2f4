//! Answers against the schemas of the OpenAPI document, and pages.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Client, number, store};

fn document() -> Option<Value> {
    let specs = std::env::var_os("ENTREPOT_SPECS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"), PathBuf::from);
    let file = specs.join("ebay/openapi/sell_inventory_v1_oas3.json");
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            eprintln!("\nSKIPPED: no {} (set ENTREPOT_SPECS)\n", file.display());
            None
        }
    }
}

/// Every field is one of the schema's, and of its type. Facts are an object whatever the document says.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return fits(document, &document["components"]["schemas"][name], value, at);
    }
    match schema["type"].as_str() {
        _ if at.ends_with("/aspects") => assert!(value.is_object(), "{at}: {value}"),
        Some("array") => {
            let items = value.as_array().unwrap_or_else(|| panic!("{at} is no list: {value}"));
            items.iter().enumerate().for_each(|(n, one)| fits(document, &schema["items"], one, &format!("{at}/{n}")));
        }
        Some("integer") => assert!(value.is_i64(), "{at}: {value}"),
        Some("number") => assert!(value.is_number(), "{at}: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{at}: {value}"),
        Some("string") => assert!(value.is_string(), "{at}: {value}"),
        _ => {
            let properties = schema["properties"].as_object().unwrap_or_else(|| panic!("{at} has no schema"));
            for (name, value) in value.as_object().unwrap_or_else(|| panic!("{at} is no object: {value}")) {
                let schema = properties.get(name).unwrap_or_else(|| panic!("{at}/{name} is not in the document"));
                fits(document, schema, value, &format!("{at}/{name}"));
            }
        }
    }
}

#[test]
fn answers_are_as_the_document_says() {
    let Some(document) = document() else { return };
    let store = store(30);
    let client = Client::of(&store);
    let (sku, key) = (store.skus().remove(0), store.group_keys().remove(0));
    let offer = store.offers(&sku).remove(0).0;
    for (path, target) in [
        ("/inventory_item", "/inventory_item?limit=200&offset=0".to_owned()),
        ("/inventory_item/{sku}", format!("/inventory_item/{sku}")),
        ("/inventory_item_group/{inventoryItemGroupKey}", format!("/inventory_item_group/{key}")),
        ("/offer", format!("/offer?sku={sku}")),
        ("/offer/{offerId}", format!("/offer/{offer}")),
        ("/location", "/location?limit=10&offset=0".to_owned()),
    ] {
        let (status, answer) = client.get(&target);
        assert_eq!(status, 200, "{target}: {answer}");
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        fits(&document, schema, &answer, path);
    }
    let stock = json!({"requests": [{"sku": sku, "shipToLocationAvailability": {"quantity": 3}, "offers": [{"offerId": offer, "availableQuantity": 3}]}]});
    for (path, body) in [
        ("/bulk_get_inventory_item", json!({"requests": [{"sku": sku}, {"sku": "none"}]})),
        ("/bulk_update_price_quantity", stock),
        ("/bulk_publish_offer", json!({"requests": [{"offerId": offer}, {"offerId": "7"}]})),
    ] {
        let (status, answer) = client.post(path, &body);
        assert!(matches!(status, 200 | 207), "{path}: {answer}");
        let schema = &document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"];
        fits(&document, schema, &answer, path);
    }
}

/// `offset` is the number of a page of items, and a number of records to skip among locations.
#[test]
fn an_offset_is_not_an_offset() {
    let store = store(40);
    let client = Client::of(&store);
    let skus = |page: &Value| {
        page["inventoryItems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["sku"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (_, second) = client.get("/inventory_item?limit=5&offset=1");
    assert_eq!(skus(&second), store.skus()[5..10]);
    assert!(second["next"].as_str().unwrap().ends_with("limit=5&offset=2"), "{second}");
    let last = store.skus().len().div_ceil(200) - 1;
    assert!(client.get(&format!("/inventory_item?limit=200&offset={last}")).1["next"].is_null());
    for wrong in ["limit=0", "limit=201", "offset=x"] {
        let (status, answer) = client.get(&format!("/inventory_item?{wrong}"));
        assert_eq!((status, number(&answer)), (400, 25706), "{wrong}");
    }
    store.configure(|options| options.locations = vec!["a".into(), "b".into(), "c".into()]);
    let (_, locations) = client.get("/location?limit=2&offset=1");
    assert_eq!(locations["locations"][0]["merchantLocationKey"], "b");
    // The documents say that the SKU may be left out.
    assert_eq!(client.get("/offer").0, 400);
    assert_eq!(client.get("/offer?sku=none").0, 404);
}
