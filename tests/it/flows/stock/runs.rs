//! Stock alone: what no delta shows arrives, whatever happens meanwhile, and nothing else is touched.

use std::time::Duration;

use entrepot_catalog::{RunReport, StartOptions};
use entrepot_domain::ChannelId;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::server::{Fault, Matcher, RetryAfter};
use entrepot_test_support::{bigcommerce, shopify};
use entrepot_tests::stock::{MINUTE, catalogue, count, counted, levels};
use entrepot_tests::webhooks::{web_server, work};
use entrepot_tests::{App, Entrepot, Marketplace, SHOP, both_engines};
use serde_json::json;
use tokio::sync::mpsc;

const PRODUCTS: usize = 130;
async fn stock_scope(app: &App) -> RunScope {
    app.host.app.imports.stock_scope(&app.host.tenant, SHOP).await.expect("a scope")
}

/// What `entrepot import --stock` does.
async fn stock(app: &App) -> RunReport {
    let scope = stock_scope(app).await;
    app.import_with(scope, StartOptions::default()).await
}

fn counted_at_shopify(store: &shopify::Store) -> (u64, u64) {
    let tracked = |id: &u64| store.product(*id).is_some_and(|product| product.variants[0].tracked);
    (store.product_ids().into_iter().find(tracked).expect("a counted product"), store.locations()[1].id)
}

#[both_engines]
async fn a_move_at_bigcommerce_that_no_delta_shows(app: App) {
    let store = bigcommerce::Store::from_seed(&catalogue(PRODUCTS));
    let shop = Marketplace::bigcommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let full = app.import().await;
    let all = levels(&app).await.len();
    // The date of change does not move with further locations.
    assert!(store.set_stock(counted(&store), 2, 4_711));
    let delta = app.import_with(RunScope::ChangedSince(full.created_at), StartOptions::default()).await;
    assert_eq!((delta.state, delta.updated, count(&app, 4_711).await), (RunState::Completed, 0, 0), "{delta:?}");

    let run = stock(&app).await;
    assert_eq!(
        (run.state, run.scope, run.since),
        (RunState::Completed, "stock", Some(full.created_at - 10 * MINUTE)),
        "{run:?}"
    );
    assert_eq!(
        (run.updated, run.unknown, run.created, run.deleted, run.failure.as_deref()),
        (1, 0, 0, 0, None),
        "{run:?}"
    );
    assert!(run.fetched > 100 && run.unchanged == run.fetched - 1, "{run:?}");
    assert_eq!((count(&app, 4_711).await, levels(&app).await.len()), (1, all));

    // The stored item says something else, so the next full run reads it once more. The level is there already: nothing changes by it.
    let full = app.import().await;
    assert_eq!((full.created, full.updated, full.deleted), (0, 0, 0), "{full:?}");
    app.assert_whole(PRODUCTS).await;
    assert_eq!(count(&app, 4_711).await, 1);
    assert!(store.unsimulated_parameters().is_empty(), "{:?}", store.unsimulated_parameters());
}

#[both_engines]
async fn shopify_tells_only_what_changed_since_the_last_run_that_was_completed(app: App) {
    let store = shopify::Store::from_seed(&catalogue(PRODUCTS));
    // No query waits for points: the second one is the second location's.
    store.configure(|options| options.bucket = 20_000.0);
    let shop = Marketplace::shopify(&store);
    let (app, _) = app.connect_to(&shop).await;
    let all = stock(&app).await;
    assert_eq!(
        (all.state, all.since, all.fetched - all.unknown),
        (RunState::Completed, None, 0),
        "nothing is imported yet: {all:?}"
    );
    app.import().await;
    let (product, location) = counted_at_shopify(&store);
    assert!(store.set_stock(product, 0, location, 4_711));
    // A run that does not end well moves nothing.
    for n in 2..=99 {
        shop.server.inject(Matcher::any().nth(n), Fault::Status(500));
    }
    let failed = stock(&app).await;
    let stopped = app.run().await;
    assert_eq!((failed.state, stopped.seq), (RunState::Failed, 1), "the second location did not come: {failed:?}");
    shop.server.heal();
    assert_eq!(stock_scope(&app).await.parts(), ("stock", failed.since));
    let run = stock(&app).await;
    assert_eq!((run.run.as_str(), run.state), (failed.run.as_str(), RunState::Completed), "it goes on: {run:?}");
    assert_eq!((run.fetched, run.updated, run.unknown), (1, 1, 0), "{run:?}");
    assert_eq!(count(&app, 4_711).await, 1);
    let again = stock(&app).await;
    assert_eq!((again.fetched, again.unchanged), (1, 1), "what the overlap brings again: {again:?}");
    assert!(store.unsimulated().is_empty(), "{:?}", store.unsimulated());
}

#[both_engines]
async fn each_level_is_counted_once_despite_http_faults_and_kills(app: App) {
    let store = bigcommerce::Store::from_seed(&catalogue(450));
    let shop = Marketplace::bigcommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    app.import().await;
    let quiet = stock(&app).await;
    for (n, fault) in [
        (2, Fault::Status(500)),
        (5, Fault::Truncate(200)),
        (8, Fault::TooMany(Some(RetryAfter::Seconds(1)))),
        (11, Fault::Chop(300)),
        (14, Fault::Drop),
    ] {
        shop.server.inject(Matcher::any().nth(n), fault);
    }
    assert!(store.set_stock(counted(&store), 2, 4_711));
    let run = stock(&app).await;
    assert_eq!((run.state, run.fetched, run.updated), (RunState::Completed, quiet.fetched, 1), "{run:?}");
    assert!(run.retries >= 4, "{run:?}");
    shop.server.heal();

    assert!(store.set_stock(counted(&store), 2, 4_712));
    shop.server.inject(Matcher::path("/v3/catalog/products"), Fault::Delay(Duration::from_millis(60)));
    let entrepot = Entrepot::new(app.environment.clone());
    let words = ["import", SHOP, "--stock", "--wait"];
    let mut killed = entrepot.start(&words);
    app.wait_for_run(|run| {
        run.scope() != RunScope::Full && run.id != quiet.run && run.state() == RunState::Running && run.seq >= 2
    })
    .await;
    assert!(killed.is_running(), "it was still at work: {}", killed.said());
    killed.kill();
    let stopped = app.run().await;
    let (code, report) = entrepot.json(&words);
    assert_eq!((code, &report["state"], &report["run"]), (0, &json!("completed"), &json!(stopped.id)), "{report}");
    assert_eq!((&report["fetched"], &report["scope"]), (&json!(quiet.fetched), &json!("stock")), "{report}");
    assert_eq!(count(&app, 4_712).await, 1);
}

#[both_engines]
async fn what_is_not_in_the_catalogue_is_counted_and_named_and_no_more(app: App) {
    let store = bigcommerce::Store::from_seed(&catalogue(40));
    let shop = Marketplace::bigcommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    app.import().await;
    store.add(&catalogue(60)[40..]);
    let run = stock(&app).await;
    assert_eq!(
        (run.state, run.created, run.updated, app.products().await.len()),
        (RunState::Completed, 0, 0, 40),
        "{run:?}"
    );
    assert!(run.unknown > 10 && run.unknown + run.unchanged == run.fetched, "{run:?}");
    let said = run.failure.expect("what was left out");
    assert!(
        said.starts_with(&format!("{} stock levels are of nothing in the catalogue (item ", run.unknown)),
        "{said}"
    );
    assert!(said.contains(", …)") && said.matches("item ").count() == 5, "{said}");
    // A full run brings them, and their levels are known.
    app.import().await;
    let run = stock(&app).await;
    assert_eq!((run.unknown, run.failure.as_deref()), (0, None), "{run:?}");
}

/// The number on the page is older than what a webhook led to while the page was on its way.
#[both_engines]
async fn what_a_webhook_told_meanwhile_stays(app: App) {
    let store = bigcommerce::Store::from_seed(&catalogue(30));
    let shop = Marketplace::bigcommerce(&store);
    let (app, channel) = app.connect_to(&shop).await;
    app.import().await;
    app.host
        .app
        .subscriptions
        .subscribe(&app.host.tenant, SHOP, "https://entrepot.example.com")
        .await
        .expect("subscribed");
    let variant = counted(&store);
    assert!(store.set_stock(variant, 2, 50));
    drop(store.deliveries());

    let inventory = || Matcher::path("/v3/inventory/items");
    let (told, mut answered) = mpsc::channel(1);
    store.after_request(inventory(), 1, move |_| told.try_send(()).expect("somebody waits"));
    shop.server.inject(inventory().nth(1), Fault::Delay(Duration::from_secs(2)));
    let scope = stock_scope(&app).await;
    let started = app
        .host
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, scope, StartOptions::default())
        .await
        .expect("starts");
    let (cases, tenant, run) = (app.host.app.clone(), app.host.tenant.clone(), started.run.clone());
    let stock = tokio::spawn(async move { cases.imports.advance(&tenant, &run).await });
    answered.recv().await.expect("the page holds 50, and is on its way");
    assert!(store.set_stock(variant, 2, 60));
    let web = web_server(&app.host);
    for delivery in store.deliveries() {
        let answer =
            web.send("192.0.2.1", &format!("/hooks/{channel}"), &delivery.headers, delivery.body.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    work(&app.host, &channel).await;
    assert_eq!(count(&app, 60).await, 1);
    stock.await.expect("the worker").expect("it advances");
    let run = app.carry(&started.run).await;
    assert_eq!((run.state, run.updated, run.unknown), (RunState::Completed, 0, 0), "{run:?}");
    assert_eq!((count(&app, 50).await, count(&app, 60).await), (0, 1), "the older number is not put back");
}

#[both_engines]
async fn an_older_number_does_not_replace_a_newer_one(app: App) {
    let store = shopify::Store::from_seed(&catalogue(10));
    let shop = Marketplace::shopify(&store);
    let (app, channel) = app.connect_to(&shop).await;
    app.import().await;
    let level = levels(&app).await.into_iter().find(|level| level.item_id.is_some()).expect("a level");
    let (item, location) = (level.item_id.expect("an item"), level.location_id);
    let now = app.clock().now();
    app.clock().advance(MINUTE);
    set(&app, &channel, &item, &location, 5_000, None).await;
    set(&app, &channel, &item, &location, 6_000, Some(now)).await;
    assert_eq!((count(&app, 5_000).await, count(&app, 6_000).await), (1, 0));
    // The same number, told again: it is as new as it was told last.
    app.clock().advance(MINUTE);
    set(&app, &channel, &item, &location, 5_000, None).await;
    set(&app, &channel, &item, &location, 6_000, Some(now + MINUTE + MINUTE / 2)).await;
    assert_eq!(count(&app, 5_000).await, 1);
    app.clock().advance(MINUTE);
    set(&app, &channel, &item, &location, 6_000, Some(app.clock().now())).await;
    assert_eq!(count(&app, 6_000).await, 1);
    // A clock that was wrong does not keep a number for ever.
    app.clock().advance(-60 * MINUTE);
    set(&app, &channel, &item, &location, 7_000, Some(app.clock().now())).await;
    assert_eq!(count(&app, 7_000).await, 1);
}

/// As a webhook tells it, or as a page of that moment does.
async fn set(app: &App, channel: &ChannelId, item: &str, location: &str, available: i64, as_of: Option<i64>) {
    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
    match as_of {
        None => assert!(tx.set_stock(channel, item, location, available).await.expect("set"), "it is known"),
        Some(at) => drop(tx.set_stock_as_of(channel, item, location, available, at).await.expect("set or left")),
    }
    tx.commit().await.expect("commits");
}

/// What is known and does not come is not read, and a run that did not read it is not complete.
#[both_engines]
async fn a_run_of_all_stock_that_shows_less_than_is_known_is_not_complete(app: App) {
    let store = shopify::Store::from_seed(&catalogue(PRODUCTS));
    store.configure(|options| options.bucket = 20_000.0);
    let shop = Marketplace::shopify(&store);
    let (app, _) = app.connect_to(&shop).await;
    app.import().await;
    let all = RunScope::Stock(None);
    let run = app.import_with(all, StartOptions::default()).await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    shop.server.inject(Matcher::path("/graphql.json"), Fault::Replaced("\"quantities\":[", "\"quantity\":["));
    let run = app.import_with(all, StartOptions { fresh: true, ..StartOptions::default() }).await;
    let failure = run.failure.clone().unwrap_or_default();
    assert_eq!(run.state, RunState::Incomplete, "{run:?}");
    assert!(failure.contains("missing") || failure.contains("not shown"), "{failure}");
}
