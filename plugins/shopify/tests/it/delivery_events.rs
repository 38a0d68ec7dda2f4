//! What genuine deliveries say, by topic.

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::deliveries::{SECRET, accepted, event, rejected, signed};
use crate::shop::read;

/// Bodies are late, out of order, and have a hundred variants at most: they say that something changed.
#[test]
fn a_product_that_changed_is_fetched() {
    let body = json!({"id": 788_032_119_674_292_922_u64, "updated_at": "2026-05-11T11:06:59-04:00", "variants": []});
    for topic in ["products/create", "products/update"] {
        let verified = accepted(topic, &body.to_string());
        // Exceeds what a float holds.
        assert_eq!(verified.events, [Event::Changed("788032119674292922".into())]);
        assert_eq!(verified.occurred_at, entrepot_guest::time::parse("2026-05-11T15:06:59Z"), "the product's own date");
    }
    assert_eq!(event("products/delete", &json!({"id": 5})), Event::Deleted("5".into()));
    assert_eq!(accepted("products/delete", r#"{"id":5}"#).occurred_at, Some(1_778_512_019_110), "else the delivery's");
    let by_gid = json!({"admin_graphql_api_id": "gid://shopify/Product/9"});
    assert_eq!(event("products/update", &by_gid), Event::Changed("9".into()));
    for nothing in [json!({}), json!({"id": null}), json!({"id": -1}), json!({"id": 1.5}), json!([]), json!(7)] {
        assert!(matches!(event("products/delete", &nothing), Event::Ignored(_)), "{nothing}");
    }
}

#[test]
fn stock_is_applied_as_it_comes() {
    let change = |available| {
        vec![StockChange { item_id: "271878346596884015".into(), location_id: "24826418".into(), available }]
    };
    let body = |available: Value| json!({"inventory_item_id": 271_878_346_596_884_015_u64, "location_id": 24_826_418, "available": available});
    assert_eq!(event("inventory_levels/update", &body(json!(10))), Event::Stock(change(10)));
    assert_eq!(event("inventory_levels/connect", &body(json!(-3))), Event::Stock(change(-3)));
    let gone = json!({"inventory_item_id": 271_878_346_596_884_015_u64, "location_id": 24_826_418});
    assert_eq!(event("inventory_levels/disconnect", &gone), Event::Stock(change(0)));
    assert!(matches!(event("inventory_levels/disconnect", &body(Value::Null)), Event::Ignored(_)), "of another topic");
    assert!(matches!(event("inventory_levels/update", &body(Value::Null)), Event::Ignored(_)), "it is not counted");
    assert!(matches!(event("inventory_levels/update", &json!({"available": 1})), Event::Ignored(_)));
}

#[test]
fn a_bulk_operation_that_finished_wakes_the_run() {
    let body = |kind: &str, status: &str| json!({"admin_graphql_api_id": "gid://shopify/BulkOperation/7", "status": status, "type": kind, "error_code": null});
    for status in ["completed", "failed", "canceled", "expired"] {
        let Event::RunReady(ready) = event("bulk_operations/finish", &body("query", status)) else { panic!() };
        let ready: Value = serde_json::from_str(&ready).unwrap();
        assert_eq!((&ready["operation"], &ready["status"]), (&json!("gid://shopify/BulkOperation/7"), &json!(status)));
    }
    assert!(matches!(event("bulk_operations/finish", &body("mutation", "completed")), Event::Ignored(_)));
    assert!(matches!(event("bulk_operations/finish", &json!({})), Event::Ignored(_)));
}

#[test]
fn an_app_that_was_removed_disconnects() {
    assert_eq!(event("app/uninstalled", &json!({"id": 1})), Event::Disconnected);
}

/// The topics every public app must take: a good one is taken, a forged one refused (which the host answers with 401).
#[test]
fn compliance_topics_are_understood() {
    let text = read("responses/compliance-webhook-bodies.json");
    let bodies: Value = text.map_or_else(Value::default, |text| serde_json::from_str(&text).unwrap());
    for topic in ["customers/data_request", "customers/redact", "shop/redact"] {
        let body = bodies
            .get(topic)
            .cloned()
            .unwrap_or_else(|| json!({"shop_id": 954_889, "shop_domain": "acme.myshopify.com"}));
        let Event::Ignored(why) = event(topic, &body) else { panic!("{topic}") };
        assert!(why.contains("data"), "{why}");
        rejected(&signed(topic, body.to_string().as_bytes(), "forged"));
    }
}

/// Every sample of a topic is understood, whatever it holds.
#[test]
fn official_samples_are_understood() {
    let Some(folder) = crate::shop::specs() else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(folder.join("webhooks/official-samples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // The topic is before the last word that is an action; those of interest have one underscore or two.
        let topic = match name.as_str() {
            "index" => continue,
            "inventory_levels_update"
            | "inventory_levels_connect"
            | "inventory_levels_disconnect"
            | "bulk_operations_finish"
            | "inventory_items_create"
            | "inventory_items_update"
            | "inventory_items_delete" => {
                let (resource, action) = name.rsplit_once('_').unwrap();
                format!("{resource}/{action}")
            }
            _ => name.replacen('_', "/", 1),
        };
        let verified = accepted(&topic, &std::fs::read_to_string(&path).unwrap());
        let understood = match topic.as_str() {
            "products/create" | "products/update" => matches!(&verified.events[..], [Event::Changed(_)]),
            "products/delete" => matches!(&verified.events[..], [Event::Deleted(_)]),
            "inventory_levels/update" | "inventory_levels/connect" | "inventory_levels/disconnect" => {
                matches!(&verified.events[..], [Event::Stock(_) | Event::Ignored(_)])
            }
            "bulk_operations/finish" => matches!(&verified.events[..], [Event::RunReady(_)]),
            "app/uninstalled" => verified.events == [Event::Disconnected],
            _ => matches!(&verified.events[..], [Event::Ignored(_)]),
        };
        assert!(understood, "{topic}: {:?}", verified.events);
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn odd_bodies_are_refused_or_ignored() {
    for body in ["nonsense", "\u{feff}{}", "{\"id\":1} x"] {
        rejected(&signed("products/delete", body.as_bytes(), SECRET));
    }
    rejected(&signed("products/delete", b"\xff\xfe", SECRET));
    assert!(matches!(event("something/new", &json!({"id": 1})), Event::Ignored(_)));
}
