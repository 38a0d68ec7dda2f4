//! The shop, its host or the network misbehaves.

use std::time::Duration;

use entrepot_domain::run::RunState;
use entrepot_test_support::server::{Fault, Matcher, RetryAfter, Server};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, both_engines};

fn shop() -> Store {
    Store::generate(Seed { products: 260, variable_share: 0.15, seed: 21 })
}

fn products() -> Matcher {
    Matcher::path("/wc/v3/products?").with("orderby=id")
}

/// Imports with a fault in the way; the outcome must be as if there had been none.
async fn survives(app: &App, server: &Server, what: &str, faults: Vec<(Matcher, Fault)>) {
    for (matcher, fault) in faults {
        server.inject(matcher, fault);
    }
    let run = app.import().await;
    server.heal();
    assert_eq!((run.state, run.fetched, run.deleted), (RunState::Completed, 260, 0), "{what}: {run:?}");
    assert_eq!(run.created + run.updated + run.unchanged + run.dead_letters, 260, "{what}: {run:?}");
    assert!(run.retries > 0 || run.rate_limited > 0, "{what} was noticed: {run:?}");
}

#[both_engines]
async fn bursts_cuts_and_pages_that_are_none_cost_retries_and_no_products(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let once = |fault| vec![(products().after(1).next(1), fault)];
    for status in [500, 502, 503] {
        survives(&app, &server, "a burst", vec![(products().after(1).next(3), Fault::Status(status))]).await;
    }
    survives(&app, &server, "a JSON body cut off", once(Fault::Chop(50_000))).await;
    survives(&app, &server, "a body shorter than promised", once(Fault::Truncate(50_000))).await;
    survives(&app, &server, "an HTML error with 200", once(Fault::HtmlError)).await;
    survives(&app, &server, "a login page", once(Fault::LoginPage)).await;
    survives(&app, &server, "a closed connection", once(Fault::Drop)).await;
    survives(&app, &server, "an object for a list", once(Fault::Body(b"{\"oops\":true}".to_vec()))).await;
    let variations = Matcher::path("variations").next(2);
    survives(&app, &server, "variations that fail", vec![(variations, Fault::Status(500))]).await;
}

#[both_engines]
async fn noise_around_the_json_is_read_past(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    for fault in
        [Fault::PhpWarning, Fault::Bom, Fault::Gzip, Fault::Slow { bytes: 40_000, pause: Duration::from_millis(5) }]
    {
        server.inject(products().after(1).next(1), fault.clone());
        let run = app.import().await;
        server.heal();
        assert_eq!((run.state, run.fetched), (RunState::Completed, 260), "{fault:?}: {run:?}");
    }
}

#[both_engines]
async fn a_body_that_stops_coming_is_given_up_and_asked_for_again(app: App) {
    let store = shop();
    let server = serve(&store);
    let app = app.with(&[("ENTREPOT_EGRESS_SECONDS", "3")]).await;
    app.connect(&server.base_url, &store.key()).await;
    let in_time = |begun: std::time::Instant| {
        let took = begun.elapsed();
        assert!(took >= Duration::from_secs(3) && took < Duration::from_secs(40), "the host's limit counts: {took:?}");
    };
    let begun = std::time::Instant::now();
    let half = (products().after(1).next(1), Fault::StallAfter(20_000));
    survives(&app, &server, "half a body", vec![half]).await;
    in_time(begun);
    // The adapter reads variations another way when one does not work: that need not cost a try of the page.
    let begun = std::time::Instant::now();
    server.inject(Matcher::path("variations").next(1), Fault::Stall);
    let run = app.import().await;
    in_time(begun);
    assert_eq!((run.state, run.fetched), (RunState::Completed, 260), "{run:?}");
    app.assert_whole(260).await;
}

#[both_engines]
async fn a_shop_that_asks_to_wait_is_waited_for(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    for hint in [RetryAfter::Seconds(1), RetryAfter::Date(Duration::from_secs(2))] {
        let begun = std::time::Instant::now();
        let faults = vec![(products().after(1).next(1), Fault::TooMany(Some(hint.clone())))];
        survives(&app, &server, "429", faults).await;
        assert!(begun.elapsed() >= Duration::from_millis(900), "{hint:?} was honoured");
    }
    survives(&app, &server, "429 without a hint", vec![(products().after(1).next(1), Fault::TooMany(None))]).await;
    survives(
        &app,
        &server,
        "503 with a hint",
        vec![(products().after(1).next(1), Fault::Unavailable(RetryAfter::Seconds(1)))],
    )
    .await;
}

#[both_engines]
async fn a_shop_that_stays_broken_fails_the_run_and_the_next_import_goes_on(app: App) {
    let store = shop();
    let server = serve(&store);
    let app = app.with(&[("ENTREPOT_EGRESS_RETRY_MS", "1"), ("ENTREPOT_IMPORT_BACKOFF_MS", "1")]).await;
    app.connect(&server.base_url, &store.key()).await;
    server.inject(products().after(2), Fault::Status(500));
    let failed = app.import().await;
    assert_eq!(failed.state, RunState::Failed, "{failed:?}");
    assert_eq!(app.dead_letters().await.len(), 0, "no product is blamed for it");
    let why = failed.failure.clone().unwrap_or_default();
    assert!(why.contains("goes on where it stopped"), "{why}");
    assert!(failed.fetched >= 100, "what came before is kept: {failed:?}");
    server.heal();
    let before = server.log().total();
    let run = app.import().await;
    assert_eq!((run.run.as_str(), run.state, run.created), (failed.run.as_str(), RunState::Completed, 260), "{run:?}");
    assert!(
        server.log().lines()[before..].iter().all(|line| line.parameter("page").as_deref() != Some("1")
            || line.parameter("_fields").as_deref() == Some("id")
            || !line.path.ends_with("/products")),
        "pages that were imported are not fetched again"
    );
}

#[both_engines]
async fn one_product_whose_variations_cannot_be_read_costs_one_product(app: App) {
    let store = Store::generate(Seed { products: 40, variable_share: 0.3, seed: 4 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let poison =
        store.product_ids().into_iter().find(|id| !store.variations_of(*id).is_empty()).expect("a variable product");
    server.inject(Matcher::path("/wc/v3/variations"), Fault::Status(500));
    server.inject(Matcher::path(&format!("/products/{poison}/variations")), Fault::Status(500));
    let run = app.import().await;
    server.heal();
    assert_eq!((run.state, run.fetched), (RunState::Completed, 40), "{run:?}");
    let letter = app
        .dead_letters()
        .await
        .into_iter()
        .find(|letter| letter.source_id == poison.to_string())
        .expect("a dead letter");
    assert_eq!(letter.code, "variations-unreadable");
    let done = app.replay().await;
    assert!(done.mended >= 1, "a replay reads it anew: {done:?}");
    assert!(app.products().await.iter().any(|p| p.source_id == poison.to_string() && !p.variants.is_empty()));
}
