//! Who said it, and what it means.

use entrepot_guest::bindings::keys::Algorithm;
use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_bigcommerce::webhooks::verify;
use serde_json::{Value, json};

use crate::shop::{channel, specs};

const SECRET: &str = "bc-test-client-secret-0123456789abcdef";
const NOW: i64 = 1_735_689_600_000;

fn host() -> TestHost<'static> {
    TestHost::offline().key("webhook", SECRET)
}

fn delivery(headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Delivery {
    Delivery {
        method: "POST".into(),
        path: "/hooks/x".into(),
        query: String::new(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.into(),
        received_at: NOW,
    }
}

/// The token a webhook of the store `abcde` is made with.
fn token() -> String {
    let mac = host().mac("webhook", Algorithm::HmacSha256, b"entrepot bigcommerce webhook token 1\nabcde").unwrap();
    mac.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn event(scope: &str, data: &Value) -> String {
    json!({"scope": scope, "store_id": "11111", "producer": "stores/abcde", "data": data, "hash": "3f9ea420",
        "created_at": 1_735_689_590})
    .to_string()
}

fn accepted(scope: &str, data: &Value) -> Verified {
    match verify(&host(), &channel(), &delivery(&[("X-Entrepot-Token", &token())], event(scope, data))).unwrap() {
        Verdict::Accepted(verified) => verified,
        other => panic!("{scope}: {other:?}"),
    }
}

fn rejected(delivery: &Delivery) -> String {
    match verify(&host(), &channel(), delivery).unwrap() {
        Verdict::Rejected(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn official_vectors_of_signatures() {
    let Some(folder) = specs() else { return };
    let text = std::fs::read_to_string(folder.join("vectors/webhook-signature.json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let host = TestHost::offline().key("webhook", vectors["client_secret"].as_str().unwrap());
    let cases = vectors["cases"].as_array().unwrap();
    for case in cases {
        let headers: Vec<_> = case["headers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
            .collect();
        let mut delivery = delivery(&headers, case["body"].as_str().unwrap());
        delivery.received_at = case["now"].as_i64().unwrap() * 1000;
        let verdict = verify(&host, &channel(), &delivery).unwrap();
        let name = case["name"].as_str().unwrap();
        match case["expect"].as_str().unwrap() {
            "accept" => {
                let Verdict::Accepted(verified) = verdict else { panic!("{name}: {verdict:?}") };
                assert_eq!(
                    (verified.id.as_str(), verified.topic.as_str()),
                    ("msg_2bcTestVector0001", "store/order/statusUpdated")
                );
                assert_eq!(verified.events, [Event::OrderChanged("173331".into())]);
            }
            _ => assert!(matches!(verdict, Verdict::Rejected(_)), "{name}: {verdict:?}"),
        }
    }
    assert!(cases.len() >= 9);
}

#[test]
fn the_header_the_webhook_was_made_with_is_enough_where_nothing_is_signed() {
    let body = event("store/product/updated", &json!({"type": "product", "id": 205}));
    let good = token();
    let other_store = format!("{}0", &good[..63]);
    for (headers, why) in [
        (vec![], "neither"),
        (vec![("X-Entrepot-Token", "")], "not the one"),
        (vec![("X-Entrepot-Token", "zz")], "not the one"),
        (vec![("X-Entrepot-Token", other_store.as_str())], "not the one"),
        (vec![("X-Entrepot-Token", good.as_str()), ("x-entrepot-token", good.as_str())], "neither"),
        (vec![("X-BC-Signature", good.as_str())], "neither"),
        // A signature that is there has to be good, whatever else is.
        (vec![("X-Entrepot-Token", good.as_str()), ("webhook-signature", "v1,AAAA")], "missing"),
    ] {
        let said = rejected(&delivery(&headers, body.clone()));
        assert!(said.contains(why), "{headers:?}: {said}");
    }
    let lower = delivery(&[("x-entrepot-token", &good)], body);
    assert!(matches!(verify(&host(), &channel(), &lower), Ok(Verdict::Accepted(_))));
}

#[test]
fn without_a_client_secret_nothing_is_believed() {
    let body = event("store/product/updated", &json!({"id": 1}));
    let delivery = delivery(&[("X-Entrepot-Token", &token())], body);
    assert!(matches!(verify(&TestHost::offline(), &channel(), &delivery), Err(Error::Denied(_))));
}

#[test]
fn another_stores_events_are_refused_though_the_secret_is_the_same() {
    for body in [
        event("store/product/updated", &json!({"id": 1})).replace("stores/abcde", "stores/other"),
        event("store/product/updated", &json!({"id": 1})).replace("producer", "producers"),
        r#"{"producer":"stores/abcde"}"#.to_owned(),
        "[]".to_owned(),
        "{".to_owned(),
        String::new(),
    ] {
        rejected(&delivery(&[("X-Entrepot-Token", &token())], body));
    }
    rejected(&delivery(&[("X-Entrepot-Token", &token())], vec![0xff, 0xfe]));
}

#[test]
fn events_lead_to_products_and_orders() {
    let changed = |id: &str| vec![Event::Changed(id.into())];
    let order = |id: &str| vec![Event::OrderChanged(id.into())];
    let product = json!({"type": "product", "id": 205});
    for (scope, data, want) in [
        ("store/product/created", product.clone(), changed("205")),
        ("store/product/updated", product.clone(), changed("205")),
        ("store/product/deleted", product, vec![Event::Deleted("205".into())]),
        (
            "store/product/inventory/updated",
            json!({"type": "product", "id": 167, "inventory": {"product_id": 167, "method": "absolute", "value": 5}}),
            changed("167"),
        ),
        ("store/product/inventory/order/updated", json!({"type": "product", "id": 167}), changed("167")),
        // `id` is the SKU's.
        (
            "store/sku/created",
            json!({"type": "sku", "id": 461, "sku": {"product_id": 206, "variant_id": 509}}),
            changed("206"),
        ),
        (
            "store/sku/deleted",
            json!({"type": "sku", "id": 461, "sku": {"product_id": 206, "variant_id": 509}}),
            changed("206"),
        ),
        (
            "store/sku/inventory/order/updated",
            json!({"type": "sku", "id": 461, "inventory": {"product_id": 206, "method": "absolute", "value": 5, "variant_id": 509}}),
            changed("206"),
        ),
        (
            "store/channel/*/inventory/product/stock_changed",
            json!({"variant_id": 127, "product_id": 113, "location_id": 2}),
            changed("113"),
        ),
        (
            "store/option/updated",
            json!({"type": "local_option", "id": 205, "affected_product_ids": [1, 2]}),
            vec![Event::Changed("1".into()), Event::Changed("2".into())],
        ),
        ("store/order/created", json!({"type": "order", "id": 250}), order("250")),
        (
            "store/order/transaction/created",
            json!({"type": "transaction", "order_id": "250", "transaction_id": "17"}),
            order("250"),
        ),
        ("store/channel/1/order/updated", json!({"order_id": 127}), order("127")),
        ("store/shipment/created", json!({"type": "shipment", "id": 12, "orderId": 251}), order("251")),
        ("store/app/uninstalled", json!({"type": "app"}), vec![Event::Disconnected]),
    ] {
        assert_eq!(accepted(scope, &data).events, want, "{scope}");
    }
    for (scope, data) in [
        ("store/sku/updated", json!({"type": "sku", "id": 461})),
        ("store/product/updated", json!({"id": "../x"})),
        ("store/product/updated", json!(null)),
        ("store/category/updated", json!({"type": "category", "id": 42})),
        ("store/product/metafield/updated", json!({"metafield_id": 16, "resource_id": "38"})),
        ("store/order/metafield/created", json!({"metafield_id": 14, "resource_id": "270"})),
        ("store/priceList/records/created/", json!([{"price_list_id": 1, "variant_id": 179}])),
        ("store/hook/deliveryException", json!({"type": "webhook", "id": 123})),
        ("store/modifier/updated", json!({"affected_product_ids": (1..=501).collect::<Vec<_>>()})),
        ("made/up", json!({})),
        ("store", json!({})),
    ] {
        assert!(matches!(accepted(scope, &data).events[..], [Event::Ignored(_)]), "{scope}");
    }
}

#[test]
fn every_documented_event_is_understood() {
    let Some(folder) = specs() else { return };
    let (mut told, mut known) = (0, 0);
    for file in ["docs-examples.json", "legacy-2021-examples.json"] {
        let text = std::fs::read_to_string(folder.join("webhook-events").join(file)).unwrap();
        let examples: Value = serde_json::from_str(&text).unwrap();
        for example in examples.as_object().unwrap().values() {
            let payload = example.pointer("/0/payload").unwrap_or(example);
            let scope = payload["scope"].as_str().unwrap();
            let verified = accepted(scope, &payload["data"]);
            let tells = verified.events.iter().any(|event| !matches!(event, Event::Ignored(_)));
            let about = scope.split('/').nth(1).unwrap();
            if matches!(about, "product" | "sku" | "shipment" | "option" | "modifier") && !scope.contains("metafield") {
                assert!(tells, "{payload}");
                known += 1;
            }
            told += 1;
        }
    }
    assert!(told > 60 && known > 15, "{told} {known}");
}

#[test]
fn the_same_event_has_the_same_id_and_others_have_others() {
    let send =
        |body: &str| match verify(&host(), &channel(), &delivery(&[("X-Entrepot-Token", &token())], body)).unwrap() {
            Verdict::Accepted(verified) => verified,
            other => panic!("{other:?}"),
        };
    let body = event("store/product/updated", &json!({"id": 1}));
    assert_eq!(send(&body).id, send(&body).id);
    assert_eq!(send(&body).occurred_at, Some(1_735_689_590_000));
    let other_scope = body.replace("product/updated", "product/created");
    assert_ne!(send(&body).id, send(&other_scope).id, "two scopes share one hash");
    assert_ne!(
        send(&body).id,
        send(&body.replace("1735689590", "1735689599")).id,
        "the next change of the same product"
    );
    let bare = r#"{"scope":"store/product/updated","producer":"stores/abcde","data":{"id":1}}"#;
    let verified = send(bare);
    assert_eq!((verified.occurred_at, verified.events.len()), (None, 1));
    assert_ne!(verified.id, send(&bare.replace("\"id\":1", "\"id\":2")).id);
}
