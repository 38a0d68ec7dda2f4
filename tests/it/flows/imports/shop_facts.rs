//! Facts of a shop that its goods are read by: when one changes, all goods are read anew, although none of them changed.

use entrepot_catalog::StartOptions;
use entrepot_domain::catalog::WeightUnit;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::seed;
use entrepot_test_support::woocommerce::{Product, Store, serve};
use entrepot_test_support::{bigcommerce, shopify};
use entrepot_tests::{App, Marketplace, both_engines};

const PRODUCTS: usize = 4;

fn catalogue() -> Vec<seed::Product> {
    seed::catalogue(seed::Seed { products: PRODUCTS, variable_share: 0.0, seed: 5 })
}

/// A delta in which nothing changed.
async fn delta(app: &App) -> entrepot_catalog::RunReport {
    app.import_with(RunScope::ChangedSince(app.clock().now() + 60_000), StartOptions::default()).await
}

/// After the fact changed: a delta says so, and a full import reads all of the shop again, once.
async fn is_noticed(app: &App, words: &str) {
    let run = delta(app).await;
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    assert!(run.failure.as_deref().is_some_and(|why| why.contains(words)), "{run:?}");
    let full = app.run().await;
    let report = app.carry(&full.run_id()).await;
    // Of products that have nothing of the kind (no size, where its unit changed) nothing changes.
    assert_eq!(
        (full.scope(), report.state, report.updated + report.unchanged),
        (RunScope::Full, RunState::Completed, PRODUCTS as i64),
        "{report:?}"
    );
    let run = delta(app).await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
}

#[both_engines]
async fn woocommerces_units(app: App) {
    let store = Store::empty();
    for number in 0..PRODUCTS {
        store.insert(Product { weight: "2".into(), ..Product::simple(&format!("product {number}")).priced("1.00") });
    }
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let units = async || -> Vec<_> {
        app.products().await.iter().map(|product| product.variants[0].weight.as_ref().expect("a weight").unit).collect()
    };
    assert_eq!(units().await, [WeightUnit::Pound; PRODUCTS]);
    store.configure(|options| options.weight_unit = "kg".into());
    is_noticed(&app, "weight unit is \"kg\" and was \"lbs\"").await;
    assert_eq!(units().await, [WeightUnit::Kilogram; PRODUCTS]);
    store.configure(|options| options.dimension_unit = "cm".into());
    is_noticed(&app, "length unit is \"cm\" and was \"in\"").await;
}

#[both_engines]
async fn bigcommerces_units_and_taxes(app: App) {
    let store = bigcommerce::Store::from_seed(&catalogue());
    let shop = Marketplace::bigcommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    app.import().await;
    store.configure(|options| options.weight_units = "KGS".into());
    is_noticed(&app, "weight_units is \"KGS\"").await;
    store.configure(|options| options.prices_include_tax = true);
    is_noticed(&app, "prices_include_tax is \"true\" and was \"false\"").await;
}

#[both_engines]
async fn shopifys_currency(app: App) {
    let store = shopify::Store::from_seed(&catalogue());
    let shop = Marketplace::shopify(&store);
    let (app, _) = app.connect_to(&shop).await;
    app.import().await;
    store.configure(|options| options.currency = "EUR".into());
    is_noticed(&app, "currency is \"EUR\" and was \"USD\"").await;
}
