//! What eBay takes, row by row, and what it refuses.

use entrepot_test_support::ebay::Store;
use http::Method;
use serde_json::{Value, json};

use super::{Client, number, store};

fn item(title: &str) -> Value {
    json!({
        "condition": "NEW", "availability": {"shipToLocationAvailability": {"quantity": 3}},
        "product": {"title": title, "imageUrls": ["https://i.example/1.jpg"], "aspects": {"Material": ["Wool"]}},
    })
}

fn offer(sku: &str) -> Value {
    json!({
        "sku": sku, "marketplaceId": "EBAY_US", "format": "FIXED_PRICE", "availableQuantity": 3, "categoryId": "7",
        "listingDescription": "<p>Words.</p>", "listingDuration": "GTC", "merchantLocationKey": "warehouse-1",
        "listingPolicies": {"fulfillmentPolicyId": "6000000010", "paymentPolicyId": "6000000020", "returnPolicyId": "6000000030"},
        "pricingSummary": {"price": {"value": "22.00", "currency": "USD"}},
    })
}

/// One item with an offer that could be published.
fn begun() -> (Store, String) {
    let store = Store::empty();
    store.add_category("7", "Mugs", None);
    let client = Client::of(&store);
    assert_eq!(client.put("/inventory_item/MUG%2F1", &item("Mug")).0, 204);
    let (status, made) = client.post("/offer", &offer("MUG/1"));
    assert_eq!(status, 201, "{made}");
    let id = made["offerId"].as_str().unwrap().to_owned();
    (store, id)
}

#[test]
fn a_body_is_held_against_the_document_and_writes_need_a_language() {
    let store = Store::empty();
    let mut client = Client::of(&store);
    for (pointer, value) in [
        ("/colour", json!("red")),
        ("/product/title", json!(7)),
        ("/product/aspects", json!({"A": "b"})),
        ("/product/imageUrls", json!("x")),
    ] {
        let mut body = item("Mug");
        match body.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => body["colour"] = value,
        }
        let (status, answer) = client.put("/inventory_item/MUG", &body);
        assert_eq!((status, number(&answer)), (400, 25709), "{pointer}: {answer}");
    }
    assert_eq!(
        client.put(&format!("/inventory_item/{}", "x".repeat(51)), &item("Mug")).1["errors"][0]["errorId"],
        25707
    );
    assert_eq!(client.put("/inventory_item/MUG", &item(&"x".repeat(81))).0, 400);
    client.language = None;
    assert_eq!(client.put("/inventory_item/MUG", &item("Mug")).0, 400);
    client.language = Some("en-US");
    assert_eq!(client.put("/inventory_item/MUG", &item("Mug")).0, 204);
    // What is left out is gone.
    assert_eq!(client.put("/inventory_item/MUG", &json!({"condition": "NEW"})).0, 204);
    assert!(store.item("MUG").unwrap()["product"].is_null());
}

#[test]
fn a_good_status_says_nothing_of_a_row() {
    let store = store(3);
    let client = Client::of(&store);
    let row = |sku: &str| json!({"sku": sku, "locale": "en_US", "condition": "NEW"});
    let (status, answer) = client.post(
        "/bulk_create_or_replace_inventory_item",
        &json!({"requests": [row("A"), row(&"x".repeat(51)), {"sku": "B"}]}),
    );
    assert_eq!(status, 207, "{answer}");
    let rows: Vec<u64> =
        answer["responses"].as_array().unwrap().iter().filter_map(|row| row["statusCode"].as_u64()).collect();
    assert_eq!(rows, [200, 400, 400]);
    assert!(store.item("A").is_some() && store.item("B").is_none());
    let many: Vec<Value> = (0..26).map(|n| row(&format!("N{n}"))).collect();
    let (status, answer) = client.post("/bulk_create_or_replace_inventory_item", &json!({"requests": many}));
    assert_eq!((status, number(&answer)), (400, 25727));
    let (status, answer) =
        client.post("/bulk_create_or_replace_inventory_item", &json!({"requests": [row("A"), row("A")]}));
    assert_eq!((status, number(&answer)), (400, 25734));
}

#[test]
fn an_offer_is_there_once_and_names_itself() {
    let (store, id) = begun();
    let (status, answer) = Client::of(&store).post("/offer", &offer("MUG/1"));
    assert_eq!((status, number(&answer)), (400, 25002));
    assert_eq!(answer["errors"][0]["parameters"], json!([{"name": "offerId", "value": id}]));
    // On another marketplace it cannot be offered beside.
    let mut elsewhere = offer("MUG/1");
    elsewhere["marketplaceId"] = json!("EBAY_FR");
    assert_eq!(Client::of(&store).post("/offer", &elsewhere).0, 400);
    assert_eq!(number(&Client::of(&store).post("/offer", &offer("NONE")).1), 25702);
}

#[test]
fn publishing_asks_for_all_of_it() {
    let (store, id) = begun();
    let client = Client::of(&store);
    let path = format!("/offer/{id}/publish");
    // Nothing to say is said, or there is no answer but this.
    assert_eq!(client.send(Method::POST, &format!("/sell/inventory/v1{path}"), b"").status.as_u16(), 411);
    let whole = store.offers("MUG/1").remove(0).1.body;
    let good = |pointer: &str, value: Value| {
        store.change_offer(&id, |offer| {
            offer.body = whole.clone();
            *offer.body.pointer_mut(pointer).unwrap() = value;
        });
        number(&client.post(&path, &json!({})).1)
    };
    for (pointer, value, expected) in [
        ("/listingPolicies/fulfillmentPolicyId", json!("1"), 25007),
        ("/listingPolicies/paymentPolicyId", json!("1"), 25008),
        ("/listingPolicies/returnPolicyId", json!("1"), 25009),
        ("/listingPolicies/returnPolicyId", json!("6000000031"), 25713),
        ("/merchantLocationKey", json!("nowhere"), 25012),
        ("/categoryId", json!("8"), 25005),
        ("/pricingSummary/price/value", json!("0.00"), 25003),
        ("/listingDescription", json!(""), 25016),
    ] {
        assert_eq!(good(pointer, value), expected, "{pointer}");
    }
    store.change_offer(&id, |offer| offer.body = whole.clone());
    store.set_stock("MUG/1", 0);
    assert_eq!(number(&client.post(&path, &json!({})).1), 25004);
    store.set_stock("MUG/1", 1);
    let (status, answer) = client.post(&path, &json!({}));
    assert_eq!((status, answer["listingId"].is_string()), (200, true), "{answer}");
    // Once more is a warning, and the same listing.
    let (_, again) = client.post(&path, &json!({}));
    assert_eq!((&again["listingId"], &again["warnings"][0]["errorId"]), (&answer["listingId"], &json!(25402)));
    // Withdrawn and published again it has another number.
    assert_eq!(client.post(&format!("/offer/{id}/withdraw"), &json!({})).0, 200);
    let (_, anew) = client.post(&path, &json!({}));
    assert_ne!(anew["listingId"], answer["listingId"]);
}

#[test]
fn a_group_is_published_as_one_and_a_sku_alone_joins_none() {
    let (store, id) = begun();
    let client = Client::of(&store);
    let of = |sku: &str, size: &str| {
        let mut goods = item("Mug");
        goods["product"]["aspects"]["Size"] = json!([size]);
        assert_eq!(client.put(&format!("/inventory_item/{sku}"), &goods).0, 204);
        assert_eq!(client.post("/offer", &offer(sku)).0, 201);
    };
    of("S", "Small");
    of("L", "Large");
    let group = |skus: Value| {
        json!({
            "title": "Mug", "description": "Words.", "imageUrls": ["https://i.example/1.jpg"], "variantSKUs": skus,
            "variesBy": {"specifications": [{"name": "Size", "values": ["Small", "Large"]}], "aspectsImageVariesBy": ["Size"]},
        })
    };
    assert_eq!(client.post(&format!("/offer/{id}/publish"), &json!({})).0, 200);
    assert_eq!(number(&client.put("/inventory_item_group/G", &group(json!(["S", "MUG/1"]))).1), 25704);
    assert_eq!(number(&client.put("/inventory_item_group/G", &group(json!(["S", "NONE"]))).1), 25701);
    assert_eq!(client.put("/inventory_item_group/G", &group(json!(["S", "L"]))).0, 204);
    assert_eq!(number(&client.put("/inventory_item_group/H", &group(json!(["S"]))).1), 25703);
    let small = store.offers("S").remove(0).0;
    assert_eq!(number(&client.post(&format!("/offer/{small}/publish"), &json!({})).1), 25732);
    let body = json!({"inventoryItemGroupKey": "G", "marketplaceId": "EBAY_US"});
    let (status, answer) = client.post("/offer/publish_by_inventory_item_group", &body);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(store.live().len(), 2);
    assert_eq!(client.post("/offer/withdraw_by_inventory_item_group", &body).0, 204);
    // The brand may not vary.
    store.change_item("L", |item| item["product"]["brand"] = json!("Own"));
    assert_eq!(number(&client.post("/offer/publish_by_inventory_item_group", &body).1), 25013);
}

#[test]
fn limits_end() {
    let (store, id) = begun();
    let client = Client::of(&store);
    assert_eq!(client.post(&format!("/offer/{id}/publish"), &json!({})).0, 200);
    store.configure(|options| options.revisions = 1);
    let row = |stock: i64| json!({"requests": [{"sku": "MUG/1", "shipToLocationAvailability": {"quantity": stock}, "offers": [{"offerId": id, "availableQuantity": stock}]}]});
    assert_eq!(client.post("/bulk_update_price_quantity", &row(5)).0, 200);
    let (status, answer) = client.post("/bulk_update_price_quantity", &row(6));
    assert_eq!((status, &answer["responses"][0]["errors"][0]["errorId"]), (207, &json!(25019)));
    store.configure(|options| options.per_day = 1);
    let (status, answer) = client.get("/inventory_item");
    assert_eq!((status, number(&answer)), (429, 2001));
    store.next_day();
    assert_eq!(client.get("/inventory_item").0, 200);
}
