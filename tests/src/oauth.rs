//! Accounts connected by their sellers' browsers: the way there and back.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use entrepot_channels::{Begun, ConnectionReport, NewConnection};
use entrepot_server::host::Host;
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::server::{Site, visit};
use entrepot_test_support::{etsy, shopify};
use entrepot_web::{ClientLimits, HookLimits, Hosts};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{App, Marketplace, SHOP};

pub const PRODUCTS: usize = 20;

pub const PUBLIC: &str = "https://entrepot.example.com";

pub fn catalogue() -> Vec<seed::Product> {
    seed::catalogue(Seed { products: PRODUCTS, variable_share: 0.3, seed: 7 })
}

/// An Etsy shop that knows where its app's browsers come back to.
pub fn etsy_shop() -> (etsy::Store, Marketplace) {
    let store = etsy::Store::from_seed(&catalogue());
    store.configure(|options| options.redirect_uris = vec![format!("{PUBLIC}/oauth/callback")]);
    let shop = Marketplace::etsy(&store);
    (store, shop)
}

pub fn shopify_shop() -> (shopify::Store, Marketplace) {
    let store = shopify::Store::from_seed(&catalogue());
    let shop = Marketplace::shopify(&store).with_secrets(client_of(&store));
    (store, shop)
}

pub fn client_of(store: &shopify::Store) -> Value {
    let options = store.options();
    json!({
        "client_id": options.client_id,
        "client_secret": options.client_secret,
        "webhook_secret": store.webhook_secret(),
    })
}

/// The host with the shop's adapter, where others reach it.
pub async fn host_for(app: App, shop: &Marketplace) -> (App, Router) {
    let app = app.ready_for(shop).await.with(&[("ENTREPOT_PUBLIC_URL", PUBLIC)]).await;
    let web = web(&app.host);
    (app, web)
}

pub fn web(host: &Host) -> Router {
    let hosts = Hosts::new(host.config.listen, &host.config.public_url);
    let web = entrepot_web::router(host.app.clone(), hosts, HookLimits::default(), ClientLimits::default());
    crate::principal::signed_in(web, &host.tenant)
}

pub fn asked_for(shop: &Marketplace) -> NewConnection {
    NewConnection {
        adapter: shop.id.into(),
        name: SHOP.into(),
        settings: shop.settings(),
        secrets: shop.secrets(|name| !name.ends_with("_token")),
    }
}

pub async fn begin(app: &App, shop: &Marketplace) -> Begun {
    let begun = app.host.app.connections.begin_connection(&app.host.tenant, asked_for(shop), PUBLIC).await;
    begun.unwrap_or_else(|error| panic!("{}: {error}", shop.id))
}

/// The seller agrees; what the browser is sent back with.
pub fn agree(site: &dyn Site, begun: &Begun) -> String {
    let answer = visit(site, begun.authorize_url.expose());
    let back = answer.header("Location").unwrap_or_else(|| panic!("{answer:?}")).to_owned();
    let query = back.strip_prefix(&format!("{PUBLIC}/oauth/callback?"));
    query.unwrap_or_else(|| panic!("the browser is sent elsewhere: {back}")).to_owned()
}

pub struct Shown {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

pub async fn ask(web: &Router, method: &str, target: &str, body: Body) -> Shown {
    let request = Request::builder().method(method).uri(target).header(header::HOST, "entrepot.example.com");
    let request = request.header(header::CONTENT_TYPE, "application/json").body(body).expect("a request");
    let response = web.clone().oneshot(request).await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    Shown { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}

/// The browser is back. Whatever it is shown, it is a plain page that is kept by nobody and repeats nothing.
pub async fn come_back(web: &Router, query: &str) -> Shown {
    let shown = ask(web, "GET", &format!("/oauth/callback?{query}"), Body::empty()).await;
    let header = |name: header::HeaderName| shown.headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!(header(header::CONTENT_TYPE), Some("text/html; charset=utf-8"));
    assert_eq!(header(header::CACHE_CONTROL), Some("no-store"));
    assert_eq!(header(header::REFERRER_POLICY), Some("no-referrer"));
    assert!(header(header::CONTENT_SECURITY_POLICY).is_some_and(|policy| policy.contains("default-src 'none'")));
    assert!(
        shown.body.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && shown.body.contains("<h1>"),
        "{}",
        shown.body
    );
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let secret = matches!(name, "state" | "code" | "hmac" | "error_description");
        assert!(!secret || value.len() < 8 || !shown.body.contains(value), "{name} is on the page: {}", shown.body);
    }
    assert!(!shown.body.contains("<script") && !shown.body.contains("<img"), "{}", shown.body);
    shown
}

pub async fn report(app: &App, begun: &Begun) -> ConnectionReport {
    app.host.app.connections.connection(&app.host.tenant, begun.id.as_str()).await.expect("the connection")
}

pub async fn channels(app: &App) -> usize {
    app.host.db.tenant(&app.host.tenant).channels().await.expect("channels").len()
}

/// How often the token endpoint was asked.
pub fn asked_for_tokens(shop: &Marketplace) -> usize {
    let lines = shop.server.log().lines();
    lines
        .iter()
        .filter(|line| line.method == "POST" && line.path.contains("/oauth/") && line.path.contains("token"))
        .count()
}

/// It has ended, and nothing secret is left in its row.
pub async fn assert_ended(app: &App, begun: &Begun, state: &str) {
    let row =
        app.host.db.tenant(&app.host.tenant).connection(begun.id.as_str()).await.expect("answers").expect("a row");
    assert_eq!((row.state.as_str(), row.sealed.is_none()), (state, true), "{:?}", row.failure);
}
