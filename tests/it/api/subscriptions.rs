//! What a marketplace delivers, by the API.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_test_support::bigcommerce;
use entrepot_tests::oauth::{PUBLIC, catalogue};
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, Marketplace, both_engines};

#[both_engines]
async fn subscriptions_are_made_shown_and_ended(app: App) {
    let shop = Marketplace::bigcommerce(&bigcommerce::Store::from_seed(&catalogue()));
    let (app, channel) = app.connect_to(&shop).await;
    let app = app.with(&[("ENTREPOT_PUBLIC_URL", PUBLIC)]).await;
    let at = |what: &str| format!("/api/v1/channels/shop/{what}");
    assert_eq!(get(&app, &at("subscriptions")).await.as_array().map(Vec::len), Some(0));
    let (status, _, made) = call(&app, "POST", &at("subscribe"), Body::empty()).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let made = made.as_array().expect("a list").clone();
    let callback = format!("{PUBLIC}/hooks/{channel}");
    assert!(
        !made.is_empty() && made.iter().all(|one| one["ours"] == true && one["callback_url"] == callback),
        "{made:?}"
    );
    assert_eq!(get(&app, &at("subscriptions")).await.as_array().map(Vec::len), Some(made.len()));
    assert_eq!(get(&app, "/api/v1/channels/shop").await["webhooks"]["delivers_to"], callback);
    let (status, _, ended) = call(&app, "POST", &at("unsubscribe"), Body::empty()).await;
    assert_eq!((status, ended["ended"].as_u64()), (StatusCode::OK, Some(made.len() as u64)), "{ended}");
    assert_eq!(get(&app, &at("subscriptions")).await.as_array().map(Vec::len), Some(0));
    let (status, ..) = call(&app, "GET", "/api/v1/channels/none/subscriptions", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
