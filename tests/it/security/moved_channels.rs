//! Somebody who may change a channel leads it to a server of their own, to read the secrets that others gave it.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_core::AppError;
use entrepot_domain::Secret;
use entrepot_test_support::etsy;
use entrepot_test_support::seed::{Seed as AnySeed, catalogue};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::pages::Pages;
use entrepot_tests::rest::call;
use entrepot_tests::{App, Entrepot, Marketplace, SHOP, both_engines};
use serde_json::{Map, Value, json};

fn at(setting: &str, address: &str) -> Map<String, Value> {
    Map::from_iter([(setting.to_owned(), address.into())])
}

#[both_engines]
async fn no_secret_goes_where_a_channel_is_led_by_somebody_who_does_not_know_it(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 84 });
    let (server, elsewhere) = (serve(&store), serve(&store));
    let (key, path) = (store.key(), format!("/api/v1/channels/{SHOP}"));
    let channel = app.connect(&server.base_url, &key).await;
    let change = async |body: Value| call(&app, "PATCH", &path, Body::from(body.to_string())).await;
    let led = json!({"store_url": elsewhere.base_url});

    let (status, _, said) = change(json!({"settings": led})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    for words in ["consumer_key", "consumer_secret", "store_url leads the channel elsewhere"] {
        assert!(said.to_string().contains(words), "{words}: {said}");
    }
    let half = json!({"settings": led, "secrets": {"consumer_key": key.consumer_key}});
    let (status, _, said) = change(half).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    assert!(!said.to_string().contains("consumer_key:") && said.to_string().contains("consumer_secret"), "{said}");
    // By a command, and by a page.
    let url = format!("store_url={}", elsewhere.base_url);
    let by_command = Entrepot::new(app.environment.clone()).run(&["channel", "set", SHOP, "--set", &url]);
    let told = String::from_utf8_lossy(&by_command.stderr).into_owned();
    assert!(!by_command.status.success() && told.contains("consumer_secret: has to be given again"), "{told}");
    let form = [("setting.store_url", elsewhere.base_url.as_str())];
    let page = Pages::of(&app).post(&format!("/channels/{channel}/settings"), &form).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.holds("Has to be given again"), "{}", page.html);
    let (status, _, tested) = call(&app, "POST", &format!("{path}/test"), Body::empty()).await;
    assert_eq!((status, elsewhere.log().total()), (StatusCode::OK, 0), "it is where it was: {tested}");

    // What is the same, however it is written, and what leads nowhere takes no secret.
    for settings in [json!({"store_url": format!("{}/", server.base_url)}), json!({"price_rounding": "half-up"})] {
        let (status, _, said) = change(json!({"settings": settings})).await;
        assert_eq!(status, StatusCode::OK, "{settings}: {said}");
    }
    let secrets = json!({"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret});
    let (status, _, said) = change(json!({"settings": led, "secrets": secrets})).await;
    assert_eq!(status, StatusCode::OK, "whoever knows them moves the channel: {said}");
    let (status, _, tested) = call(&app, "POST", &format!("{path}/test"), Body::empty()).await;
    assert!(status == StatusCode::OK && elsewhere.log().total() > 0, "{tested}");
    assert_eq!(app.host.app.channels.verify_audit().await.expect("readable").differs, None);
}

#[both_engines]
async fn tokens_are_given_again_or_forgotten_where_a_channel_is_moved(app: App) {
    let goods = etsy::Store::from_seed(&catalogue(AnySeed { products: 2, variable_share: 0.0, seed: 84 }));
    let (shop, elsewhere) = (Marketplace::etsy(&goods), Marketplace::etsy(&goods));
    let (app, id) = app.connect_to(&shop).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let led = || at("base_url", &elsewhere.server.base_url);
    let known = || shop.secrets(|name| !name.ends_with("_token"));
    let refused = cases.channels.set_channel(tenant, SHOP, led(), known()).await.expect_err("tokens stay").to_string();
    assert!(refused.contains("access_token") && refused.contains("refresh_token"), "{refused}");
    assert!(refused.contains("connect the shop anew"), "{refused}");
    let forgotten = ["access_token", "refresh_token"].map(|name| (name.to_owned(), Secret::new("")));
    let secrets = known().into_iter().chain(forgotten).collect();
    cases.channels.set_channel(tenant, SHOP, led(), secrets).await.expect("moved, to be connected anew");
    let left = app.host.db.tenant(tenant).sealed_secrets(&id).await.expect("answers");
    assert!(left.iter().all(|(name, _)| !name.ends_with("_token")), "no token is left");
    let pages = Pages::of(&app);
    let form = [("setting.base_url", shop.server.base_url.as_str()), ("setting.shop_id", "1")];
    let shown = pages.post(&format!("/channels/{id}/settings"), &form).await;
    assert!(shown.holds("name=\"forget.webhook_secret\""), "what may be forgotten has a box: {}", shown.html);
    let tested = cases.channels.test_channel(tenant, SHOP).await.expect_err("no token");
    assert!(!matches!(tested, AppError::Changed { .. }), "{tested}");
    assert_eq!(elsewhere.server.log().total(), 0, "nothing went there");
}
