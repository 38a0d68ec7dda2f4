//! What goes wrong on the way of a browser, and who tries to make use of it.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{StatusCode, header};
use entrepot_core::AppError;
use entrepot_domain::run::RunState;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::{seed, shopify};
use entrepot_tests::oauth::{
    PRODUCTS, PUBLIC, agree, ask, asked_for, asked_for_tokens, assert_ended, begin, channels, come_back, etsy_shop,
    host_for, report, shopify_shop,
};
use entrepot_tests::{App, SHOP, both_engines};
use entrepot_web::{ClientLimits, HookLimits, Hosts};

const HOUR: i64 = 60 * 60_000;

/// The same query with another value.
fn with(query: &str, name: &str, value: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((known, _)) if known == name => format!("{name}={value}"),
        _ => pair.to_owned(),
    });
    let changed = pairs.collect::<Vec<_>>().join("&");
    assert_ne!(changed, query, "{name} is there");
    changed
}

#[both_engines]
async fn what_the_marketplace_did_not_say_changes_nothing(app: App) {
    let (store, shop) = shopify_shop();
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    let query = agree(&store, &begun);
    let made_up = "x".repeat(43);
    for forged in [
        with(&query, "state", &made_up),
        String::new(),
        "code=1".to_owned(),
        format!("{query}&state={made_up}"),
        format!("{query}&code=another-code"),
    ] {
        let shown = come_back(&web, &forged).await;
        assert_eq!(shown.status, StatusCode::BAD_REQUEST);
        assert!(shown.body.contains("<h1>Nothing to connect</h1>"), "{forged}: {}", shown.body);
    }
    let state = query.split('&').find(|pair| pair.starts_with("state=")).expect("a state");
    for forged in [
        with(&query, "code", "0123456789abcdef"),
        with(&query, "shop", "somebodys.myshopify.com"),
        with(&query, "timestamp", "4000000000"),
        with(&query, "hmac", &"00".repeat(32)),
        with(&query, "hmac", "nothing%20of%20the%20kind"),
        format!("{query}&host=added"),
        format!("code=0123456789abcdef&{state}"),
    ] {
        let shown = come_back(&web, &forged).await;
        assert_eq!(shown.status, StatusCode::BAD_REQUEST);
        assert!(shown.body.contains("<h1>Not verified</h1>"), "{forged}: {}", shown.body);
    }
    let head = ask(&web, "HEAD", &format!("/oauth/callback?{query}"), Body::empty()).await;
    let post = ask(&web, "POST", &format!("/oauth/callback?{query}"), Body::empty()).await;
    assert_eq!([head.status, post.status], [StatusCode::METHOD_NOT_ALLOWED; 2]);
    assert_eq!((report(&app, &begun).await.state.as_str(), asked_for_tokens(&shop)), ("pending", 0));

    let shown = come_back(&web, &query).await;
    assert_eq!(shown.status, StatusCode::OK, "whom it is for can still come: {}", shown.body);
    let shown = come_back(&web, &query).await;
    assert!(shown.body.contains("<h1>Nothing to connect</h1>"), "once: {}", shown.body);
    assert_eq!((channels(&app).await, asked_for_tokens(&shop)), (1, 1));
}

#[both_engines]
async fn who_comes_too_late_is_not_expected_any_more(app: App) {
    let (store, shop) = shopify_shop();
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    let query = agree(&store, &begun);
    app.clock().advance(2 * 60_000);
    let shown = come_back(&web, &query).await;
    assert!(shown.body.contains("<h1>Not verified</h1>"), "signed two minutes ago: {}", shown.body);
    app.clock().advance(8 * 60_000);
    let shown = come_back(&web, &query).await;
    assert!(shown.body.contains("<h1>Nothing to connect</h1>"), "{}", shown.body);
    assert_eq!(report(&app, &begun).await.state, "expired");
    assert_eq!(app.host.app.connections.forget_old_connections().await.expect("swept"), 1);
    assert_ended(&app, &begun, "expired").await;
    // A host took it up, and died.
    let begun = begin(&app, &shop).await;
    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begun");
    let until = app.clock().now() + 60_000;
    assert!(tx.claim_connection(begun.id.as_str(), until).await.expect("answers"));
    assert!(!tx.claim_connection(begun.id.as_str(), until).await.expect("answers"), "once");
    tx.commit().await.expect("committed");
    assert_eq!(report(&app, &begun).await.state, "working");
    app.clock().advance(60_000);
    assert_eq!(app.host.app.connections.forget_old_connections().await.expect("swept"), 1);
    assert_ended(&app, &begun, "expired").await;
    app.clock().advance(25 * HOUR);
    assert_eq!(app.host.app.connections.forget_old_connections().await.expect("swept"), 0);
    let gone = app.host.app.connections.connection(&app.host.tenant, begun.id.as_str()).await;
    assert!(matches!(gone, Err(AppError::NoConnection(_))), "{gone:?}");
    assert_eq!((channels(&app).await, asked_for_tokens(&shop)), (0, 0));
}

#[both_engines]
async fn two_that_come_back_at_once_connect_once(app: App) {
    let (store, shop) = shopify_shop();
    let (app, web) = host_for(app, &shop).await;
    let other = entrepot_tests::oauth::web(&app.reopen().await);
    for round in 1..=3 {
        let mut new = asked_for(&shop);
        new.name = format!("shop {round}");
        let begun = app.host.app.connections.begin_connection(&app.host.tenant, new, PUBLIC).await.expect("begun");
        let query = agree(&store, &begun);
        let visits = [&web, &other, &web, &other].map(|web| come_back(web, &query));
        let shown = futures_util::future::join_all(visits).await;
        let connected = shown.iter().filter(|shown| shown.status == StatusCode::OK).count();
        assert_eq!((connected, channels(&app).await, asked_for_tokens(&shop)), (1, round, round));
    }
}

#[both_engines]
async fn what_a_browser_began_goes_on_without_it(app: App) {
    let (store, shop) = shopify_shop();
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    let query = agree(&store, &begun);
    shop.server.inject(Matcher::path("/oauth/access_token"), Fault::Delay(Duration::from_secs(3)));
    let visit = tokio::spawn(async move { come_back(&web, &query).await.status });
    let patience = Instant::now();
    let settled = async |state: &str| {
        while report(&app, &begun).await.state != state {
            assert!(patience.elapsed() < Duration::from_secs(30), "{:?}", report(&app, &begun).await);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    settled("working").await;
    visit.abort();
    assert!(visit.await.is_err_and(|error| error.is_cancelled()), "the browser was gone before it ended");
    settled("done").await;
    assert_eq!((channels(&app).await, asked_for_tokens(&shop)), (1, 1));
}

#[both_engines]
async fn who_agrees_for_another_shop_is_told(app: App) {
    let (_, shop) = shopify_shop();
    let elsewhere =
        shopify::Store::from_seed(&seed::catalogue(seed::Seed { products: 3, variable_share: 0.0, seed: 1 }));
    elsewhere.configure(|options| options.shop = "somebodys".into());
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    // Signed with the app's own secret: the same app is installed in both.
    let shown = come_back(&web, &agree(&elsewhere, &begun)).await;
    assert_eq!(shown.status, StatusCode::BAD_REQUEST);
    assert!(shown.body.contains("simulated.myshopify.com") && !shown.body.contains("somebodys"), "{}", shown.body);
    assert_ended(&app, &begun, "failed").await;
    assert_eq!((channels(&app).await, asked_for_tokens(&shop)), (0, 0));
}

#[both_engines]
async fn who_does_not_agree_is_heard(app: App) {
    let (_, shop) = etsy_shop();
    let (app, web) = host_for(app, &shop).await;
    for (error, says) in [
        ("access_denied", "was not granted"),
        ("invalid_scope", "(invalid_scope)"),
        ("temporarily_unavailable", "in some minutes"),
        ("%3Cscript%3Ealert(1)%3C%2Fscript%3E", "for a reason of its own"),
    ] {
        let begun = begin(&app, &shop).await;
        let state = begun.authorize_url.expose().split('&').find(|pair| pair.starts_with("state=")).expect("a state");
        let description = "error_description=%3Cb%3ENo%20access%20at%20all%3C%2Fb%3E";
        let shown = come_back(&web, &format!("error={error}&{description}&{state}")).await;
        assert_eq!(shown.status, StatusCode::BAD_REQUEST);
        assert!(shown.body.contains(says) && !shown.body.contains("alert"), "{}", shown.body);
        assert_ended(&app, &begun, "failed").await;
        assert!(report(&app, &begun).await.failure.is_some_and(|why| why.contains(says)));
    }
    assert_eq!((channels(&app).await, asked_for_tokens(&shop)), (0, 0));
}

#[both_engines]
async fn a_token_endpoint_that_fails_is_asked_again_as_far_as_that_helps(app: App) {
    let (store, shop) = etsy_shop();
    let (app, web) = host_for(app, &shop).await;
    let tokens = || Matcher::path("/oauth/token");
    // The answer is lost, and the code with it.
    for (fault, asked) in [(Fault::Truncate(10), 2), (Fault::Body(b"<html>".to_vec()), 2)] {
        shop.server.inject(tokens().next(1), fault);
        let (begun, before) = (begin(&app, &shop).await, asked_for_tokens(&shop));
        let shown = come_back(&web, &agree(&store, &begun)).await;
        assert!(shown.body.contains("works once") && shown.body.contains("begin again"), "{}", shown.body);
        assert_eq!((asked_for_tokens(&shop) - before, channels(&app).await), (asked, 0));
        assert_ended(&app, &begun, "failed").await;
    }
    // It does not come to itself.
    shop.server.inject(tokens().next(3), Fault::Gateway(500));
    let (begun, before) = (begin(&app, &shop).await, asked_for_tokens(&shop));
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert!(shown.body.contains("HTTP 500") && shown.body.contains("begin again"), "{}", shown.body);
    assert_eq!((asked_for_tokens(&shop) - before, channels(&app).await), (3, 0));
    // It refuses the client.
    shop.server.inject(tokens().next(1), Fault::Gateway(401));
    let (begun, before) = (begin(&app, &shop).await, asked_for_tokens(&shop));
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert!(shown.body.contains("check the client"), "{}", shown.body);
    assert_eq!((asked_for_tokens(&shop) - before, channels(&app).await), (1, 0));
    // It was away for a moment, and is slow.
    shop.server.inject(tokens().next(1), Fault::Gateway(503));
    shop.server.inject(tokens().nth(2), Fault::Delay(Duration::from_millis(300)));
    let begun = begin(&app, &shop).await;
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let run = app.import().await;
    assert_eq!((run.state, run.created), (RunState::Completed, PRODUCTS as i64), "{run:?}");
}

#[both_engines]
async fn what_was_granted_is_compared_with_what_is_needed(app: App) {
    let (store, shop) = shopify_shop();
    let (app, web) = host_for(app, &shop).await;
    let scopes =
        |scopes: &[&str]| store.configure(|options| options.scopes = scopes.iter().map(|&s| s.to_owned()).collect());
    scopes(&["read_products", "write_orders"]);
    let begun = begin(&app, &shop).await;
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert!(shown.body.contains("read_inventory, read_locations is missing"), "{}", shown.body);
    assert_ended(&app, &begun, "failed").await;
    assert_eq!(channels(&app).await, 0);
    scopes(&["write_products", "read_inventory", "write_locations"]);
    let begun = begin(&app, &shop).await;
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert_eq!(shown.status, StatusCode::OK, "to write includes to read: {}", shown.body);
}

#[both_engines]
async fn what_does_not_work_is_not_saved(app: App) {
    let (store, shop) = shopify_shop();
    let (app, web) = host_for(app, &shop).await;
    let begun = begin(&app, &shop).await;
    shop.server.inject(Matcher::path("/graphql.json").next(20), Fault::Status(402));
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert!(shown.body.contains("access was granted, and does not work"), "{}", shown.body);
    assert_ended(&app, &begun, "failed").await;
    assert_eq!((channels(&app).await, asked_for_tokens(&shop)), (0, 1));
}

#[both_engines]
async fn what_changed_meanwhile_counts(app: App) {
    let (store, shop) = etsy_shop();
    let (app, web) = host_for(app, &shop).await;
    // Somebody was faster with the name: the code is not spent for nothing.
    let (first, second) = (begin(&app, &shop).await, begin(&app, &shop).await);
    assert_eq!(come_back(&web, &agree(&store, &first)).await.status, StatusCode::OK);
    let shown = come_back(&web, &agree(&store, &second)).await;
    assert!(shown.body.contains("choose another"), "{}", shown.body);
    assert_eq!((channels(&app).await, asked_for_tokens(&shop)), (1, 1));
    // The channel is gone.
    let begun = app.host.app.connections.begin_reconnection(&app.host.tenant, SHOP, PUBLIC).await.expect("begun");
    app.host.app.subscriptions.remove_channel(&app.host.tenant, SHOP).await.expect("removed");
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert!(shown.body.contains("there is no channel"), "{}", shown.body);
    // The grant is revoked.
    let begun = begin(&app, &shop).await;
    app.host.app.services.admission().revoke(shop.id, "test").await.expect("revoked");
    let shown = come_back(&web, &agree(&store, &begun)).await;
    assert_eq!(shown.status, StatusCode::BAD_REQUEST);
    assert!(shown.body.contains("adapter approve etsy"), "{}", shown.body);
    assert_ended(&app, &begun, "failed").await;
    assert_eq!((channels(&app).await, asked_for_tokens(&shop)), (0, 1));
}

#[both_engines]
async fn whoever_asks_too_often_has_to_wait(app: App) {
    let hosts = Hosts::new(app.host.config.listen, PUBLIC);
    let limits = HookLimits { per_minute: 10, ..HookLimits::default() };
    let web = entrepot_web::router(app.host.app.clone(), hosts, limits, ClientLimits::default());
    let mut last = None;
    for _ in 0..30 {
        last = Some(come_back(&web, "state=guessed-and-guessed&code=1").await);
    }
    let last = last.expect("an answer");
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.headers.contains_key(header::RETRY_AFTER), "{:?}", last.headers);
}
