//! A list that names things (categories, sections, brands) cannot be read: goods come in without what it says, and say so; when it can be
//! read again, they are read again.

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::{bigcommerce, etsy, seed, woocommerce};
use entrepot_tests::{App, Marketplace, both_engines};

const PRODUCTS: usize = 4;

fn catalogue() -> Vec<seed::Product> {
    seed::catalogue(seed::Seed { products: PRODUCTS, variable_share: 0.0, seed: 5 })
}

/// The list at `path` fails in a full run, and the next one after it heals reads everything as before. `in_deltas`: also a delta without
/// any goods asks for the list.
async fn is_done_without(app: App, shop: Marketplace, path: &str, code: &str, in_deltas: bool) {
    let (app, _) = app.connect_to(&shop).await;
    assert_eq!(app.import().await.created, PRODUCTS as i64);
    let before = app.products().await;
    shop.server.inject(Matcher::path(path), Fault::Json(500, "{}"));
    let run = app.import().await;
    assert_eq!((run.state, run.fetched, run.dead_letters), (RunState::Completed, PRODUCTS as i64, 0), "{run:?}");
    assert!(run.updated > 0, "{run:?}");
    let said = |products: &[entrepot_domain::catalog::Product]| {
        products.iter().filter(|product| product.warnings.iter().any(|warning| warning.code == code)).count() as i64
    };
    assert_eq!(said(&app.products().await), run.updated, "each that the list concerns says so");
    shop.server.heal();
    if in_deltas {
        let delta = app.import_with(RunScope::ChangedSince(app.clock().now() + 60_000), StartOptions::default()).await;
        let why = delta.failure.clone().unwrap_or_default();
        assert!(why.contains("is \"read\" and was \"unread\""), "{delta:?}");
        let full = app.run().await;
        let report = app.carry(&full.run_id()).await;
        assert_eq!((full.scope(), report.state), (RunScope::Full, RunState::Completed), "{report:?}");
    } else {
        assert_eq!(app.import().await.updated, run.updated);
    }
    assert_eq!(app.products().await, before);
}

#[both_engines]
async fn woocommerces_categories(app: App) {
    let shop = Marketplace::woocommerce(&woocommerce::Store::from_seed(&catalogue()));
    is_done_without(app, shop, "/products/categories", "categories-unread", true).await;
}

#[both_engines]
async fn etsys_categories(app: App) {
    let shop = Marketplace::etsy(&etsy::Store::from_seed(&catalogue()));
    is_done_without(app, shop, "/seller-taxonomy/nodes", "categories-unread", true).await;
}

#[both_engines]
async fn etsys_sections(app: App) {
    let shop = Marketplace::etsy(&etsy::Store::from_seed(&catalogue()));
    is_done_without(app, shop, "/sections", "sections-unread", true).await;
}

#[both_engines]
async fn bigcommerces_brands(app: App) {
    let shop = Marketplace::bigcommerce(&bigcommerce::Store::from_seed(&catalogue()));
    is_done_without(app, shop, "/catalog/brands", "brands-unread", false).await;
}
