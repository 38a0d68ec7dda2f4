//! Webhooks of the simulated WooCommerce shop: how they are made, what they send, when they stop.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepot_test_support::woocommerce::{Delivery, Permission, Product, Store, Variation, send};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::client::{Reply, Shop, shop};

const HOOK: &str = "https://receiver.example/hook";
const HOOKS: &str = "/wp-json/wc/v3/webhooks";

fn made(topic: &str) -> String {
    format!(r#"{{"name":"n","topic":"{topic}","delivery_url":"{HOOK}","secret":"s3cret"}}"#)
}

fn code(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(shop: &Shop, json: &str, status: u16, word: &str) {
    assert_eq!(code(&shop.write("POST", HOOKS, json)), (status, word.to_owned()), "{json}");
}

fn heard(deliveries: &[Delivery]) -> Vec<(String, u64)> {
    let one = |delivery: &Delivery| {
        let body: Value = serde_json::from_slice(&delivery.body).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
        mac.update(&delivery.body);
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(delivery.header("x-wc-webhook-signature"), Some(signature.as_str()));
        (delivery.header("X-WC-Webhook-Topic").unwrap().to_owned(), body["id"].as_u64().unwrap_or(0))
    };
    deliveries.iter().map(one).collect()
}

/// A shop that tells everything about products; its pings are past.
fn telling() -> Store {
    let store = Store::empty();
    for event in ["created", "updated", "deleted", "restored"] {
        store.add_webhook(&format!("product.{event}"), HOOK, "s3cret");
    }
    let pings = store.deliveries();
    assert!(pings.iter().all(|ping| ping.header("x-wc-webhook-signature").is_none()));
    assert_eq!(pings.iter().map(|ping| ping.body.clone()).next(), Some(b"webhook_id=1".to_vec()));
    store
}

#[test]
fn made_listed_changed_and_deleted() {
    let store = Store::empty();
    let shop = shop(&store);
    let reply = shop.write("POST", HOOKS, &made("product.updated"));
    assert_eq!(reply.status, 201);
    assert!(reply.header("location").unwrap().ends_with("/wp-json/wc/v3/webhooks/1"));
    let hook = reply.json();
    let keys: Vec<_> = hook.as_object().unwrap().keys().map(String::as_str).collect();
    for key in ["id", "name", "status", "topic", "resource", "event", "hooks", "delivery_url", "date_modified_gmt"] {
        assert!(keys.contains(&key), "{key}");
    }
    assert!(!reply.text().contains("s3cret"));
    assert!(reply.text().contains(r#""delivery_url":"https:\/\/receiver.example\/hook""#));
    shop.write("POST", HOOKS, &made("product.deleted"));

    let list = shop.get(&format!("{HOOKS}?orderby=id&order=asc&per_page=1&_fields=id,topic"));
    assert_eq!((list.ids(), list.total()), (vec![1], "2"));
    assert_eq!(list.json()[0].as_object().unwrap().len(), 2);
    let paused = shop.write("PUT", &format!("{HOOKS}/1"), r#"{"status":"paused"}"#).json();
    assert_eq!((&paused["status"], &paused["topic"]), (&"paused".into(), &"product.updated".into()));
    assert_eq!(shop.get(&format!("{HOOKS}?status=paused")).ids(), [1]);

    let trashed = shop.send("DELETE", &format!("{HOOKS}/1")).unwrap();
    assert_eq!(code(&trashed), (501, "woocommerce_rest_trash_not_supported".into()));
    assert_eq!(shop.send("DELETE", &format!("{HOOKS}/1?force=true")).unwrap().json()["id"], 1);
    for (method, query) in [("GET", ""), ("DELETE", "?force=true")] {
        assert_eq!(shop.send(method, &format!("{HOOKS}/1{query}")).unwrap().status, 404);
    }
    assert_eq!(store.webhooks(), [(2, "product.deleted".to_owned(), "active".to_owned())]);
    assert_eq!(store.unknown_parameters(), Vec::<String>::new());
}

#[test]
fn what_is_wrong_is_refused_as_the_shop_does_it() {
    let store = Store::empty();
    let mut shop = shop(&store);
    refused(&shop, &made("nonsense"), 400, "woocommerce_rest_shop_webhook_invalid_topic");
    refused(&shop, &made("product.exploded"), 400, "woocommerce_rest_shop_webhook_invalid_topic");
    let nowhere = made("product.created").replace(HOOK, "nope");
    refused(&shop, &nowhere, 400, "woocommerce_rest_shop_webhook_invalid_delivery_url");
    refused(&shop, "{}", 400, "rest_missing_callback_param");
    refused(&shop, "{", 400, "rest_invalid_json");
    refused(&shop, r#"{"topic":7}"#, 400, "rest_invalid_param");
    let unheard_of = made("product.created").replace("\"name\"", "\"status\"");
    refused(&shop, &unheard_of, 400, "rest_invalid_param");
    shop.key = Some(store.add_key(Permission::Read));
    refused(&shop, &made("product.created"), 401, "woocommerce_rest_authentication_error");
    shop.key = None;
    refused(&shop, &made("product.created"), 401, "woocommerce_rest_cannot_create");
    assert_eq!(store.webhooks(), []);
}

#[test]
fn what_the_body_does_not_say_the_query_does() {
    let store = Store::empty();
    let mut shop = shop(&store);
    let key = shop.key.take().unwrap();
    let query = format!("consumer_key={}&consumer_secret={}&secret=s3cret", key.consumer_key, key.consumer_secret);
    let json = format!(r#"{{"topic":"product.created","delivery_url":"{HOOK}"}}"#);
    assert_eq!(shop.write("POST", &format!("{HOOKS}?{query}"), &json).status, 201);
    let beaten = query.replace("s3cret", "other");
    assert_eq!(shop.write("POST", &format!("{HOOKS}?{beaten}"), &made("product.created")).status, 201);
    assert_eq!(store.deliveries().len(), 2, "pings");
    store.insert(Product::simple("Mug"));
    assert_eq!(heard(&store.deliveries()).len(), 2, "both signed with the same");
}

#[test]
fn what_is_told_and_what_is_not() {
    let store = telling();
    let mug = store.insert(Product::simple("Mug"));
    let shirt = store.insert(Product { kind: "variable", ..Product::simple("Shirt") });
    let small = store.insert_variation(Variation::of(shirt, &[("Size", "S")]).priced("9.00"));
    let created = ["product.created"; 3].map(str::to_owned);
    assert_eq!(heard(&store.deliveries()), created.into_iter().zip([mug, shirt, small]).collect::<Vec<_>>());

    for price in ["1.00", "2.00", "3.00"] {
        store.update(mug, |product| product.regular_price = price.into());
    }
    let told = store.deliveries();
    assert_eq!(heard(&told), [("product.updated".to_owned(), mug)], "three changes, one delivery");
    assert!(String::from_utf8_lossy(&told[0].body).contains(r#""regular_price":"3.00""#));

    store.update_variation(small, |variation| variation.stock_quantity = Some(3));
    let told = store.deliveries();
    assert_eq!(heard(&told), [("product.updated".to_owned(), small)], "not of the parent");
    let body: Value = serde_json::from_slice(&told[0].body).unwrap();
    assert_eq!((&body["type"], &body["parent_id"]), (&"variation".into(), &shirt.into()));

    store.trash(shirt);
    let told = store.deliveries();
    assert_eq!(heard(&told).len(), 2, "each for itself");
    assert_eq!(told[0].body, format!("{{\"id\":{shirt}}}").into_bytes());
    store.untrash(shirt);
    let topics: Vec<_> = heard(&store.deliveries()).into_iter().map(|(topic, _)| topic).collect();
    assert_eq!(topics, ["product.updated", "product.restored", "product.restored"]);
    store.force_delete(shirt);
    assert_eq!(store.deliveries(), [], "nothing is said of that");

    store.update(mug, |product| product.featured = true);
    store.force_delete(mug);
    let refusal = String::from_utf8(store.deliveries()[0].body.clone()).unwrap();
    assert!(refusal.contains("woocommerce_rest_product_invalid_id"), "{refusal}");
    store.configure(|options| options.webhook_owner_lost_access = true);
    store.insert(Product::simple("Bowl"));
    let refusal = String::from_utf8(store.deliveries()[0].body.clone()).unwrap();
    assert!(refusal.contains("woocommerce_rest_cannot_view"), "{refusal}");
}

#[test]
fn two_items_of_one_second_share_a_delivery_id() {
    let store = telling();
    store.configure(|options| options.now = Some(1_800_000_000));
    store.insert(Product::simple("Mug"));
    store.insert(Product::simple("Bowl"));
    let told = store.deliveries();
    let id = |at: usize| told[at].header("x-wc-webhook-delivery-id").unwrap();
    assert_eq!(id(0), id(1));
    assert_ne!(told[0].body, told[1].body);
}

#[test]
fn the_seventh_failure_in_a_row_ends_it_and_switching_on_does_not_forgive() {
    let store = telling();
    let shop = shop(&store);
    let mug = store.insert(Product::simple("Mug"));
    drop(store.deliveries());
    let tell = |status: u16| {
        store.update(mug, |product| product.featured ^= true);
        let told = store.deliveries();
        told.iter().for_each(|delivery| store.delivered(delivery, status));
        (told.len(), store.webhooks()[1].2.clone())
    };
    for status in [500, 404, 303, 199, 500, 500] {
        assert_eq!(tell(status), (1, "active".into()));
    }
    assert_eq!(tell(302), (1, "active".into()), "a redirect is a success, and forgives");
    for _ in 0..6 {
        tell(500);
    }
    assert_eq!(tell(500), (1, "disabled".into()));
    assert_eq!(tell(200), (0, "disabled".into()), "nothing is sent any more");
    shop.write("PUT", &format!("{HOOKS}/2"), r#"{"status":"active"}"#);
    assert_eq!(tell(500), (1, "disabled".into()), "the next one ends it again");
}

#[test]
fn deliveries_travel() {
    let store = telling();
    store.insert(Product::simple("Mug"));
    let told = store.deliveries();
    // Any server will do: this shop has no such page.
    let server = entrepot_test_support::woocommerce::serve(&store);
    let url = format!("{}/hooks/1", server.base_url);
    assert_eq!(send(&told[0], &url).unwrap(), 404);
    let line = server.log().lines().pop().unwrap();
    assert_eq!((line.method.as_str(), line.path.as_str()), ("POST", "/hooks/1"));
}
