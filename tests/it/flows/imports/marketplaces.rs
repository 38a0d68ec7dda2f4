//! Shopify, BigCommerce, eBay and Etsy through the whole application: in whole, again unchanged, and what changes meanwhile.

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::server::{Fault, Matcher, RetryAfter};
use entrepot_test_support::{bigcommerce, ebay, etsy, shopify};
use entrepot_tests::{App, Marketplace, both_engines};

const PRODUCTS: usize = 130;

fn catalogue() -> Vec<seed::Product> {
    seed::catalogue(Seed { products: PRODUCTS, variable_share: 0.3, seed: 11 })
}

/// Everything comes in, comes in again without a change, and one changed, one deleted and one new product are followed: the
/// changed one by a delta, the rest by the next full run.
async fn followed(app: App, shop: &Marketplace, change: impl FnOnce() -> String, rest: impl FnOnce()) {
    let (app, _) = app.connect_to(shop).await;
    let first = app.import().await;
    assert_eq!(first.state, RunState::Completed, "{}: {first:?}\n{:?}", shop.id, app.dead_letters().await.first());
    assert_eq!((first.created, first.dead_letters), (PRODUCTS as i64, 0), "{first:?}");
    app.assert_whole(PRODUCTS).await;

    let since = app.host.db.clock().now() - 1_000;
    let title = change();
    let delta = app.import_with(RunScope::ChangedSince(since), StartOptions::default()).await;
    assert_eq!((delta.state, delta.updated, delta.deleted), (RunState::Completed, 1, 0), "{}: {delta:?}", shop.id);
    assert!(app.products().await.iter().any(|product| product.title == title), "{}", shop.id);

    rest();
    let full = app.import().await;
    assert_eq!((full.state, full.created, full.deleted), (RunState::Completed, 1, 1), "{}: {full:?}", shop.id);
    app.assert_whole(PRODUCTS).await;
}

/// Answers that fail, are cut off or come late cost time and nothing else.
async fn with_http_faults(app: App, shop: &Marketplace) {
    let (app, _) = app.connect_to(shop).await;
    // Not so close together that an adapter has reason to believe it is one item that cannot be read.
    for (n, fault) in [
        (2, Fault::Status(500)),
        (5, Fault::Truncate(200)),
        (8, Fault::TooMany(Some(RetryAfter::Seconds(1)))),
        (11, Fault::Drop),
    ] {
        shop.server.inject(Matcher::any().nth(n), fault);
    }
    let run = app.import().await;
    assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, PRODUCTS as i64, 0), "{run:?}");
    shop.server.heal();
    app.assert_whole(PRODUCTS).await;
}

#[both_engines]
async fn bigcommerce_comes_in_and_is_followed(app: App) {
    let store = bigcommerce::Store::from_seed(&catalogue());
    let ids = store.product_ids();
    let change = || {
        assert!(store.change(ids[4], |product| product["name"] = "A new name".into()));
        "A new name".to_owned()
    };
    let rest = || {
        assert!(store.delete(ids[5]));
        store.add(&seed::catalogue(Seed { products: PRODUCTS + 1, variable_share: 0.3, seed: 11 })[PRODUCTS..]);
    };
    followed(app, &Marketplace::bigcommerce(&store), change, rest).await;
    assert!(store.unsimulated_parameters().is_empty(), "{:?}", store.unsimulated_parameters());
}

#[both_engines]
async fn ebay_comes_in_and_is_followed(app: App) {
    let store = ebay::Store::from_seed(&catalogue());
    let alone: Vec<String> = store.skus().into_iter().filter(|sku| sku.matches('-').count() == 1).collect();
    let change = || {
        store.change_item(&alone[4], |item| item["product"]["title"] = "A new name".into());
        "A new name".to_owned()
    };
    let rest = || {
        assert!(store.delete_item(&alone[5]));
        store.add(&seed::catalogue(Seed { products: PRODUCTS + 1, variable_share: 0.3, seed: 11 })[PRODUCTS..]);
    };
    followed(app, &Marketplace::ebay(&store), change, rest).await;
}

#[both_engines]
async fn etsy_comes_in_and_is_followed(app: App) {
    let store = etsy::Store::from_seed(&catalogue());
    let ids = store.listing_ids();
    let change = || {
        assert!(store.update(ids[4], |listing| listing.title = "A new name".into()));
        "A new name".to_owned()
    };
    let rest = || {
        assert!(store.delete(ids[5]));
        store.insert(etsy::Listing::simple("Brand new", "N-1", 1_500, 3));
    };
    followed(app, &Marketplace::etsy(&store), change, rest).await;
}

#[both_engines]
async fn shopify_comes_in_and_is_followed(app: App) {
    let store = shopify::Store::from_seed(&catalogue());
    let ids = store.product_ids();
    let change = || {
        assert!(store.update(ids[4], |product| product.title = "A new name".into()));
        "A new name".to_owned()
    };
    let rest = || {
        assert!(store.delete(ids[5]));
        let like = store.product(ids[6]).expect("a product");
        let own = |variant: &shopify::Variant| shopify::Variant { id: 0, item: 0, ..variant.clone() };
        let variants = like.variants.iter().map(own).collect();
        store.insert(shopify::Product { id: 0, title: "Brand new".into(), variants, ..like });
    };
    followed(app, &Marketplace::shopify(&store), change, rest).await;
    assert!(store.unsimulated().is_empty(), "{:?}", store.unsimulated());
}

#[both_engines]
async fn bigcommerce_with_http_faults(app: App) {
    with_http_faults(app, &Marketplace::bigcommerce(&bigcommerce::Store::from_seed(&catalogue()))).await;
}

#[both_engines]
async fn ebay_with_http_faults(app: App) {
    with_http_faults(app, &Marketplace::ebay(&ebay::Store::from_seed(&catalogue()))).await;
}

#[both_engines]
async fn etsy_with_http_faults(app: App) {
    with_http_faults(app, &Marketplace::etsy(&etsy::Store::from_seed(&catalogue()))).await;
}

#[both_engines]
async fn shopify_with_http_faults(app: App) {
    with_http_faults(app, &Marketplace::shopify(&shopify::Store::from_seed(&catalogue()))).await;
}
