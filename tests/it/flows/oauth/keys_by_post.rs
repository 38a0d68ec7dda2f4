//! A shop posts its keys to an address of ours, once.

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use entrepot_domain::run::RunState;
use entrepot_test_support::server::visit;
use entrepot_test_support::woocommerce::{self, Posted};
use entrepot_tests::oauth::{
    PRODUCTS, PUBLIC, Shown, ask, asked_for, assert_ended, begin, catalogue, channels, host_for, report,
};
use entrepot_tests::pages::Pages;
use entrepot_tests::rows::other_tenant;
use entrepot_tests::{App, Marketplace, SHOP, both_engines};
use serde_json::json;

fn shop() -> (woocommerce::Store, Marketplace) {
    let store = woocommerce::Store::from_seed(&catalogue());
    let shop = Marketplace::woocommerce(&store).with_secrets(json!({}));
    (store, shop)
}

/// The seller agrees in the shop.
fn agree(store: &woocommerce::Store, begun: &entrepot_channels::Begun) -> (Posted, String) {
    let answer = visit(store, begun.authorize_url.expose());
    let back = answer.header("Location").unwrap_or_else(|| panic!("{answer:?}")).to_owned();
    (store.posted().expect("keys to post"), back)
}

fn path(posted: &Posted) -> &str {
    posted.callback_url.strip_prefix(PUBLIC).expect("an address of ours")
}

async fn post(web: &Router, path: &str, body: &str) -> Shown {
    ask(web, "POST", path, Body::from(body.to_owned())).await
}

#[both_engines]
async fn a_shop_posts_its_keys_and_is_imported(app: App) {
    let (store, shop) = shop();
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    let url = begun.authorize_url.expose();
    assert!(url.contains("/wc-auth/v1/authorize?") && url.contains("scope=read_write"), "{url}");
    let (posted, back) = agree(&store, &begun);
    assert!(back.starts_with(&format!("{PUBLIC}/connections/{}?success=1", begun.id.as_str())), "{back}");
    let page = format!("/connections/{}?success=1", begun.id.as_str());
    assert!(Pages::of(&app).shown(&page).await.holds("not handed over its key yet"));
    let refused = Pages::of(&app).shown(&page.replace("success=1", "success=0")).await;
    assert!(refused.holds("was not granted"), "{}", refused.html);

    let answer = post(&web, path(&posted), &posted.body).await;
    assert_eq!(answer.status, StatusCode::OK, "exactly: {}", answer.body);
    assert!(!answer.body.contains(&posted.key.consumer_secret));
    assert_ended(&app, &begun, "done").await;
    let channel = report(&app, &begun).await.channel.expect("a channel");
    assert_eq!(Pages::of(&app).open(&page).await.location(), format!("/channels/{channel}"));
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, PRODUCTS as i64), "{run:?}");

    // Once.
    assert_eq!(post(&web, path(&posted), &posted.body).await.status, StatusCode::NOT_FOUND);
    assert_eq!(channels(&app).await, 1);

    // Anew, with another key: the one before is of no use any more.
    store.revoke_key(&posted.key.consumer_key);
    let begun = app.host.app.connections.begin_reconnection(&app.host.tenant, SHOP, PUBLIC).await.expect("begun");
    let (posted, _) = agree(&store, &begun);
    assert_eq!(post(&web, path(&posted), &posted.body).await.status, StatusCode::OK);
    assert_eq!(report(&app, &begun).await.channel, Some(channel));
    assert_eq!(app.import().await.state, RunState::Completed);
}

#[both_engines]
async fn what_is_no_key_of_the_shop_connects_nothing(app: App) {
    let (store, shop) = shop();
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    let (posted, _) = agree(&store, &begun);
    // Guesses, other methods, and what holds no keys leave it to whom it is for.
    let guess = format!("/connect/{}", "x".repeat(43));
    assert_eq!(post(&web, &guess, &posted.body).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&web, "GET", path(&posted), Body::empty()).await.status, StatusCode::METHOD_NOT_ALLOWED);
    for body in ["", "consumer_key=ck_1", "{}", r#"{"consumer_key":1,"consumer_secret":"cs_1"}"#] {
        assert_eq!(post(&web, path(&posted), body).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let swapped = json!({"consumer_key": posted.key.consumer_secret, "consumer_secret": posted.key.consumer_key});
    let answer = post(&web, path(&posted), &swapped.to_string()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("must begin with `ck_`") && !answer.body.contains(&posted.key.consumer_secret));
    let large = "x".repeat(20 << 10);
    assert_eq!(post(&web, path(&posted), &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(report(&app, &begun).await.state, "pending");

    // Another shop's keys do not open this one: what is tried is the shop that the seller named.
    let other = woocommerce::Store::generate(woocommerce::Seed { products: 1, variable_share: 0.0, seed: 99 });
    let theirs = other.key();
    let foreign = json!({"consumer_key": theirs.consumer_key, "consumer_secret": theirs.consumer_secret});
    let answer = post(&web, path(&posted), &foreign.to_string()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    assert!(answer.body.contains("keys came, and do not work") && !answer.body.contains(&theirs.consumer_secret));
    assert_ended(&app, &begun, "failed").await;
    assert_eq!(post(&web, path(&posted), &posted.body).await.status, StatusCode::NOT_FOUND, "it has ended");

    // Too late.
    let begun = begin(&app, &shop).await;
    let (posted, _) = agree(&store, &begun);
    app.clock().advance(10 * 60_000);
    assert_eq!(post(&web, path(&posted), &posted.body).await.status, StatusCode::NOT_FOUND);
    assert_eq!((report(&app, &begun).await.state.as_str(), channels(&app).await), ("expired", 0));
}

#[both_engines]
async fn keys_go_to_the_tenant_that_asked_and_only_by_https(app: App) {
    let (store, shop) = shop();
    let (app, web) = host_for(app, &shop).await;
    let theirs = other_tenant(&app).await;
    let connections = &app.host.app.connections;
    let begun = connections.begin_connection(&theirs, asked_for(&shop), PUBLIC).await.expect("begun");
    let (posted, _) = agree(&store, &begun);
    assert_eq!(post(&web, path(&posted), &posted.body).await.status, StatusCode::OK);
    let rows = app.host.db.tenant(&theirs).channels().await.expect("channels");
    assert_eq!((rows.len(), channels(&app).await), (1, 0));
    let page = format!("/connections/{}", begun.id.as_str());
    assert_eq!(Pages::of(&app).open(&page).await.status, StatusCode::NOT_FOUND, "another tenant's");

    let plain = connections.begin_connection(&app.host.tenant, asked_for(&shop), "http://127.0.0.1:8080").await;
    assert!(plain.map(drop).expect_err("no https").to_string().contains("ENTREPOT_PUBLIC_URL"));
    let mut given = asked_for(&shop);
    given.secrets.push(("consumer_key".to_owned(), entrepot_domain::Secret::new("ck_1")));
    let given = connections.begin_connection(&app.host.tenant, given, PUBLIC).await;
    assert_eq!(given.map(drop).expect_err("they come").to_string(), "consumer_key: comes by connecting; leave it out");
}
