//! Whose words a delivery is, and what it means.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepot_guest::Keys as _;
use entrepot_guest::bindings::keys::Algorithm;
use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_woocommerce::webhooks::verify;

pub(crate) const SIGNATURE: &str = "X-WC-Webhook-Signature";

pub(crate) fn host(secret: &str) -> TestHost<'static> {
    TestHost::offline().key("webhook_secret", secret)
}

pub(crate) fn delivery(headers: &[(&str, &str)], body: &str) -> Delivery {
    Delivery {
        method: "POST".into(),
        path: "/hooks/chn_1".into(),
        query: String::new(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.into(),
        received_at: 1_795_257_855_000,
    }
}

fn signed(topic: &str, body: &str) -> Delivery {
    let mac = host("s").mac("webhook_secret", Algorithm::HmacSha256, body.as_bytes()).unwrap();
    let signature = STANDARD.encode(mac);
    let headers = [
        ("content-type", "application/json"),
        ("x-wc-webhook-topic", topic),
        ("x-wc-webhook-id", "2"),
        ("x-wc-webhook-delivery-id", "9a38fa326f6b86f9ad8fef39d3fa0c3f"),
        (SIGNATURE, &signature),
    ];
    delivery(&headers, body)
}

pub(crate) fn accepted(delivery: &Delivery) -> Verified {
    match verify(&host("s"), delivery).unwrap() {
        Verdict::Accepted(verified) => verified,
        other => panic!("{other:?}"),
    }
}

fn event(topic: &str, body: &str) -> Event {
    let mut events = accepted(&signed(topic, body)).events;
    assert_eq!(events.len(), 1);
    events.remove(0)
}

pub(crate) fn changed(id: &str) -> Event {
    Event::Changed(id.into())
}

#[test]
fn whatever_is_told_of_a_product_is_a_reason_to_look_at_it() {
    for event_of in ["created", "updated", "restored"] {
        let body = r#"{"id":38,"type":"simple","parent_id":0,"date_modified_gmt":"2026-11-20T09:24:49"}"#;
        assert_eq!(event(&format!("product.{event_of}"), body), changed("38"));
    }
    // The topic is not signed, and by the time this comes the product may be back.
    assert_eq!(event("product.deleted", r#"{"id":38}"#), changed("38"));
    assert_eq!(event("product.updated", r#"{"id":"38","type":"bundle","parent_id":4}"#), changed("38"));
}

#[test]
fn a_variation_leads_to_its_product() {
    for kind in ["variation", "subscription_variation"] {
        let body = format!(r#"{{"id":34,"type":"{kind}","parent_id":9}}"#);
        assert_eq!(event("product.updated", &body), changed("9"));
    }
    let orphan = event("product.updated", r#"{"id":34,"type":"variation","parent_id":0}"#);
    assert!(matches!(orphan, Event::Ignored(why) if why.contains("34")));
}

#[test]
fn orders_are_told_of_and_the_rest_is_of_no_interest() {
    for topic in ["order.created", "order.updated", "order.deleted", "order.restored"] {
        assert_eq!(event(topic, r#"{"id":40}"#), Event::OrderChanged("40".into()));
    }
    for topic in ["coupon.created", "customer.updated", "action.woocommerce_add_to_cart", "", "product"] {
        assert!(matches!(event(topic, r#"{"id":40}"#), Event::Ignored(_)), "{topic}");
    }
    let mut nameless = signed("product.updated", r#"{"id":40}"#);
    nameless.headers.retain(|(name, _)| name != "x-wc-webhook-topic");
    assert!(matches!(accepted(&nameless).events[..], [Event::Ignored(_)]));
}

#[test]
fn what_is_authentic_is_taken_whatever_it_holds() {
    for body in [
        r#"{"code":"woocommerce_rest_cannot_view","message":"Sorry","data":{"status":401}}"#,
        r#"{"code":"woocommerce_rest_product_invalid_id","message":"Invalid ID.","data":{"status":404}}"#,
        "",
        "null",
        "[]",
        "<p>Fatal error</p>",
        r#"{"id":"../7"}"#,
        r#"{"id":0}"#,
        r#"{"id":38,"#,
    ] {
        let verified = accepted(&signed("product.updated", body));
        assert!(matches!(verified.events[..], [Event::Ignored(_)]), "{body}");
        assert!(!verified.id.is_empty());
    }
    let lost = event("product.updated", r#"{"code":"woocommerce_rest_cannot_view"}"#);
    assert!(matches!(lost, Event::Ignored(why) if why.contains("user whose key")));
}

#[test]
fn only_the_signature_over_these_bytes_counts() {
    let good = signed("product.updated", r#"{"id":38}"#);
    let with = |headers: Vec<(String, String)>| Delivery { headers, ..good.clone() };
    let without: Vec<_> = good.headers.iter().filter(|(name, _)| name != SIGNATURE).cloned().collect();
    let mut twice = good.headers.clone();
    twice.push((SIGNATURE.to_lowercase(), "AAAA".into()));
    let other = [without.clone(), vec![(SIGNATURE.into(), "not base64!".into())]].concat();
    let empty = [without.clone(), vec![(SIGNATURE.into(), String::new())]].concat();
    for bad in [
        with(without),
        with(twice),
        with(other),
        with(empty),
        Delivery { body: b"{\"id\": 38}".to_vec(), ..good.clone() },
        Delivery { body: b"webhook_id=1".to_vec(), ..good.clone() },
    ] {
        assert!(matches!(verify(&host("s"), &bad), Ok(Verdict::Rejected(_))), "{bad:?}");
    }
    assert!(matches!(verify(&host("other"), &good), Ok(Verdict::Rejected(_))));
    assert!(matches!(verify(&TestHost::offline(), &good), Err(Error::Denied(_))), "the channel has no secret");
}

#[test]
fn the_ping_is_answered_and_nothing_that_only_looks_like_it() {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let ping = delivery(&form, "webhook_id=17");
    // Before the secret is known, too: the shop sends it while the webhook is being made.
    assert!(matches!(verify(&TestHost::offline(), &ping), Ok(Verdict::Reply((200, _, body))) if body.is_empty()));
    for (headers, body) in [
        (&form[..], "webhook_id="),
        (&form[..], "webhook_id=17&id=3"),
        (&form[..], "webhook_id=-1"),
        (&form[..], r#"{"id":38}"#),
        (&[("Content-Type", "application/json")][..], "webhook_id=17"),
        (&[][..], "webhook_id=17"),
    ] {
        assert!(matches!(verify(&host("s"), &delivery(headers, body)), Ok(Verdict::Rejected(_))), "{headers:?} {body}");
    }
}

#[test]
fn two_deliveries_are_the_same_when_they_say_the_same() {
    let body = |id: u64, at: &str| format!(r#"{{"id":{id},"date_modified_gmt":"2026-11-20T{at}"}}"#);
    let id = |topic: &str, body: &str| accepted(&signed(topic, body)).id;
    let first = id("product.updated", &body(14, "09:25:34"));
    assert_eq!(first, id("product.updated", &body(14, "09:25:34")));
    // The shop's own delivery id is the same in all of these.
    assert_ne!(first, id("product.updated", &body(34, "09:25:34")));
    assert_ne!(first, id("product.updated", &body(14, "09:25:35")));
    assert_eq!(first, id("product.restored", &body(14, "09:25:34")), "the same look at the same moment");
    assert_ne!(first, id("order.updated", &body(14, "09:25:34")), "another topic takes nobody's place");
    assert_ne!(first, id("coupon.updated", &body(14, "09:25:34")));
    assert_eq!(accepted(&signed("product.updated", &body(14, "09:25:34"))).occurred_at, Some(1_795_166_734_000));

    // Without a date, what went to the trash a second time is told of a second time.
    let once = signed("product.deleted", r#"{"id":38}"#);
    let at_once = Delivery { received_at: once.received_at + 60_000, ..once.clone() };
    let later = Delivery { received_at: once.received_at + 3_600_000, ..once.clone() };
    assert_eq!(accepted(&once).id, accepted(&at_once).id);
    assert_ne!(accepted(&once).id, accepted(&later).id);
    assert_eq!(accepted(&once).occurred_at, None);
}

/// Only the body is signed: who caught one delivery cannot make others of it.
#[test]
fn one_signed_body_is_one_delivery_whatever_its_headers_say() {
    for body in [r#"{"id":38,"date_modified_gmt":"2026-11-20T09:25:34"}"#, r#"{"id":38}"#, "<p>Fatal error</p>", ""] {
        let genuine = signed("product.updated", body);
        let mut ids = std::collections::BTreeSet::from([accepted(&genuine).id]);
        for number in 0..200 {
            let mut again = genuine.clone();
            for (name, value) in &mut again.headers {
                match name.as_str() {
                    "x-wc-webhook-topic" => {
                        *value = ["product.updated", "product.deleted", "product.x"][number % 3].into()
                    }
                    "x-wc-webhook-id" | "x-wc-webhook-delivery-id" => *value = number.to_string(),
                    _ => {}
                }
            }
            again.headers.push(("x-anything".into(), number.to_string()));
            again.query = format!("n={number}");
            ids.insert(accepted(&again).id);
        }
        assert_eq!(ids.len(), 1, "{body}");
        // Topics of no interest, however many, are one more.
        for number in 0..200 {
            let mut again = genuine.clone();
            again.headers[1].1 = format!("topic{number}.x");
            ids.insert(accepted(&again).id);
        }
        assert!(ids.len() <= 2, "{body}: {ids:?}");
    }
}
