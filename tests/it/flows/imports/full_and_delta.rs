//! A plain import, and the ones after it.

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::woocommerce::{Product, Seed, Store, Variation, serve};
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn a_shop_comes_in_whole_and_a_second_run_changes_nothing(app: App) {
    let store = Store::generate(Seed { products: 230, variable_share: 0.2, seed: 7 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;

    let first = app.import().await;
    assert_eq!(first.state, RunState::Completed, "{first:?}");
    assert_eq!((first.declared, first.fetched), (Some(230), 230));
    assert_eq!(first.created + first.dead_letters, 230);
    let before = app.products().await;
    let variants: usize = before.iter().map(|product| product.variants.len()).sum();
    assert!(variants > before.len(), "variable products have their variations");

    let written = writes(&app).await;
    let second = app.import().await;
    assert_eq!(second.state, RunState::Completed, "{second:?}");
    assert_eq!((second.created, second.updated, second.deleted), (0, 0, 0));
    assert_eq!((second.unchanged, second.dead_letters), (first.created, first.dead_letters));
    assert_eq!(app.products().await, before);
    assert_eq!(writes(&app).await, written, "an unchanged catalogue costs no row but its checkpoints");
    assert!(store.unknown_parameters().is_empty(), "{:?}", store.unknown_parameters());
}

#[both_engines]
async fn changes_deletions_and_returns_are_followed(app: App) {
    let store = Store::generate(Seed { products: 120, variable_share: 0.1, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let ids = store.product_ids();
    let identity = app.host.db.tenant(&app.host.tenant).products("", 500).await.expect("products");
    let id_of = |source: u64| identity.iter().find(|p| p.product.source_id == source.to_string()).map(|p| p.id.clone());

    store.update(ids[5], |product| product.name = "A new name &amp; more".into());
    store.trash(ids[6]);
    store.force_delete(ids[7]);
    let added = store.insert(Product::simple("Brand new").priced("5.00"));
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    assert_eq!((run.created, run.updated, run.deleted), (1, 1, 2), "{run:?}");
    let products = app.products().await;
    let find = |id: u64| products.iter().find(|product| product.source_id == id.to_string());
    assert_eq!(find(ids[5]).expect("it is there").title, "A new name & more");
    assert!(find(ids[6]).is_none() && find(ids[7]).is_none());
    assert!(find(added).is_some());

    store.update(ids[6], |product| product.status = "publish");
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Completed, 0), "{run:?}");
    let again = app.host.db.tenant(&app.host.tenant).products("", 500).await.expect("products");
    let back = again.iter().find(|p| p.product.source_id == ids[6].to_string()).expect("it came back");
    assert_eq!(Some(&back.id), id_of(ids[6]).as_ref(), "it keeps its identity");
}

#[both_engines]
async fn only_what_changed_since_is_fetched(app: App) {
    let store = Store::generate(Seed { products: 150, variable_share: 0.2, seed: 5 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let since = app.host.db.clock().now();
    let id = store.product_ids()[140];
    store.update(id, |product| product.name = "Changed".into());
    let run = app.import_with(RunScope::ChangedSince(since), StartOptions::default()).await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    assert_eq!((run.fetched, run.deleted), (1, 0), "{run:?}");
    assert!(app.products().await.iter().any(|product| product.title == "Changed"));
}

#[both_engines]
async fn an_empty_shop_is_a_complete_import(app: App) {
    let store = Store::empty();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 0), "{run:?}");
}

#[both_engines]
async fn too_many_at_once_are_not_believed_to_be_gone(app: App) {
    let store = Store::generate(Seed { products: 100, variable_share: 0.0, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let before = app.products().await.len();
    for id in store.product_ids().into_iter().take(60) {
        store.force_delete(id);
    }
    let held = app.import().await;
    assert_eq!((held.state, held.deleted), (RunState::Incomplete, 0), "{held:?}");
    assert!(held.failure.is_some_and(|why| why.contains("--allow-mass-deletion")));
    assert_eq!(app.products().await.len(), before);
    let confirmed = app
        .import_with(RunScope::Full, StartOptions { allow_mass_deletion: Some(60), ..StartOptions::default() })
        .await;
    assert_eq!((confirmed.state, confirmed.deleted), (RunState::Completed, 60), "{confirmed:?}");
}

#[both_engines]
async fn a_product_with_ten_thousand_variations_comes_in(app: App) {
    let store = Store::empty();
    let parent = store.insert(Product::variable("Every size and colour"));
    store.add_variations(parent, 10_000);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    let products = app.products().await;
    assert_eq!(products.len(), 1, "{:?}", app.dead_letters().await.first().map(|letter| &letter.reason));
    assert_eq!(products[0].variants.len(), 10_000);
}

#[both_engines]
async fn old_shops_without_the_list_of_all_variations_come_in_too(app: App) {
    let store = Store::generate(Seed { products: 60, variable_share: 0.5, seed: 2 });
    store.configure(|options| options.all_variations = false);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    let variants: usize = app.products().await.iter().filter(|p| !p.options.is_empty()).map(|p| p.variants.len()).sum();
    assert!(variants > 100, "{variants}");
    assert!(server.log().most_at_once() <= 2, "shared hosting bears two requests at a time");
}

#[both_engines]
async fn stock_of_a_pool_is_not_added_up(app: App) {
    let store = Store::empty();
    let mut pool = Product::variable("Pooled").stocked(40);
    pool.attributes = vec![entrepot_test_support::woocommerce::Attribute {
        id: 0,
        name: "Size".into(),
        visible: true,
        variation: true,
        options: vec!["S".into(), "M".into()],
    }];
    let parent = store.insert(pool);
    for size in ["S", "M"] {
        let mut variation = Variation::of(parent, &[("Size", size)]);
        variation.regular_price = "10".into();
        variation.manage_stock = entrepot_test_support::woocommerce::ManageStock::Parent;
        store.insert_variation(variation);
    }
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let product = app.products().await.remove(0);
    let items: Vec<_> = product
        .variants
        .iter()
        .map(|variant| match &variant.inventory {
            entrepot_domain::catalog::Inventory::Tracked(levels) => (levels[0].available, levels[0].item_id.clone()),
            untracked => panic!("{untracked:?}"),
        })
        .collect();
    assert_eq!(items, vec![(40, Some(parent.to_string())); 2], "both name the one pool");
}

/// Moves when any row of the catalogue is written.
async fn writes(app: &App) -> i64 {
    match app.host.db.pools() {
        entrepot_store::Pools::Postgres(pool) => sqlx::query_scalar(STAMPS).fetch_one(pool).await.expect("stamps"),
        entrepot_store::Pools::Sqlite { read, .. } => sqlx::query_scalar(STAMPS).fetch_one(read).await.expect("stamps"),
    }
}

/// The newest stamps and the numbers of rows: touching any row moves them.
const STAMPS: &str = "SELECT CAST((SELECT COUNT(*) + COALESCE(MAX(processed_at), 0) FROM source_items) \
    + (SELECT COUNT(*) + COALESCE(MAX(updated_at), 0) FROM products) + (SELECT COUNT(*) FROM variants) \
    + (SELECT COALESCE(MAX(last_at), 0) + COALESCE(SUM(attempts), 0) FROM dead_letters) AS BIGINT)";
