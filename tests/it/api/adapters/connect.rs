//! What a form asks for.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::oauth::etsy_shop;
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, both_engines};
use serde_json::Value;

fn named<'a>(list: &'a Value, key: &str) -> &'a Value {
    let found = list.as_array().and_then(|list| list.iter().find(|one| one["key"] == key));
    found.unwrap_or_else(|| panic!("{key} in {list}"))
}

#[both_engines]
async fn a_form_knows_what_to_ask_for(app: App) {
    let (status, ..) = call(&app, "GET", "/api/v1/adapters/woocommerce/connect", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "nothing is installed");
    app.install().await;
    let form = get(&app, "/api/v1/adapters/woocommerce/connect").await;
    assert_eq!((form["ways"][0].as_str(), form["redirect_uri"].is_null()), (Some("keys-by-post"), true), "{form}");
    let url = named(&form["settings"], "store_url");
    assert_eq!((url["type"].as_str(), url["required"].as_bool()), (Some("url"), Some(true)), "{url}");
    assert!(url["title"].as_str().is_some_and(|title| !title.is_empty()), "{url}");
    let key = named(&form["secrets"], "consumer_key");
    assert_eq!((key["prefix"].as_str(), key["comes_by"].as_str()), (Some("ck_"), Some("connecting")), "{key}");
    let choice = named(&form["settings"], "price_rounding");
    assert!(choice["choices"].as_array().is_some_and(|choices| choices.len() > 1), "{choice}");

    let (_, etsy) = etsy_shop();
    let app = app.ready_for(&etsy).await;
    let form = get(&app, "/api/v1/adapters/etsy/connect").await;
    assert_eq!(form["ways"][0], "oauth");
    assert!(form["redirect_uri"].as_str().is_some_and(|uri| uri.ends_with("/oauth/callback")), "{form}");
    assert_eq!(named(&form["secrets"], "keystring")["comes_by"], "seller");
    assert_eq!(named(&form["secrets"], "access_token")["comes_by"], "connecting");
}
