//! Who may tell us something, and what.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepot_guest::exchange::Request;
use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_etsy::webhooks::{subscribe, unsubscribe, verify};
use serde_json::{Value, json};

use crate::shop::{SHOP, channel};

const NOW: i64 = 1_767_225_600;

fn host() -> TestHost<'static> {
    TestHost::offline().key("webhook_secret", b"key".to_vec())
}

/// Signed as Etsy does.
fn delivery(body: &str, timestamp: i64) -> Delivery {
    let mac = host().mac("webhook_secret", hmac_sha256(), format!("msg_1.{timestamp}.{body}").as_bytes()).unwrap();
    let headers = [
        ("Webhook-Id", "msg_1".to_owned()),
        ("Webhook-Timestamp", timestamp.to_string()),
        ("Webhook-Signature", format!("v1,{}", STANDARD.encode(mac))),
    ];
    Delivery {
        method: "POST".into(),
        path: "/hooks/x".into(),
        query: String::new(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        body: body.as_bytes().to_vec(),
        received_at: NOW * 1000,
    }
}

fn hmac_sha256() -> entrepot_guest::bindings::keys::Algorithm {
    entrepot_guest::bindings::keys::Algorithm::HmacSha256
}

fn event(change: Value) -> String {
    let url = format!("https://api.etsy.com/v3/application/shops/{SHOP}/receipts/234567890");
    let mut body = json!({"event_type": "order.paid", "resource_url": url, "shop_id": SHOP.to_string()});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    body.to_string()
}

fn verdict(body: &str) -> Verdict {
    verify(&host(), &channel(), &delivery(body, NOW)).unwrap()
}

#[test]
fn an_event_becomes_a_changed_order() {
    for topic in ["order.paid", "order.canceled", "order.shipped", "order.delivered", "order.refunded"] {
        for shop in [json!(SHOP), json!(SHOP.to_string())] {
            let Verdict::Accepted(verified) = verdict(&event(json!({"event_type": topic, "shop_id": shop}))) else {
                panic!()
            };
            assert_eq!((verified.id.as_str(), verified.topic.as_str()), ("msg_1", topic));
            assert_eq!(verified.occurred_at, Some(NOW * 1000));
            assert_eq!(verified.events, [Event::OrderChanged("234567890".into())]);
        }
    }
    let host_of = format!("https://openapi.etsy.com/v3/application/shops/{SHOP}/receipts/5");
    assert!(matches!(verdict(&event(json!({"resource_url": host_of}))), Verdict::Accepted(_)));
    let Verdict::Accepted(other) = verdict(&event(json!({"event_type": "shop.closed"}))) else { panic!() };
    assert!(matches!(other.events[0], Event::Ignored(_)));
}

#[test]
fn signed_and_still_not_this_shops() {
    let own = format!("v3/application/shops/{SHOP}/receipts");
    for (change, why) in [
        (json!({"shop_id": 9}), "is of shop 9"),
        (json!({"shop_id": null}), "no shop_id"),
        (json!({"event_type": ""}), "no event_type"),
        (json!({"resource_url": null}), "no resource_url"),
        (json!({"resource_url": format!("https://api.etsy.com.evil.example/{own}/1")}), "another host"),
        (json!({"resource_url": format!("https://api.etsy.com@evil.example/{own}/1")}), "another host"),
        (json!({"resource_url": format!("https://evil.example/https://api.etsy.com/{own}/1")}), "another host"),
        (json!({"resource_url": format!("http://api.etsy.com/{own}/1")}), "another host"),
        (json!({"resource_url": format!("https://api.etsy.com:8443/{own}/1")}), "another host"),
        (
            json!({"resource_url": "https://api.etsy.com/v3/application/shops/9/receipts/1"}),
            "not a receipt of this shop",
        ),
        (json!({"resource_url": format!("https://api.etsy.com/{own}/1/payments")}), "not a receipt"),
        (json!({"resource_url": format!("https://api.etsy.com/{own}/../1")}), "not a receipt"),
        (json!({"resource_url": format!("https://api.etsy.com/{own}/1?x=2")}), "no receipt"),
        (json!({"resource_url": format!("https://api.etsy.com/{own}/+1")}), "no receipt"),
        (json!({"resource_url": format!("https://api.etsy.com/{own}/0")}), "no receipt"),
    ] {
        match verdict(&event(change.clone())) {
            Verdict::Rejected(reason) => assert!(reason.contains(why), "{change}: {reason}"),
            other => panic!("{change}: {other:?}"),
        }
    }
    for body in ["", "null", "[]", "{", "{}", r#"{"data":{"event_type":"order.paid"}}"#] {
        assert!(matches!(verdict(body), Verdict::Rejected(_)), "{body}");
    }
}

#[test]
fn old_deliveries_doubled_headers_and_missing_secrets_are_refused() {
    let body = event(json!({}));
    for (timestamp, good) in
        [(NOW - 300, true), (NOW + 300, true), (NOW - 301, false), (NOW + 301, false), (i64::MAX, false)]
    {
        let verdict = verify(&host(), &channel(), &delivery(&body, timestamp)).unwrap();
        assert_eq!(matches!(verdict, Verdict::Accepted(_)), good, "{timestamp}");
    }
    let mut doubled = delivery(&body, NOW);
    doubled.headers.push(("webhook-id".into(), "msg_2".into()));
    assert!(matches!(verify(&host(), &channel(), &doubled), Ok(Verdict::Rejected(_))));
    let mut missing = delivery(&body, NOW);
    missing.headers.pop();
    assert!(matches!(verify(&host(), &channel(), &missing), Ok(Verdict::Rejected(_))));
    assert!(matches!(verify(&TestHost::offline(), &channel(), &delivery(&body, NOW)), Err(Error::Denied(_))));
}

#[test]
fn endpoints_are_set_up_by_hand() {
    let (nobody, channel) = (TestHost::offline(), channel());
    match subscribe(&nobody, &channel, "https://entrepot.example/hooks/1") {
        Err(Error::Unsupported(why)) => {
            assert!(why.contains("https://entrepot.example/hooks/1") && why.contains("whsec_"))
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(unsubscribe(&nobody, &channel, &[]), Ok(()));
    assert!(matches!(unsubscribe(&nobody, &channel, &["1".into()]), Err(Error::Unsupported(_))));
    // Nothing is ever asked of the network.
    let seen: Vec<Request> = host().asked();
    assert!(seen.is_empty());
}
