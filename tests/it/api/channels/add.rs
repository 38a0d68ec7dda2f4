//! `POST /channels`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_test_support::woocommerce::{Product, Store, serve};
use entrepot_tests::rest::call;
use entrepot_tests::{App, SHOP, assert_body, both_engines};
use serde_json::json;

#[both_engines]
async fn a_channel_is_tried_and_added_once(app: App) {
    app.install().await;
    let store = Store::empty();
    store.insert(Product::simple("Boots").priced("19.99"));
    let (server, key) = (serve(&store), store.key());
    let channel = json!({
        "adapter": "woocommerce", "name": SHOP, "settings": {"store_url": server.base_url},
        "secrets": {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret},
    });
    let add = async || call(&app, "POST", "/api/v1/channels", Body::from(channel.to_string())).await;
    let (status, _, added) = add().await;
    assert_eq!(status, StatusCode::CREATED);
    assert_body!("add", added);
    let (status, _, problem) = add().await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_body!("add_taken_name", problem);
}

#[both_engines]
async fn settings_and_secrets_that_are_missing_are_named(app: App) {
    app.install().await;
    let channel = json!({"adapter": "woocommerce", "name": SHOP, "settings": {}, "secrets": {}});
    let (status, _, problem) = call(&app, "POST", "/api/v1/channels", Body::from(channel.to_string())).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_body!("add_incomplete", problem);
}
