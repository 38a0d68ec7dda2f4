//! Webhooks of BigCommerce, Etsy and Shopify, from the subscription to the catalogue.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use entrepot_catalog::StartOptions;
use entrepot_domain::ChannelId;
use entrepot_domain::catalog::Inventory;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_queue::Outcome;
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::{bigcommerce, etsy, shopify};
use entrepot_tests::webhooks::{WebServer, deliveries, web_server, work};
use entrepot_tests::{App, Marketplace, SHOP, both_engines};

const PRODUCTS: usize = 30;
const PUBLIC: &str = "https://entrepot.example.com";

fn catalogue() -> Vec<seed::Product> {
    seed::catalogue(Seed { products: PRODUCTS, variable_share: 0.3, seed: 5 })
}

/// Imported, and subscribed where the marketplace lets an app do that.
async fn followed(app: App, shop: &Marketplace, subscribed: bool) -> (App, ChannelId, WebServer) {
    let (app, channel) = app.connect_to(shop).await;
    app.import().await;
    assert_eq!(app.products().await.len(), PRODUCTS);
    if subscribed {
        let made = app.host.app.subscriptions.subscribe(&app.host.tenant, SHOP, PUBLIC).await.expect("subscribed");
        let callback = format!("{PUBLIC}/hooks/{channel}");
        assert!(!made.is_empty() && made.iter().all(|of| of.active && of.callback_url == callback), "{made:?}");
    }
    let web = web_server(&app.host);
    (app, channel, web)
}

async fn send(web: &WebServer, channel: &ChannelId, headers: &[(String, String)], body: &[u8]) {
    let answer = web.send("192.0.2.1", &format!("/hooks/{channel}"), headers, body.to_vec()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

/// By source id.
async fn titles(app: &App) -> BTreeMap<String, String> {
    app.products().await.into_iter().map(|product| (product.source_id, product.title)).collect()
}

#[both_engines]
async fn bigcommerces_ids_are_fetched_once_however_often_they_come(app: App) {
    let store = bigcommerce::Store::from_seed(&catalogue());
    let shop = Marketplace::bigcommerce(&store);
    let (app, channel, web) = followed(app, &shop, true).await;
    let ids = store.product_ids();
    for round in 1..=3 {
        assert!(store.change(ids[2], |product| product["name"] = format!("Told {round} times").into()));
    }
    assert!(store.delete(ids[3]));
    let told = store.deliveries();
    assert!(told.len() >= 4, "{told:?}");
    for delivery in told.iter().chain(&told) {
        send(&web, &channel, &delivery.headers, &delivery.body).await;
    }
    let before = shop.server.log().total();
    work(&app.host, &channel).await;
    let asked = shop.server.log().total() - before;
    assert!(asked <= 6, "three changes of a product are one to fetch: {asked} requests");
    let titles = titles(&app).await;
    assert_eq!(titles.get(&ids[2].to_string()).map(String::as_str), Some("Told 3 times"));
    assert!(!titles.contains_key(&ids[3].to_string()));
    assert_eq!(deliveries(&app, &channel).await.len(), told.len(), "doubled ones are kept once");
    app.assert_whole(PRODUCTS - 1).await;
}

/// A product whose stock is counted, and where.
fn counted_product(store: &shopify::Store) -> (u64, u64) {
    let is_counted = |id: &u64| store.product(*id).is_some_and(|of| of.variants[0].tracked);
    let product = store.product_ids().into_iter().find(is_counted).expect("a product that is counted");
    (product, store.locations()[0].id)
}

/// The host's clock and the shop's go on.
fn pass(app: &App, store: &shopify::Store, seconds: i64) {
    app.clock().advance(seconds * 1_000);
    let now = app.clock().now() / 1_000;
    store.configure(|options| options.now = Some(now));
}

#[both_engines]
async fn shopifys_stock_is_applied_without_asking_and_its_changes_are_followed(app: App) {
    let store = shopify::Store::from_seed(&catalogue());
    let shop = Marketplace::shopify(&store);
    let (app, channel, web) = followed(app, &shop, true).await;
    let (ids, (tracked, location)) = (store.product_ids(), counted_product(&store));
    // Clearly after the import: of the same second only the shop would know.
    pass(&app, &store, 60);
    assert!(store.set_stock(tracked, 0, location, 4_711));
    let (before, mut sent) = (shop.server.log().total(), 0);
    for delivery in store.deliveries() {
        send(&web, &channel, &delivery.headers, &delivery.body).await;
        sent += 1;
    }
    work(&app.host, &channel).await;
    assert!(sent > 0 && shop.server.log().total() == before, "nothing had to be asked");
    assert_eq!(counted(&app, 4_711).await, 1);

    let known = store.deliveries().len();
    assert!(store.update(ids[1], |product| product.title = "Told by webhook".into()));
    assert!(store.delete(ids[2]));
    for delivery in store.deliveries().into_iter().skip(known) {
        send(&web, &channel, &delivery.headers, &delivery.body).await;
    }
    work(&app.host, &channel).await;
    let titles = titles(&app).await;
    assert!(titles.values().any(|title| title == "Told by webhook"));
    assert_eq!(titles.len(), PRODUCTS - 1);
    // What is stored of the item is from before its stock was told: the next run reads it once more, and finds nothing new.
    let run = app.import().await;
    assert_eq!((run.created, run.updated, run.deleted), (0, 0, 0), "{run:?}");
    app.assert_whole(PRODUCTS - 1).await;
}

#[both_engines]
async fn etsys_orders_are_noted(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let (app, channel, web) = followed(app, &Marketplace::etsy(&store), false).await;
    store.order_event("order.paid", 77);
    for delivery in store.deliveries() {
        send(&web, &channel, &delivery.headers, &delivery.body).await;
    }
    work(&app.host, &channel).await;
    let kept = deliveries(&app, &channel).await;
    assert_eq!((kept.len(), kept[0].state.as_str()), (1, "done"), "{kept:?}");
    assert!(kept[0].note.as_deref().is_some_and(|note| note.contains("77")), "{kept:?}");
}

/// A delivery that was held up tells of a time before the shop was read: the shop is asked.
#[both_engines]
async fn a_number_that_comes_late_does_not_undo_what_was_read_since(app: App) {
    let store = shopify::Store::from_seed(&catalogue());
    let shop = Marketplace::shopify(&store);
    let (app, channel, web) = followed(app, &shop, true).await;
    let (tracked, location) = counted_product(&store);
    pass(&app, &store, 60);
    assert!(store.set_stock(tracked, 0, location, 9_009));
    let held_up = store.deliveries();
    pass(&app, &store, 600);
    assert!(store.set_stock(tracked, 0, location, 2_002));
    app.import().await;
    pass(&app, &store, 60);
    // It is found unchanged meanwhile, too.
    app.import().await;
    for delivery in &held_up {
        send(&web, &channel, &delivery.headers, &delivery.body).await;
    }
    work(&app.host, &channel).await;
    assert_eq!((counted(&app, 9_009).await, counted(&app, 2_002).await), (0, 1));
}

/// How many levels have that number.
async fn counted(app: &App, number: i64) -> usize {
    let products = app.products().await;
    let levels = products.iter().flat_map(|of| &of.variants).filter_map(|variant| match &variant.inventory {
        Inventory::Tracked(levels) => Some(levels),
        Inventory::Untracked(_) => None,
    });
    levels.flatten().filter(|level| level.available == number).count()
}

/// A file of all products is as old as the operation that made it.
#[both_engines]
async fn a_bulk_file_does_not_undo_what_webhooks_brought_meanwhile(app: App) {
    let store = shopify::Store::from_seed(&catalogue());
    let shop = Marketplace::shopify(&store);
    let (app, channel, web) = followed(app, &shop, true).await;
    let (tracked, location) = counted_product(&store);
    let other: Vec<u64> = store.product_ids().into_iter().filter(|id| *id != tracked).collect();
    pass(&app, &store, 60);
    store.configure(|options| options.bulk_polls = 4);
    let imports = &app.host.app.imports;
    let fresh = StartOptions { fresh: true, ..StartOptions::default() };
    let started = imports.start_import(&app.host.tenant, SHOP, RunScope::Full, fresh).await.expect("starts");
    let before = store.bulk_operations();
    let (cases, tenant, run) = (app.host.app.clone(), app.host.tenant.clone(), started.run.clone());
    let carried = tokio::spawn(async move {
        while let Outcome::Later(wait) = cases.imports.advance(&tenant, &run).await.expect("it goes on") {
            tokio::time::sleep(wait).await;
        }
    });
    entrepot_tests::people::until("the operation runs", || async { store.bulk_operations() > before }).await;
    pass(&app, &store, 5);
    let known = store.deliveries().len();
    assert!(store.set_stock(tracked, 0, location, 4_711));
    assert!(store.update(other[0], |product| product.title = "Newest".into()));
    assert!(store.delete(other[1]));
    for delivery in store.deliveries().into_iter().skip(known) {
        send(&web, &channel, &delivery.headers, &delivery.body).await;
    }
    work(&app.host, &channel).await;
    assert_eq!(counted(&app, 4_711).await, 1);
    assert!(!app.run().await.state().is_final(), "it was told meanwhile");
    carried.await.expect("the run");
    assert_eq!(app.report(&started.run).await.state, RunState::Completed);
    assert_eq!(counted(&app, 4_711).await, 1);
    let titles = titles(&app).await;
    assert_eq!(titles.values().filter(|title| *title == "Newest").count(), 1);
    assert_eq!(titles.len(), PRODUCTS - 1, "what was deleted does not come back");
}
