//! Webhooks: whose they are, which one it is, and what they say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepot_guest::Keys as _;
use entrepot_guest::prelude::*;
use entrepot_guest::testing::{TestHost, channel as of_settings};
use entrepot_plugin_shopify::webhooks::verify;
use serde_json::Value;

use crate::shop::{channel, read};

pub(crate) const SECRET: &str = "hush";
const ID: &str = "f267a21b-b283-58e6-923a-0f3be44ce67c";

pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    let keys = TestHost::offline().key("any", secret);
    STANDARD.encode(keys.mac("any", entrepot_guest::bindings::keys::Algorithm::HmacSha256, body).unwrap())
}

pub(crate) fn signed(topic: &str, body: &[u8], secret: &str) -> Delivery {
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

pub(crate) fn host() -> TestHost<'static> {
    TestHost::offline().key("webhook_secret", SECRET)
}

pub(crate) fn verdict(delivery: &Delivery) -> Verdict {
    verify(&host(), &channel(), delivery).unwrap()
}

pub(crate) fn accepted(topic: &str, body: &str) -> Verified {
    match verdict(&signed(topic, body.as_bytes(), SECRET)) {
        Verdict::Accepted(verified) => verified,
        other => panic!("{topic}: {other:?}"),
    }
}

pub(crate) fn event(topic: &str, body: &Value) -> Event {
    let mut verified = accepted(topic, &body.to_string());
    assert_eq!(verified.events.len(), 1);
    verified.events.remove(0)
}

pub(crate) fn rejected(delivery: &Delivery) {
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
