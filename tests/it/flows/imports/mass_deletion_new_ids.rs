//! A shop that shows its products under new ids has lost the old ones: that many more came does not make it fewer.

use entrepot_domain::run::RunState;
use entrepot_test_support::woocommerce::{Product, Seed, Store, serve};
use entrepot_tests::{App, both_engines};

fn moved(store: &Store, fresh: usize) {
    for id in store.product_ids() {
        store.force_delete(id);
    }
    for number in 0..fresh {
        store.insert(Product::simple(&format!("Moved {number}")));
    }
}

#[both_engines]
async fn new_ids_do_not_make_room_for_deletions(app: App) {
    let store = Store::generate(Seed { products: 60, variable_share: 0.0, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    assert_eq!(app.import().await.created, 60);
    moved(&store, 150);
    let run = app.import().await;
    let why = run.failure.clone().unwrap_or_default();
    assert_eq!((run.state, run.created, run.deleted), (RunState::Incomplete, 150, 0), "{run:?}");
    assert!(why.contains("60 of 60 products are gone") && why.contains("--allow-mass-deletion=60"), "{why}");
    // The next run finds what it found, and asks as well.
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Incomplete, 0), "{run:?}");
    assert_eq!(app.products().await.len(), 210);
}

#[both_engines]
async fn a_shop_that_grows_may_lose_a_few(app: App) {
    let store = Store::generate(Seed { products: 60, variable_share: 0.0, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    for id in store.product_ids().into_iter().take(10) {
        store.force_delete(id);
    }
    store.insert(Product::simple("New"));
    let run = app.import().await;
    assert_eq!((run.state, run.created, run.deleted), (RunState::Completed, 1, 10), "{run:?}");
}
