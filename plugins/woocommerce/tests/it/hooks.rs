//! Making webhooks, mending them, ending them.

use std::cell::RefCell;

use entrepot_guest::prelude::*;
use entrepot_guest::testing::{TestHost, json};
use entrepot_plugin_woocommerce::webhooks::{subscribe, subscriptions, unsubscribe};
use serde_json::{Value, json};

use crate::shop::{channel, channel_at};

const CALLBACK: &str = "https://entrepot.example/hooks/chn_1";
const TOPICS: [&str; 4] = ["product.created", "product.updated", "product.deleted", "product.restored"];

/// The part of a shop that keeps webhooks.
#[derive(Default)]
struct Hooks {
    rows: RefCell<Vec<Value>>,
    /// What is answered to whatever would change something.
    refuses: Option<(u16, &'static str)>,
    /// Only requests with this credential are let in.
    takes: Option<&'static str>,
    /// Only `?rest_route=` reaches the API.
    plain: bool,
}

impl Hooks {
    fn answer(&self, request: &Request) -> Result<Response, Error> {
        let (address, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let Some((_, route)) = address.split_once("/wp-json") else {
            return Ok(json(if self.plain { 200 } else { 404 }, "[]"));
        };
        let credential = request.credential.as_deref().unwrap_or_default();
        let writes = request.method != Method::Get;
        if self.plain {
            return Ok(json(404, "<html>Not here</html>"));
        }
        if self.takes.is_some_and(|taken| taken != credential && credential != "webhook") {
            return Ok(json(401, r#"{"code":"woocommerce_rest_cannot_view","message":""}"#));
        }
        if let Some((status, body)) = self.refuses.filter(|_| writes) {
            return Ok(json(status, body));
        }
        let mut rows = self.rows.borrow_mut();
        Ok(match (request.method, route.strip_prefix("/wc/v3/webhooks")) {
            (Method::Get, None) => json(200, "[]"),
            (Method::Get, Some("")) => {
                let number = |name: &str| {
                    let value = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
                    value.and_then(|value| value.parse::<usize>().ok()).unwrap()
                };
                let (page, size) = (number("page"), number("per_page"));
                let some: Vec<_> = rows.iter().skip((page - 1) * size).take(size).collect();
                json(200, json!(some).to_string())
            }
            (Method::Post, Some("")) => {
                assert_eq!(credential, "webhook", "with the secret");
                let mut row: Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
                assert!(row.get("secret").is_none(), "nobody here knows it");
                row["id"] = json!(rows.iter().filter_map(|row| row["id"].as_u64()).max().unwrap_or(0) + 1);
                rows.push(row.clone());
                json(201, row.to_string())
            }
            (Method::Delete, Some(id)) => {
                assert_eq!(query, "force=true");
                let id: u64 = id.trim_start_matches('/').parse().unwrap();
                let before = rows.len();
                rows.retain(|row| row["id"] != id);
                if rows.len() == before {
                    json(404, r#"{"code":"woocommerce_rest_shop_webhook_invalid_id","message":"Invalid ID."}"#)
                } else {
                    json(200, "{}")
                }
            }
            _ => json(404, r#"{"code":"rest_no_route","message":""}"#),
        })
    }

    fn host(&self) -> TestHost<'_> {
        self.host_with("a-long-random-word")
    }

    fn host_with(&self, secret: &str) -> TestHost<'_> {
        TestHost::new(|request| self.answer(request)).key("webhook_secret", secret)
    }

    fn ids(&self) -> Vec<u64> {
        self.rows.borrow().iter().filter_map(|row| row["id"].as_u64()).collect()
    }

    fn set(&self, at: usize, name: &str, value: &str) {
        self.rows.borrow_mut()[at][name] = json!(value);
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
    assert_eq!(made.iter().map(|hook| hook.topic.as_str()).collect::<Vec<_>>(), TOPICS);
    assert!(made.iter().all(|hook| hook.active && hook.callback_url == CALLBACK));
    assert_eq!(writes(&host), 4);
    assert_eq!(subscribe(&host, &channel(), CALLBACK).unwrap(), made);
    assert_eq!(writes(&host), 4, "nothing to do the second time");
    assert_eq!(subscriptions(&host, &channel()).unwrap(), made);
}

#[test]
fn what_was_switched_off_is_replaced_not_switched_on() {
    let hooks = Hooks::default();
    let host = hooks.host();
    subscribe(&host, &channel(), CALLBACK).unwrap();
    // Its count of failures would stay, and the next one would end it.
    hooks.set(1, "status", "disabled");
    hooks.set(3, "status", "paused");
    let now = subscribe(&host, &channel(), CALLBACK).unwrap();
    assert!(now.iter().all(|hook| hook.active));
    assert_eq!(hooks.ids(), [1, 3, 5, 6]);
    let changes: Vec<_> = host.asked().into_iter().filter(|one| one.method != Method::Get).skip(4).collect();
    assert_eq!(
        changes.iter().map(|one| one.method).collect::<Vec<_>>(),
        [Method::Post, Method::Delete, Method::Post, Method::Delete]
    );
}

#[test]
fn those_made_with_another_secret_or_by_hand_are_replaced() {
    let hooks = Hooks::default();
    subscribe(&hooks.host_with("the one before"), &channel(), CALLBACK).unwrap();
    let host = hooks.host();
    subscribe(&host, &channel(), CALLBACK).unwrap();
    assert_eq!(hooks.ids(), [5, 6, 7, 8]);
    hooks.set(0, "name", "made by hand");
    subscribe(&host, &channel(), CALLBACK).unwrap();
    assert_eq!(hooks.ids(), [6, 7, 8, 9]);
    // A shop that writes the address in its own way.
    hooks.set(1, "delivery_url", "https://entrepot.example:443/hooks/chn_1");
    let before = writes(&host);
    subscribe(&host, &channel(), CALLBACK).unwrap();
    assert_eq!(writes(&host), before);
}

#[test]
fn what_others_made_is_left_alone() {
    let hooks = Hooks::default();
    let foreign = json!({"id": 1, "name": "ERP", "topic": "product.updated", "status": "disabled", "delivery_url": "https://erp.example/"});
    hooks.rows.borrow_mut().push(foreign.clone());
    let host = hooks.host();
    let made = subscribe(&host, &channel(), CALLBACK).unwrap();
    assert_eq!(hooks.rows.borrow()[0], foreign);
    let all = subscriptions(&host, &channel()).unwrap();
    assert_eq!((all.len(), all[0].active), (made.len() + 1, false));
}

#[test]
fn without_a_secret_nothing_is_subscribed_to() {
    let hooks = Hooks::default();
    let host = TestHost::new(|request| hooks.answer(request));
    let error = subscribe(&host, &channel(), CALLBACK).unwrap_err();
    assert!(matches!(&error, Error::Denied(why) if why.contains("webhook secret")), "{error:?}");
    assert_eq!(host.asked(), []);
}

#[test]
fn shops_that_take_no_secret_in_the_address_say_how_it_is_done_by_hand() {
    for (hooks, channel) in [
        (Hooks { takes: Some("oauth1"), ..Hooks::default() }, channel()),
        (Hooks::default(), channel_at("http://shop.test")),
        (Hooks { plain: true, ..Hooks::default() }, channel()),
    ] {
        let host = hooks.host();
        let error = subscribe(&host, &channel, CALLBACK).unwrap_err();
        assert!(matches!(&error, Error::Unsupported(why) if why.contains(CALLBACK)), "{error:?}");
        assert_eq!(writes(&host), 0);
    }
    let plain = Hooks { plain: true, ..Hooks::default() };
    assert!(matches!(unsubscribe(&plain.host(), &channel(), &["1".into()]), Err(Error::Unsupported(_))));
}

#[test]
fn a_key_that_may_only_read_is_told_so_and_stays_good_for_reading() {
    for refusal in [
        (401, r#"{"code":"woocommerce_rest_authentication_error","message":"no write permissions"}"#),
        (403, r#"{"code":"woocommerce_rest_cannot_create","message":""}"#),
    ] {
        let hooks = Hooks { refuses: Some(refusal), ..Hooks::default() };
        let error = subscribe(&hooks.host(), &channel(), CALLBACK).unwrap_err();
        assert!(matches!(&error, Error::Unsupported(why) if why.contains("Read/Write")), "{error:?}");
    }
    let broken = Hooks { refuses: Some((500, "<html>")), ..Hooks::default() };
    assert!(matches!(subscribe(&broken.host(), &channel(), CALLBACK), Err(Error::Unavailable(_))));
    let odd = Hooks { refuses: Some((200, "[]")), ..Hooks::default() };
    assert!(matches!(subscribe(&odd.host(), &channel(), CALLBACK), Err(Error::Unavailable(_))));
}

#[test]
fn ending_is_safe_to_do_again_and_all_pages_are_read() {
    let hooks = Hooks::default();
    for id in 1..=205 {
        let row = json!({"id": id, "name": "n", "topic": "order.created", "status": "active", "delivery_url": "https://a.example/"});
        hooks.rows.borrow_mut().push(row);
    }
    let host = hooks.host();
    assert_eq!(subscriptions(&host, &channel()).unwrap().len(), 205);
    let ids = ["7".to_owned(), "../products/7".to_owned(), "8".to_owned()];
    unsubscribe(&host, &channel(), &ids).unwrap();
    unsubscribe(&host, &channel(), &ids).unwrap();
    assert_eq!((hooks.ids().len(), writes(&host)), (203, 4));
}
