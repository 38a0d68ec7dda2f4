//! Subscriptions: made once, mended, and never switched to what delivers nothing.

use std::cell::RefCell;

use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_shopify::subscriptions::{list, subscribe, unsubscribe};
use serde_json::{Value, json};

use crate::items::page;
use crate::shop::{channel, data, names, shop};

const URL: &str = "https://entrepot.example/hooks/chn_test";

/// A shop that keeps what is subscribed to; two at a time are listed.
struct Kept(RefCell<Vec<Value>>);

impl Kept {
    fn new() -> Self {
        Self(RefCell::default())
    }

    fn host(&self) -> TestHost<'_> {
        shop(|name, variables| self.answer(name, variables))
    }

    fn answer(&self, name: &str, variables: &Value) -> Response {
        let mut kept = self.0.borrow_mut();
        let input = &variables["subscription"];
        match name {
            "WebhookList" => data(json!({"webhookSubscriptions": page(&kept, &json!(2), &variables["after"])})),
            "WebhookCreate" => {
                assert_eq!(input, &json!({"uri": URL, "format": "JSON"}), "no filter, no fields left out");
                let id = format!("gid://shopify/WebhookSubscription/{}", kept.len() + 1);
                kept.push(json!({"id": id, "topic": variables["topic"], "uri": URL, "format": "JSON", "filter": null}));
                data(json!({"webhookSubscriptionCreate": {"webhookSubscription": kept.last(), "userErrors": []}}))
            }
            "WebhookUpdate" => {
                let found = kept.iter_mut().find(|found| found["id"] == variables["id"]).unwrap();
                for field in ["uri", "format", "filter"] {
                    found[field] = input[field].clone();
                }
                data(json!({"webhookSubscriptionUpdate": {"webhookSubscription": found, "userErrors": []}}))
            }
            "WebhookDelete" => {
                let before = kept.len();
                kept.retain(|found| found["id"] != variables["id"]);
                let errors = if kept.len() < before {
                    json!([])
                } else {
                    json!([{"field": ["id"], "message": "Webhook subscription does not exist"}])
                };
                data(
                    json!({"webhookSubscriptionDelete": {"deletedWebhookSubscriptionId": variables["id"], "userErrors": errors}}),
                )
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn what_is_missing_is_made_once() {
    let kept = Kept::new();
    let made = subscribe(&kept.host(), &channel(), URL).unwrap();
    let topics: Vec<_> = made.iter().map(|made| made.topic.as_str()).collect();
    for topic in [
        "PRODUCTS_CREATE",
        "PRODUCTS_UPDATE",
        "PRODUCTS_DELETE",
        "INVENTORY_LEVELS_UPDATE",
        "BULK_OPERATIONS_FINISH",
        "APP_UNINSTALLED",
    ] {
        assert!(topics.contains(&topic), "{topic}");
    }
    let host = kept.host();
    assert_eq!(subscribe(&host, &channel(), URL).unwrap(), made);
    assert!(names(&host).iter().all(|name| name == "WebhookList"), "{:?}", names(&host));
}

/// After eight deliveries that failed Shopify deletes a subscription.
#[test]
fn what_shopify_gave_up_on_is_made_again() {
    let kept = Kept::new();
    let made = subscribe(&kept.host(), &channel(), URL).unwrap();
    kept.0.borrow_mut().remove(1);
    let again = subscribe(&kept.host(), &channel(), URL).unwrap();
    assert_eq!(again.len(), made.len());
    assert_eq!(list(&kept.host(), &channel()).unwrap(), again);
}

/// A filter on a wrong field means no deliveries at all; XML could not be read.
#[test]
fn what_would_not_deliver_is_mended() {
    let kept = Kept::new();
    subscribe(&kept.host(), &channel(), URL).unwrap();
    kept.0.borrow_mut()[0]["filter"] = json!("nonsense:1");
    kept.0.borrow_mut()[1]["format"] = json!("XML");
    let host = kept.host();
    subscribe(&host, &channel(), URL).unwrap();
    assert_eq!(names(&host).iter().filter(|name| *name == "WebhookUpdate").count(), 2);
    assert!(kept.0.borrow().iter().all(|found| found["format"] == "JSON" && found["filter"] != "nonsense:1"));
}

#[test]
fn those_of_others_are_left_alone() {
    let kept = Kept::new();
    kept.0
        .borrow_mut()
        .push(json!({"id": "other", "topic": "PRODUCTS_UPDATE", "uri": "https://other.example/", "format": "JSON"}));
    let made = subscribe(&kept.host(), &channel(), URL).unwrap();
    assert_eq!(made.iter().filter(|made| made.topic == "PRODUCTS_UPDATE").count(), 2);
    assert_eq!(kept.0.borrow()[0]["uri"], "https://other.example/");
}

#[test]
fn only_https_is_delivered_to() {
    for url in ["http://entrepot.example/hooks", "entrepot.example", ""] {
        let host = TestHost::offline();
        assert!(matches!(subscribe(&host, &channel(), url), Err(Error::Invalid(_))), "{url}");
        assert!(host.asked().is_empty());
    }
}

/// A mutation that was refused is HTTP 200.
#[test]
fn refusals_are_found_in_the_payload() {
    let refused = |message: &'static str| {
        shop(move |name, _| match name {
            "WebhookList" => data(json!({"webhookSubscriptions": {"nodes": [], "pageInfo": {"hasNextPage": false}}})),
            _ => data(json!({"webhookSubscriptionCreate": {"webhookSubscription": null,
                "userErrors": [{"field": ["topic"], "message": message}]}})),
        })
    };
    let host = refused("You do not have permission to create webhooks with this topic");
    match subscribe(&host, &channel(), URL) {
        Err(Error::Invalid(issues)) => assert!(issues[0].message.contains("permission"), "{issues:?}"),
        other => panic!("{other:?}"),
    }
    // Made by another at the same time.
    assert!(subscribe(&refused("Address for this topic has already been taken"), &channel(), URL).is_ok());
}

#[test]
fn what_is_gone_needs_no_deleting() {
    let kept = Kept::new();
    let made = subscribe(&kept.host(), &channel(), URL).unwrap();
    let ids: Vec<String> = made.iter().map(|made| made.id.clone()).collect();
    unsubscribe(&kept.host(), &channel(), &ids).unwrap();
    assert!(list(&kept.host(), &channel()).unwrap().is_empty());
    unsubscribe(&kept.host(), &channel(), &ids).unwrap();
}
