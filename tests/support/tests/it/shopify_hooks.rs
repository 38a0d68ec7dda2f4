//! Webhooks and sign-in of the simulated Shopify shop.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepot_test_support::shopify::{Delivery, Product, Variant};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::shopify::{Shop, shop};

const CREATE: &str = "mutation Create($topic: WebhookSubscriptionTopic!, $subscription: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $subscription) { webhookSubscription { id topic uri format filter } userErrors { field message } } }";
const LIST: &str = "{ webhookSubscriptions(first: 50) { nodes { id topic uri format filter } } }";
const URL: &str = "https://entrepot.example/hooks";

fn mac(secret: &str, message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> &'a str {
    &delivery.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).unwrap().1
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

impl Shop {
    fn subscribe(&self, topic: &str, subscription: Value) -> Value {
        self.data(CREATE, json!({"topic": topic, "subscription": subscription}))["webhookSubscriptionCreate"].take()
    }

    fn subscribed(&self, topics: &[&str]) {
        for topic in topics {
            let payload = self.subscribe(topic, json!({"uri": URL}));
            assert_eq!(payload["userErrors"], json!([]), "{payload}");
        }
    }
}

#[test]
fn subscriptions_are_made_listed_and_removed() {
    let shop = shop(1);
    let made = shop.subscribe("PRODUCTS_UPDATE", json!({"uri": URL, "format": "JSON"}));
    let subscription = &made["webhookSubscription"];
    assert_eq!(
        (&subscription["topic"], &subscription["uri"], &subscription["filter"]),
        (&json!("PRODUCTS_UPDATE"), &json!(URL), &Value::Null)
    );
    let said =
        |topic: &str, uri: &str| shop.subscribe(topic, json!({"uri": uri}))["userErrors"][0]["message"].to_string();
    assert!(said("PRODUCTS_UPDATE", URL).contains("already been taken"));
    assert!(said("PRODUCTS_DELETE", "http://entrepot.example/").contains("not supported"));
    assert!(said("LOCATIONS_UPDATE", URL).contains("null"), "all scopes are there");
    shop.store.configure(|options| options.scopes = vec!["read_products".into()]);
    assert!(said("INVENTORY_LEVELS_UPDATE", URL).contains("permission"));
    assert_eq!(shop.data(LIST, json!({}))["webhookSubscriptions"]["nodes"].as_array().unwrap().len(), 2);
    let delete = "mutation Delete($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } } }";
    let id = json!({"id": subscription["id"]});
    assert_eq!(shop.data(delete, id.clone())["webhookSubscriptionDelete"]["userErrors"], json!([]));
    assert!(shop.data(delete, id)["webhookSubscriptionDelete"]["userErrors"][0]["message"].is_string());
    shop.store.drop_subscription("LOCATIONS_UPDATE");
    assert!(shop.store.subscriptions().is_empty());
}

#[test]
fn changes_are_told_signed() {
    let shop = shop(3);
    assert!(shop.store.deliveries().is_empty());
    shop.store.update(7_000_000_000_001, |product| product.title = "Before".into());
    assert!(shop.store.deliveries().is_empty(), "nobody subscribed");
    shop.subscribed(&["PRODUCTS_CREATE", "PRODUCTS_UPDATE", "PRODUCTS_DELETE", "INVENTORY_LEVELS_UPDATE"]);
    let location = shop.store.locations()[0].id;
    let made = shop.store.insert(Product::simple("New", "5.00"));
    shop.store.update(7_000_000_000_001, |product| product.title = "A / B & C".into());
    shop.store.set_stock(7_000_000_000_001, 0, location, 17);
    shop.store.delete(7_000_000_000_002);
    let told = shop.store.deliveries();
    let topics: Vec<_> = told.iter().map(|delivery| delivery.topic.as_str()).collect();
    assert_eq!(topics, ["products/create", "products/update", "inventory_levels/update", "products/delete"]);
    for delivery in &told {
        let signature = STANDARD.decode(header(delivery, "x-shopify-hmac-sha256")).unwrap();
        assert_eq!(signature, mac(&shop.store.webhook_secret(), &delivery.body));
        assert_eq!(
            (header(delivery, "x-shopify-topic"), header(delivery, "x-shopify-shop-domain")),
            (delivery.topic.as_str(), "simulated.myshopify.com")
        );
        assert!(header(delivery, "x-shopify-triggered-at").ends_with('Z') && delivery.uri == URL);
    }
    let ids: std::collections::BTreeSet<_> =
        told.iter().map(|delivery| header(delivery, "x-shopify-webhook-id")).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(body(&told[0])["id"], made);
    assert_eq!((&body(&told[1])["title"], &body(&told[1])["status"]), (&json!("A / B & C"), &json!("active")));
    assert!(body(&told[1])["updated_at"].as_str().unwrap().ends_with("-05:00"), "with the shop's offset");
    assert_eq!((&body(&told[2])["available"], &body(&told[2])["location_id"]), (&json!(17), &json!(location)));
    assert!(body(&told[2]).get("product_id").is_none());
    assert_eq!(body(&told[3]), json!({"id": 7_000_000_000_002_u64}), "nothing but the id");
    assert!(shop.store.deliveries().is_empty(), "each once");
}

/// Bodies name all variants, and hold the first hundred.
#[test]
fn a_body_has_a_hundred_variants() {
    let shop = shop(0);
    shop.subscribed(&["PRODUCTS_CREATE"]);
    let variant = |at: usize| Variant { values: vec![at.to_string()], price: "1.00".into(), ..Variant::default() };
    let options = vec![("No".to_owned(), (0..250).map(|at| at.to_string()).collect())];
    shop.store.insert(Product {
        options,
        variants: (0..250).map(variant).collect(),
        ..Product::simple("Large", "1.00")
    });
    let body = body(&shop.store.deliveries()[0]);
    assert_eq!(
        (body["variants"].as_array().unwrap().len(), body["variant_gids"].as_array().unwrap().len()),
        (100, 250)
    );
    assert!(body["variants"][0].get("weight").is_none() && body["tags"].is_string(), "as since 2025");
}

/// A filter with a field that is not there: no deliveries at all, and no error.
#[test]
fn a_wrong_filter_is_silence() {
    let shop = shop(1);
    shop.subscribe("PRODUCTS_UPDATE", json!({"uri": URL, "filter": "colour:red"}));
    shop.store.update(7_000_000_000_001, |product| product.title = "x".into());
    assert!(shop.store.deliveries().is_empty());
    shop.store.change_subscriptions(|all| all[0].filter.clear());
    shop.store.update(7_000_000_000_001, |product| product.title = "y".into());
    assert_eq!(shop.store.deliveries().len(), 1);
}

#[test]
fn a_bulk_operation_tells_of_its_end_in_lower_case() {
    let shop = shop(1);
    shop.subscribed(&["BULK_OPERATIONS_FINISH"]);
    let run = "mutation { bulkOperationRunQuery(query: \"{ products { edges { node { id } } } }\", groupObjects: false) { bulkOperation { id } userErrors { code } } }";
    let id = shop.data(run, json!({}))["bulkOperationRunQuery"]["bulkOperation"]["id"].take();
    assert!(shop.store.deliveries().is_empty());
    for _ in 0..2 {
        shop.data("query P($id: ID!) { bulkOperation(id: $id) { status } }", json!({"id": id}));
    }
    let told = shop.store.deliveries();
    assert_eq!((told.len(), told[0].topic.as_str()), (1, "bulk_operations/finish"));
    let body = body(&told[0]);
    assert_eq!(
        (&body["admin_graphql_api_id"], &body["status"], &body["type"]),
        (&id, &json!("completed"), &json!("query"))
    );
}

#[test]
fn stock_may_touch_the_product() {
    let shop = shop(1);
    shop.subscribed(&["PRODUCTS_UPDATE", "INVENTORY_LEVELS_UPDATE"]);
    let location = shop.store.locations()[0].id;
    for (touches, expected) in [(false, 1), (true, 2)] {
        shop.store.configure(|options| options.stock_touches_product = touches);
        shop.store.set_stock(7_000_000_000_001, 0, location, 3);
        assert_eq!(shop.store.deliveries().len(), expected);
    }
}

/// Deliveries are posted as they are; twice, or in another order, is for whoever sends them.
#[test]
fn a_delivery_can_be_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hooks/chn_1?x=1", listener.local_addr().unwrap());
    let taken = std::thread::spawn(move || {
        let mut seen = Vec::new();
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut all = Vec::new();
            let mut some = [0; 4_096];
            while !String::from_utf8_lossy(&all).ends_with("{\"id\":1}") {
                let read = stream.read(&mut some).unwrap();
                assert!(read > 0);
                all.extend_from_slice(&some[..read]);
            }
            stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
            seen.push(String::from_utf8(all).unwrap());
        }
        seen
    });
    let delivery = shop(0).store.delivery("products/delete", "{\"id\":1}");
    assert_eq!((delivery.send(&url).unwrap(), delivery.send(&url).unwrap()), (204, 204));
    let seen = taken.join().unwrap();
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].starts_with("POST /hooks/chn_1?x=1 HTTP/1.1\r\n") && seen[0].contains("X-Shopify-Hmac-Sha256: "));
}

#[test]
fn an_app_that_is_removed_has_no_token() {
    let shop = shop(1);
    let (token, tokens) = (shop.store.access_token(), shop.store.connect());
    shop.subscribed(&["APP_UNINSTALLED"]);
    shop.store.uninstall();
    assert_eq!(shop.store.deliveries()[0].topic, "app/uninstalled");
    for token in [token, tokens.access_token] {
        assert_eq!(shop.post("2026-10", &token, "{ shop { name } }", json!({})).status, 401);
    }
}

impl Shop {
    fn token(&self, fields: &str) -> (u16, Value) {
        let options = self.store.options();
        let form = format!("client_id={}&client_secret={}&{fields}", options.client_id, options.client_secret);
        let reply =
            self.raw("POST", "/admin/oauth/access_token", "Content-Type: application/x-www-form-urlencoded\r\n", &form);
        (reply.status, reply.json())
    }

    fn lets_in(&self, token: &Value) -> bool {
        self.post("2026-10", token.as_str().unwrap(), "{ shop { name } }", json!({})).status == 200
    }
}

/// Each refresh gives a new pair; the one before works until the new one is used.
#[test]
fn refresh_tokens_rotate() {
    let shop = shop(0);
    let first = shop.store.connect();
    let refresh = |token: &str| shop.token(&format!("grant_type=refresh_token&refresh_token={token}"));
    let (status, second) = refresh(&first.refresh_token);
    assert_eq!(
        (status, &second["expires_in"], &second["refresh_token_expires_in"]),
        (200, &json!(3_600), &json!(7_776_000))
    );
    assert!(second["refresh_token"] != first.refresh_token.as_str());
    assert_eq!(refresh(&first.refresh_token), (200, second.clone()), "the answer was lost: the same pair again");
    assert!(shop.lets_in(&json!(first.access_token)) && shop.lets_in(&second["access_token"]));
    assert_eq!(refresh(&first.refresh_token).0, 400, "the new pair is in use");
    assert_eq!(refresh("shprt_wrong").0, 400);
    shop.store.expire_tokens();
    assert!(!shop.lets_in(&second["access_token"]));
    let (_, third) = refresh(second["refresh_token"].as_str().unwrap());
    assert!(shop.lets_in(&third["access_token"]));
    // Another log-in retires the refresh token of this one.
    let _ = shop.store.connect();
    assert_eq!(refresh(third["refresh_token"].as_str().unwrap()).0, 400);
}

#[test]
fn a_code_is_good_once() {
    let shop = shop(0);
    let code = shop.store.authorization_code();
    let (status, pair) = shop.token(&format!("code={code}&expiring=1"));
    assert!(status == 200 && shop.lets_in(&pair["access_token"]) && pair["refresh_token"].is_string());
    assert_eq!(shop.token(&format!("code={code}&expiring=1")).0, 400);
    let (_, forever) = shop.token(&format!("code={}", shop.store.authorization_code()));
    assert!(forever.get("expires_in").is_none(), "without expiring=1 it never expires");
    let (_, own) = shop.token("grant_type=client_credentials");
    assert_eq!((own["expires_in"].clone(), own.get("refresh_token")), (json!(86_399), None));
    assert_eq!(shop.raw("POST", "/admin/oauth/access_token", "", "client_id=x&client_secret=y").status, 400);
}

/// Signed over the sorted parameters, in hexadecimal.
#[test]
fn the_way_back_is_signed() {
    let shop = shop(0);
    let target = "/admin/oauth/authorize?client_id=simulated-client-id&redirect_uri=https%3A%2F%2Fapp.example%2Fback&state=abc&scope=read_products";
    let reply = shop.raw("GET", target, "", "");
    assert_eq!(reply.status, 302);
    let to = url::Url::parse(reply.header("location").unwrap()).unwrap();
    let mut pairs: Vec<(String, String)> = to.query_pairs().into_owned().collect();
    let at = pairs.iter().position(|(name, _)| name == "hmac").unwrap();
    let (_, sent) = pairs.remove(at);
    pairs.sort();
    let message: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let hex: String = mac(&shop.store.webhook_secret(), message.join("&").as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(sent, hex);
    let code = &pairs.iter().find(|(name, _)| name == "code").unwrap().1;
    assert_eq!(shop.token(&format!("code={code}&expiring=1")).0, 200);
}
