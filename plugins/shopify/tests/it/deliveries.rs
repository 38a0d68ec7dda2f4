//! Webhooks: whose they are, which one it is, and what they say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepot_guest::Keys as _;
use entrepot_guest::prelude::*;
use entrepot_guest::testing::{TestHost, channel as of_settings};
use entrepot_plugin_shopify::webhooks::verify;
use serde_json::{Value, json};

use crate::shop::{channel, read};

const SECRET: &str = "hush";
const ID: &str = "f267a21b-b283-58e6-923a-0f3be44ce67c";

fn signature(secret: &str, body: &[u8]) -> String {
    let keys = TestHost::offline().key("any", secret);
    STANDARD.encode(keys.mac("any", entrepot_guest::bindings::keys::Algorithm::HmacSha256, body).unwrap())
}

fn signed(topic: &str, body: &[u8], secret: &str) -> Delivery {
    let headers = [
        ("X-Shopify-Topic", topic),
        ("X-Shopify-Hmac-Sha256", &signature(secret, body)),
        ("X-Shopify-Shop-Domain", "acme.myshopify.com"),
        ("X-Shopify-API-Version", "2026-10"),
        ("X-Shopify-Webhook-Id", ID),
        ("X-Shopify-Event-Id", "a2533945-511e-45bb-a0fa-1dba0ad9ecb1"),
        ("X-Shopify-Triggered-At", "2026-05-11T15:06:59.110521905Z"),
    ];
    Delivery {
        method: "POST".into(),
        path: "/hooks/chn_test".into(),
        query: String::new(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: body.to_vec(),
        received_at: 1_778_512_100_000,
    }
}

fn host() -> TestHost<'static> {
    TestHost::offline().key("webhook_secret", SECRET)
}

fn verdict(delivery: &Delivery) -> Verdict {
    verify(&host(), &channel(), delivery).unwrap()
}

fn accepted(topic: &str, body: &str) -> Verified {
    match verdict(&signed(topic, body.as_bytes(), SECRET)) {
        Verdict::Accepted(verified) => verified,
        other => panic!("{topic}: {other:?}"),
    }
}

fn event(topic: &str, body: &Value) -> Event {
    let mut verified = accepted(topic, &body.to_string());
    assert_eq!(verified.events.len(), 1);
    verified.events.remove(0)
}

fn rejected(delivery: &Delivery) {
    assert!(matches!(verdict(delivery), Verdict::Rejected(_)), "{delivery:?}");
}

/// HMAC-SHA256 in base64, made by another program.
#[test]
fn the_signature_is_the_known_one() {
    assert_eq!(signature("hush", br#"{"id":788032119674292922}"#), "fhhqwxYconmiOqTJ0cD1XzOlT7ONdp6Ryc18pkvlq5Q=");
    let mut delivery = signed("products/delete", br#"{"id":788032119674292922}"#, "other");
    delivery.headers[1].1 = "fhhqwxYconmiOqTJ0cD1XzOlT7ONdp6Ryc18pkvlq5Q=".to_owned();
    assert!(matches!(verdict(&delivery), Verdict::Accepted(_)));
}

#[test]
fn the_key_of_the_published_vectors_is_used_as_it_is() {
    let Some(text) = read("oauth/test-vectors.json") else { return };
    let vectors: Value = serde_json::from_str(&text).unwrap();
    for vector in vectors["oauth_query_hmac"].as_array().unwrap() {
        // The same key and MAC, over a query string and in hexadecimal: only the form differs from a webhook's.
        let message = vector["message"].as_str().unwrap().as_bytes();
        let mac = STANDARD.decode(signature(vector["secret"].as_str().unwrap(), message)).unwrap();
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, vector["hmac_hex"].as_str().unwrap());
        // A webhook whose body is that text is accepted under it, as far as the signature goes, and is no JSON.
        let mut delivery = signed("products/delete", message, "hush");
        assert!(matches!(verdict(&delivery), Verdict::Rejected(why) if why.contains("no JSON")));
        // In hexadecimal it is that of an installation, not of a webhook.
        delivery.headers[1].1 = hex;
        rejected(&delivery);
    }
}

#[test]
fn what_is_not_signed_is_refused() {
    let good = signed("products/delete", br#"{"id":1}"#, SECRET);
    assert!(matches!(verdict(&good), Verdict::Accepted(_)));
    rejected(&Delivery { body: br#"{"id":2}"#.to_vec(), ..good.clone() });
    rejected(&Delivery { body: Vec::new(), ..good.clone() });
    rejected(&signed("products/delete", b"", SECRET));
    rejected(&signed("products/delete", br#"{"id":1}"#, "another"));
    for wrong in ["", "not base64!", "AAAA"] {
        let mut other = good.clone();
        other.headers[1].1 = wrong.to_owned();
        rejected(&other);
    }
    let mut twice = good.clone();
    twice.headers.push(twice.headers[1].clone());
    rejected(&twice);
    for missing in 0..good.headers.len() {
        let mut other = good.clone();
        let (name, _) = other.headers.remove(missing);
        let needed = ["X-Shopify-Topic", "X-Shopify-Hmac-Sha256", "X-Shopify-Shop-Domain"];
        assert_eq!(matches!(verdict(&other), Verdict::Rejected(_)), needed.contains(&name.as_str()), "{name}");
    }
}

/// `\/` and `\u003c` are other bytes than what a JSON library writes.
#[test]
fn the_raw_body_is_what_is_signed() {
    let raw = br#"{"admin_graphql_api_id":"gid:\/\/shopify\/Product\/7","body_html":"\u003cp\u003e","id":7}"#;
    let delivery = signed("products/update", raw, SECRET);
    assert!(matches!(verdict(&delivery), Verdict::Accepted(_)));
    let anew = serde_json::from_slice::<Value>(raw).unwrap().to_string().into_bytes();
    rejected(&Delivery { body: anew, ..delivery });
    if let Some(raw) = read("webhooks/real-captures/products_update_2024_raw_body.json") {
        let verified = accepted("products/update", &raw);
        assert_eq!(verified.events, [Event::Changed("7652417437770".into())]);
    }
}

#[test]
fn names_of_headers_have_any_case() {
    let mut delivery = signed("products/delete", br#"{"id":1}"#, SECRET);
    for (name, _) in &mut delivery.headers {
        *name = name.to_lowercase();
    }
    assert!(matches!(verdict(&delivery), Verdict::Accepted(_)));
}

/// For an hour after a rotation Shopify signs with the secret before.
#[test]
fn the_former_secret_is_accepted_too() {
    let delivery = signed("products/delete", br#"{"id":1}"#, "former");
    rejected(&delivery);
    let host = host().key("old_webhook_secret", "former");
    assert!(matches!(verify(&host, &channel(), &delivery).unwrap(), Verdict::Accepted(_)));
    let neither = signed("products/delete", br#"{"id":1}"#, "third");
    assert!(matches!(verify(&host, &channel(), &neither).unwrap(), Verdict::Rejected(_)));
    // A channel without any secret is a mistake in its set-up, not a forgery.
    assert!(matches!(verify(&TestHost::offline(), &channel(), &delivery), Err(Error::Denied(_))));
}

#[test]
fn deliveries_for_another_shop_are_refused() {
    let delivery = signed("products/delete", br#"{"id":1}"#, SECRET);
    let other = of_settings(r#"{"shop":"other"}"#);
    assert!(matches!(verify(&host(), &other, &delivery).unwrap(), Verdict::Rejected(why) if why.contains("acme")));
}

/// Only the body is signed: who caught one delivery cannot make others of it, nor have it mean what it does not say.
#[test]
fn one_signed_body_is_one_delivery_whatever_its_headers_say() {
    let body = r#"{"id":1,"title":"A mug","updated_at":"2026-05-11T11:06:59-04:00"}"#;
    let mut ids = std::collections::BTreeSet::new();
    for number in 0..200 {
        let topic = ["products/update", "products/create", "products/delete"][number % 3];
        let mut delivery = signed(topic, body.as_bytes(), SECRET);
        for at in 4..7 {
            delivery.headers[at].1 = format!("{number}");
        }
        let Verdict::Accepted(verified) = verdict(&delivery) else { panic!("{topic}") };
        assert_eq!(verified.events, [Event::Changed("1".into())], "{topic}");
        ids.insert(verified.id);
    }
    assert_eq!(ids.len(), 1);
    for number in 0..200 {
        ids.insert(accepted(&format!("topic{number}/x"), body).id);
    }
    assert_eq!(ids.len(), 2, "what is of no interest is one more, and takes nobody's place");
    let later = body.replace("59-04", "58-04");
    assert!(!ids.contains(&accepted("products/update", &later).id));

    let stock = r#"{"inventory_item_id":5,"location_id":6,"available":7,"updated_at":"2026-05-11T11:06:59-04:00"}"#;
    let told = ["update", "disconnect"].map(|topic| accepted(&format!("inventory_levels/{topic}"), stock));
    assert_eq!((&told[0].id, &told[0].events), (&told[1].id, &told[1].events), "sold there, whatever the topic says");
}

/// A date that is not signed does not lie ahead.
#[test]
fn no_delivery_is_of_tomorrow() {
    let mut delivery = signed("products/delete", br#"{"id":1}"#, SECRET);
    delivery.headers[6].1 = "2099-01-01T00:00:00Z".to_owned();
    let Verdict::Accepted(verified) = verdict(&delivery) else { panic!() };
    assert_eq!(verified.occurred_at, Some(delivery.received_at));
}

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
