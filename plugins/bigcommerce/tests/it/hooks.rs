//! Subscriptions: made, mended, listed, ended.

use std::cell::RefCell;

use entrepot_guest::prelude::*;
use entrepot_guest::testing::{self, TestHost};
use entrepot_plugin_bigcommerce::webhooks::{subscribe, subscriptions, unsubscribe, verify};
use serde_json::{Value, json};

use crate::shop::{Asked, channel, page};

const CALLBACK: &str = "https://entrepot.example/hooks/chn_1";

/// A store's list of webhooks.
#[derive(Default)]
struct Hooks(RefCell<Vec<Value>>);

impl Hooks {
    fn answer(&self, request: &Request) -> Response {
        let asked = Asked::of(request);
        let mut hooks = self.0.borrow_mut();
        let id: Option<u64> = asked.path.strip_prefix("/v3/hooks/").and_then(|id| id.parse().ok());
        let at = id.and_then(|id| hooks.iter().position(|hook| hook["id"] == id));
        match (asked.method, id) {
            (Method::Get, None) => page(&asked, &hooks, ""),
            (Method::Post, None) => {
                let mut hook = asked.body;
                hook["id"] = json!(18_000_000 + hooks.len());
                hooks.push(hook.clone());
                testing::json(200, json!({"data": hook, "meta": {}}).to_string())
            }
            (Method::Put, Some(_)) if at.is_some() => {
                let hook = &mut hooks[at.unwrap()];
                hook.as_object_mut().unwrap().extend(asked.body.as_object().unwrap().clone());
                testing::json(200, json!({"data": hook, "meta": {}}).to_string())
            }
            (Method::Delete, Some(_)) if at.is_some() => {
                testing::json(200, json!({"data": hooks.remove(at.unwrap())}).to_string())
            }
            _ => testing::json(404, r#"{"status":404,"title":"Webhook not found"}"#),
        }
    }

    fn host(&self) -> TestHost<'_> {
        TestHost::new(|request| Ok(self.answer(request))).key("webhook", "a client secret")
    }
}

fn writes(host: &TestHost<'_>) -> usize {
    host.asked().iter().filter(|request| request.method != Method::Get).count()
}

#[test]
fn missing_ones_are_made_once() {
    let hooks = Hooks::default();
    let host = hooks.host();
    let made = subscribe(&host, &channel(), CALLBACK).unwrap();
    assert!(made.iter().all(|hook| hook.active && hook.callback_url == CALLBACK && !hook.id.is_empty()));
    let topics: Vec<_> = made.iter().map(|hook| hook.topic.as_str()).collect();
    for topic in
        ["store/product/*", "store/sku/*", "store/channel/*/inventory/product/stock_changed", "store/app/uninstalled"]
    {
        assert!(topics.contains(&topic), "{topic}");
    }
    assert_eq!(writes(&host), made.len());
    assert_eq!(subscribe(&host, &channel(), CALLBACK).unwrap(), made);
    assert_eq!(writes(&host), made.len(), "nothing to do the second time");
    assert_eq!(subscriptions(&host, &channel()).unwrap(), made);
}

#[test]
fn what_was_switched_off_or_made_with_another_secret_is_mended() {
    let hooks = Hooks::default();
    let host = hooks.host();
    let made = subscribe(&host, &channel(), CALLBACK).unwrap();
    hooks.0.borrow_mut()[0]["is_active"] = json!(false);
    hooks.0.borrow_mut()[1]["headers"] = json!({"X-Entrepot-Token": "old"});
    hooks.0.borrow_mut()[2]["headers"] = json!(null);
    let before = writes(&host);
    assert_eq!(subscribe(&host, &channel(), CALLBACK).unwrap(), made, "the same ids, active again");
    assert_eq!(writes(&host) - before, 3);
    assert!(host.asked().iter().rev().take(3).all(|request| request.method == Method::Put));
    assert_eq!(hooks.0.borrow().len(), made.len());
}

#[test]
fn other_destinations_are_left_alone() {
    let hooks = Hooks::default();
    let foreign =
        json!({"id": 1, "scope": "store/product/*", "destination": "https://elsewhere.example/", "is_active": false});
    hooks.0.borrow_mut().push(foreign.clone());
    let host = hooks.host();
    let made = subscribe(&host, &channel(), CALLBACK).unwrap();
    assert!(made.iter().all(|hook| hook.callback_url == CALLBACK));
    assert_eq!(hooks.0.borrow()[0], foreign);
    assert_eq!(subscriptions(&host, &channel()).unwrap().len(), made.len() + 1);
}

#[test]
fn what_a_webhook_is_made_with_is_what_is_verified() {
    let hooks = Hooks::default();
    let host = hooks.host();
    subscribe(&host, &channel(), CALLBACK).unwrap();
    let headers = hooks.0.borrow()[0]["headers"].clone();
    let headers: Vec<_> = headers
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    let body = json!({"scope": "store/product/updated", "producer": "stores/abcde", "data": {"id": 9}, "hash": "x"})
        .to_string();
    let delivery = Delivery {
        method: "POST".into(),
        path: "/".into(),
        query: String::new(),
        headers,
        body: body.into_bytes(),
        received_at: 0,
    };
    assert!(matches!(verify(&host, &channel(), &delivery), Ok(Verdict::Accepted(_))));
    let other = testing::channel(r#"{"store_hash":"other"}"#);
    assert!(matches!(verify(&host, &other, &delivery), Ok(Verdict::Rejected(_))), "the token is this store's alone");
}

#[test]
fn without_a_client_secret_nothing_is_subscribed_to() {
    let hooks = Hooks::default();
    let host = TestHost::new(|request| Ok(hooks.answer(request)));
    match subscribe(&host, &channel(), CALLBACK) {
        Err(Error::Denied(why)) => assert!(why.contains("client secret")),
        other => panic!("{other:?}"),
    }
    assert_eq!(host.asked(), []);
}

#[test]
fn all_pages_of_webhooks_are_read() {
    let hooks = Hooks::default();
    let many = (1..=620)
        .map(|id| json!({"id": id, "scope": format!("store/x/{id}"), "destination": CALLBACK, "is_active": true}));
    hooks.0.borrow_mut().extend(many);
    assert_eq!(subscriptions(&hooks.host(), &channel()).unwrap().len(), 620);
}

#[test]
fn ending_is_safe_to_do_again() {
    let hooks = Hooks::default();
    let host = hooks.host();
    let ids: Vec<String> = subscribe(&host, &channel(), CALLBACK).unwrap().into_iter().map(|hook| hook.id).collect();
    let mut asked = ids.clone();
    asked.extend(["../catalog/products".to_owned(), "7".to_owned()]);
    unsubscribe(&host, &channel(), &asked).unwrap();
    unsubscribe(&host, &channel(), &ids).unwrap();
    assert_eq!(hooks.0.borrow().len(), 0);
    assert!(host.asked().iter().all(|request| !request.url.contains("catalog")));
}

#[test]
fn refusals_are_passed_on() {
    let body = r#"{"status":422,"title":"JSON data is missing or invalid","errors":{"destination":"error.port"}}"#;
    let host = TestHost::new(|request| {
        let asked = Asked::of(request);
        Ok(if asked.method == Method::Get { page(&asked, &[], "") } else { testing::json(422, body) })
    })
    .key("webhook", "s");
    match subscribe(&host, &channel(), "https://entrepot.example:8443/") {
        Err(Error::Other(why)) => assert!(why.contains("error.port"), "{why}"),
        other => panic!("{other:?}"),
    }
}
