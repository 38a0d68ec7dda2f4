//! Connecting an account over REST.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_test_support::server::visit;
use entrepot_tests::oauth::{PUBLIC, ask, client_of, come_back, host_for, shopify_shop};
use entrepot_tests::{App, SHOP, assert_body, both_engines};
use serde_json::{Value, json};

#[both_engines]
async fn a_connection_is_begun_and_read(app: App) {
    let (store, shop) = shopify_shop();
    let (_app, web) = host_for(app, &shop).await;
    let asked = json!({
        "adapter": shop.id, "name": SHOP, "settings": shop.settings(), "secrets": client_of(&store),
    });
    let made = ask(&web, "POST", "/api/v1/connections", Body::from(asked.to_string())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made: Value = serde_json::from_str(&made.body).expect("JSON");
    assert_eq!(made["redirect_uri"], format!("{PUBLIC}/oauth/callback"));
    assert_body!("begin", made);
    let path = format!("/api/v1/connections/{}", made["id"].as_str().unwrap_or_default());
    let tell =
        async || -> Value { serde_json::from_str(&ask(&web, "GET", &path, Body::empty()).await.body).expect("JSON") };
    let told = tell().await;
    assert_body!("get_pending", told);
    assert!(!told.to_string().contains(&store.options().client_secret));

    let answer = visit(&store, made["authorize_url"].as_str().unwrap_or_default());
    let back = answer.header("Location").unwrap_or_default().to_owned();
    let (_, query) = back.split_once('?').expect("a query");
    assert_eq!(come_back(&web, query).await.status, StatusCode::OK);
    let told = tell().await;
    assert_body!("get_done", told);
    let taken = ask(&web, "POST", "/api/v1/connections", Body::from(asked.to_string())).await;
    assert_eq!(taken.status, StatusCode::CONFLICT, "the name is taken: {}", taken.body);
    assert_body!("begin_taken_name", serde_json::from_str(&taken.body).expect("JSON"));
    let again = ask(&web, "POST", &format!("/api/v1/channels/{SHOP}/reconnect"), Body::empty()).await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
    assert_eq!(ask(&web, "GET", "/api/v1/connections/cnn_none", Body::empty()).await.status, StatusCode::NOT_FOUND);
}
