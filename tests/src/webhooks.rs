//! Shops that deliver webhooks, the web server that takes them, and what becomes of them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use entrepot_domain::{ChannelId, Secret};
use entrepot_queue::Outcome;
use entrepot_server::host::Host;
use entrepot_store::deliveries::{DeliveryRow, NewDelivery};
use entrepot_test_support::server::Server;
use entrepot_test_support::woocommerce::{Delivery, Seed, Store, serve};
use entrepot_web::{ClientLimits, HookLimits, Hosts};
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::{App, SHOP};

const SECRET: &str = "a-long-random-word-of-letters-and-digits-0123456789";

/// A shop with webhooks that its seller made by hand, imported once.
pub struct Shop {
    pub store: Store,
    pub server: Server,
    pub channel: ChannelId,
}

pub async fn shop(app: &App, products: usize) -> Shop {
    let store = Store::generate(Seed { products, variable_share: 0.0, seed: 17 });
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let secret = ("webhook_secret".to_owned(), Secret::new(SECRET));
    app.host.app.channels.set_channel(&app.host.tenant, SHOP, Map::new(), vec![secret]).await.expect("set");
    app.import().await;
    for topic in ["product.created", "product.updated", "product.deleted", "product.restored"] {
        store.add_webhook(topic, &format!("http://127.0.0.1/hooks/{channel}"), SECRET);
    }
    Shop { store, server, channel }
}

impl Shop {
    /// What the shop has to tell of its products; the pings are left out.
    pub fn told(&self) -> Vec<Delivery> {
        self.store.deliveries().into_iter().filter(|told| told.header("x-wc-webhook-topic").is_some()).collect()
    }
}

/// The host's web server, with one memory of who asked how often.
pub struct WebServer(Router);

pub struct Answer {
    pub status: StatusCode,
    pub kind: String,
    pub retry_after: Option<String>,
    pub body: String,
}

pub fn web_server(host: &Host) -> WebServer {
    let webhooks = &host.config.webhooks;
    let limits = HookLimits {
        per_minute: webhooks.requests_per_minute,
        genuine_per_minute: webhooks.genuine_per_minute,
        body: webhooks.body,
        address_header: webhooks.address_header.clone(),
    };
    let hosts = Hosts::new(host.config.listen, &host.config.public_url);
    let web = entrepot_web::router(host.app.clone(), hosts, limits, ClientLimits::default());
    WebServer(crate::principal::signed_in(web, &host.tenant))
}

impl WebServer {
    pub async fn send(&self, from: &str, path: &str, headers: &[(String, String)], body: Vec<u8>) -> Answer {
        self.ask("POST", from, path, headers, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", "127.0.0.1", path, &[], Vec::new()).await
    }

    pub async fn post(&self, path: &str, json: &str) -> Answer {
        let kind = ("content-type".to_owned(), "application/json".to_owned());
        self.ask("POST", "127.0.0.1", path, &[kind], json.as_bytes().to_vec()).await
    }

    async fn ask(&self, method: &str, from: &str, path: &str, headers: &[(String, String)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let peer: SocketAddr = format!("{from}:4711").parse().expect("an address");
        let mut request = request.body(Body::from(body)).expect("a request");
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.0.clone().oneshot(request).await.expect("an answer");
        let text = |name: header::HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let (kind, retry_after) = (text(header::CONTENT_TYPE).unwrap_or_default(), text(header::RETRY_AFTER));
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        Answer { status, kind, retry_after, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn deliver(&self, channel: &ChannelId, delivery: &Delivery) -> Answer {
        self.send("192.0.2.1", &format!("/hooks/{channel}"), &delivery.headers, delivery.body.clone()).await
    }

    /// Everything the shop has to tell is taken.
    pub async fn deliver_all(&self, shop: &Shop) -> usize {
        let told = shop.told();
        for delivery in &told {
            let answer = self.deliver(&shop.channel, delivery).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        }
        told.len()
    }
}

pub async fn deliveries(app: &App, channel: &ChannelId) -> Vec<DeliveryRow> {
    app.host.db.tenant(&app.host.tenant).deliveries(channel, "", "", 1_000).await.expect("deliveries")
}

/// Does what workers do until the inbox is empty.
pub async fn work(host: &Host, channel: &ChannelId) {
    let patience = Instant::now();
    while let Outcome::Later(wait) =
        host.app.deliveries.process_inbox(&host.tenant, channel).await.expect("it is worked on")
    {
        assert!(patience.elapsed() < Duration::from_secs(60), "it comes to an end");
        tokio::time::sleep(wait.max(Duration::from_millis(5))).await;
    }
}

pub async fn title(app: &App, id: u64) -> Option<String> {
    app.products().await.into_iter().find(|product| product.source_id == id.to_string()).map(|product| product.title)
}

/// A delivery as if an adapter had verified it: for events that WooCommerce does not know.
pub fn verified<'a>(channel: &'a ChannelId, id: &'a str, events: &'a str) -> NewDelivery<'a> {
    NewDelivery {
        channel,
        delivery_id: id,
        topic: "test",
        headers: &[],
        body: b"{}",
        events,
        occurred_at: None,
        received_at: 0,
        generation: 1,
        traceparent: None,
    }
}

/// Stores it, and says which are new.
pub async fn store(app: &App, new: &[NewDelivery<'_>]) -> Vec<bool> {
    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
    let ids = tx.insert_deliveries(new).await.expect("stored");
    tx.commit().await.expect("stored");
    ids.iter().map(Option::is_some).collect()
}

pub async fn tell(app: &App, channel: &ChannelId, id: &str, occurred_at: Option<i64>, events: Value) {
    let (events, received_at) = (events.to_string(), app.clock().now());
    let new = NewDelivery { occurred_at, received_at, ..verified(channel, id, &events) };
    assert_eq!(store(app, &[new]).await, [true], "{id} is new");
}

pub async fn note(app: &App, channel: &ChannelId, id: &str) -> (String, String) {
    let found = deliveries(app, channel).await.into_iter().find(|delivery| delivery.delivery_id == id).expect("kept");
    (found.state, found.note.or(found.failure).unwrap_or_default())
}

pub async fn stored(app: &App, channel: &ChannelId, id: u64) -> entrepot_store::items::StoredItem {
    let scoped = app.host.db.tenant(&app.host.tenant);
    scoped.stored_item(channel, &id.to_string()).await.expect("answers").expect("an item")
}
