//! What a full import does not find is asked for before it is deleted.

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store};
use entrepot_tests::{App, Marketplace, both_engines};

const PRODUCTS: u64 = 30;
const LIST: &str = "/wp-json/wc/v3/products";

async fn imported(app: App) -> (App, Store, Marketplace) {
    let store = Store::generate(Seed { products: PRODUCTS as usize, variable_share: 0.0, seed: 3 });
    let shop = Marketplace::woocommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    assert_eq!(app.import().await.created, PRODUCTS as i64);
    (app, store, shop)
}

/// The list and its total leave it out, and the shop has it.
#[both_engines]
async fn what_a_short_list_leaves_out_is_not_deleted(app: App) {
    let (app, store, _shop) = imported(app).await;
    let id = store.product_ids()[7];
    let product = store.product(id).expect("a product");
    assert!(store.force_delete(id));
    store.before_request(Matcher::path(LIST).with("include="), 1, move |store| {
        assert_eq!(store.insert(product), id);
    });
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Incomplete, 0), "{run:?}");
    assert!(run.failure.is_some_and(|why| why.contains("1 product is missing in what the marketplace listed")));
    assert_eq!(app.products().await.len() as u64, PRODUCTS);
    assert_eq!(app.import().await.state, RunState::Completed);
}

/// A total that is too high for good keeps nothing here that is gone.
#[both_engines]
async fn what_is_gone_goes_although_the_total_is_too_high(app: App) {
    let (app, store, shop) = imported(app).await;
    let total = (PRODUCTS + 3).to_string();
    shop.server.inject(Matcher::path(LIST), Fault::Header("x-wp-total", total));
    let nothing = app.import().await;
    assert_eq!((nothing.state, nothing.deleted), (RunState::Incomplete, 0), "{nothing:?}");
    assert!(nothing.failure.is_some_and(|why| why.contains("nothing was deleted")));
    assert!(store.force_delete(store.product_ids()[7]));
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Incomplete, 1), "{run:?}");
    let why = run.failure.expect("a reason");
    assert!(why.contains("missing") && why.contains("of those that were here 1 is not in the shop"), "{why}");
    assert_eq!(app.products().await.len() as u64, PRODUCTS - 1);
    // All at once asks, whatever the shop says of each.
    store.product_ids().into_iter().skip(3).for_each(|id| assert!(store.force_delete(id)));
    let many = app.import().await;
    assert_eq!((many.state, many.deleted), (RunState::Incomplete, 0), "{many:?}");
    assert!(many.failure.is_some_and(|why| why.contains("--allow-mass-deletion=26")), "who looks can allow it");
    let options = StartOptions { allow_mass_deletion: Some(26), ..StartOptions::default() };
    let allowed = app.import_with(RunScope::Full, options).await;
    assert_eq!((allowed.state, allowed.deleted), (RunState::Incomplete, 26), "{allowed:?}");
    assert_eq!(app.products().await.len(), 3);
}
