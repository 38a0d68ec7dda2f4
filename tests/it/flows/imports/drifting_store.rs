//! The shop changes while it is read.

use entrepot_domain::run::RunState;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Product, Seed, Store, serve};
use entrepot_tests::{App, both_engines};

/// Pages of products, not the id list at the end.
fn page(number: usize) -> Matcher {
    Matcher::path("/wc/v3/products?").with(&format!("&page={number}&")).with("orderby=id").without("_fields=id&")
}

fn shop(products: usize) -> Store {
    Store::generate(Seed { products, variable_share: 0.0, seed: 11 })
}

async fn agrees(app: &App, store: &Store) {
    let mut ours: Vec<u64> = app.products().await.iter().map(|p| p.source_id.parse().expect("a number")).collect();
    ours.extend(app.dead_letters().await.iter().map(|letter| letter.source_id.parse::<u64>().expect("a number")));
    ours.sort_unstable();
    let theirs: Vec<u64> =
        store.product_ids().into_iter().filter(|id| store.product(*id).is_some_and(|p| p.status != "trash")).collect();
    assert_eq!(ours, theirs);
}

#[both_engines]
async fn products_deleted_behind_the_cursor_hide_nothing(app: App) {
    let store = shop(450);
    let ids = store.product_ids();
    let victims = [ids[3], ids[50], ids[120]];
    store.after_request(page(2), 1, move |store| {
        for id in victims {
            store.force_delete(id);
        }
    });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    agrees(&app, &store).await;
}

#[both_engines]
async fn a_deletion_and_an_addition_that_keep_the_total_hide_nothing(app: App) {
    let store = shop(450);
    let victim = store.product_ids()[10];
    store.after_request(page(2), 1, move |store| {
        store.force_delete(victim);
        store.insert(Product::simple("Late arrival").priced("1.00"));
    });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    agrees(&app, &store).await;
}

#[both_engines]
async fn a_shop_that_grows_meanwhile_is_followed(app: App) {
    let store = shop(250);
    store.after_request(page(1), 1, |store| {
        for number in 0..120 {
            store.insert(Product::simple(&format!("New {number}")).priced("2.00"));
        }
    });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 370), "{run:?}");
    agrees(&app, &store).await;
}

#[both_engines]
async fn a_page_shown_twice_counts_once(app: App) {
    let store = shop(300);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(page(2).nth(1), Fault::DuplicatePage);
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 300), "{run:?}");
    agrees(&app, &store).await;
}

#[both_engines]
async fn a_total_that_is_missing_or_wrong_does_not_end_the_import_early(app: App) {
    let store = shop(330);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(Matcher::path("/wc/v3/products?"), Fault::WithoutHeader("X-WP-Total"));
    server.inject(Matcher::path("/wc/v3/products?"), Fault::WithoutHeader("X-WP-TotalPages"));
    let run = app.import().await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 330), "missing: {run:?}");
    for wrong in ["3", "9999", "many"] {
        server.heal();
        server.inject(Matcher::path("/wc/v3/products?"), Fault::Header("X-WP-Total", wrong.into()));
        let run = app.import().await;
        assert!(run.fetched == 330 && run.deleted == 0, "{wrong}: {run:?}");
        agrees(&app, &store).await;
    }
}

/// A cache, a plugin or an update of the shop writes its JSON in another order and with other escapes: nothing was changed.
#[both_engines]
async fn json_that_is_written_otherwise_changes_nothing(app: App) {
    let store = Store::generate(Seed { products: 60, variable_share: 0.3, seed: 11 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let first = app.import().await;
    server.inject(Matcher::path("/wc/v3/products"), Fault::Rewritten);
    let second = app.import().await;
    assert_eq!(second.state, RunState::Completed, "{second:?}");
    assert_eq!((second.created, second.updated, second.deleted), (0, 0, 0), "{second:?}");
    assert_eq!(second.unchanged + second.dead_letters, first.created + first.dead_letters, "{second:?}");
    let changed = store.product_ids()[3];
    store.update(changed, |product| product.name = "New name".into());
    assert_eq!(app.import().await.updated, 1);
}

/// Another version of the shop, or a plugin, says the same in another way: what buyers see did not change.
#[both_engines]
async fn what_is_said_otherwise_is_unchanged(app: App) {
    let store = Store::generate(Seed { products: 40, variable_share: 0.0, seed: 11 });
    for (index, id) in store.product_ids().into_iter().enumerate() {
        store.update(id, |product| product.name = format!("Mug {index}").into());
    }
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let first = app.import().await;
    assert_eq!(first.state, RunState::Completed, "{first:?}");
    let before = app.products().await;
    server.inject(Matcher::path("/wc/v3/products"), Fault::Replaced("\"downloads\":[]", "\"downloads\":null"));
    server.inject(Matcher::path("/wc/v3/products"), Fault::Replaced("\"name\":\"Mug ", "\"name\":\"Mug&#32;"));
    let second = app.import().await;
    assert_eq!((second.state, second.updated), (RunState::Completed, 0), "{second:?}");
    assert_eq!(second.drift.updated, 0, "{second:?}");
    assert_eq!(app.products().await, before);
    store.update(store.product_ids()[3], |product| product.name = "New name".into());
    assert_eq!(app.import().await.updated, 1);
}

/// The list of all ids at the end of a full run.
fn sweep() -> Matcher {
    Matcher::path("/wc/v3/products?").with("_fields=id&status=any")
}

fn rows(ids: &[u64]) -> Fault {
    let rows: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    Fault::Body(format!("[{}]", rows.join(",")).into_bytes())
}

/// A cache keeps the list of yesterday: what came today is not gone.
#[both_engines]
async fn a_list_of_ids_that_is_old_deletes_nothing(app: App) {
    let store = shop(20);
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    assert_eq!(app.import().await.created, 20);
    let old = store.product_ids();
    store.insert(Product::simple("New today").priced("1.00"));
    server.inject(sweep(), rows(&old));
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Incomplete, 0), "{run:?}");
    server.inject(sweep(), rows(&old[..15]));
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Incomplete, 0), "{run:?}");
    assert!(run.failure.is_some_and(|why| why.contains("list of all ids")), "the reason is said");
    server.heal();
    assert_eq!(app.import().await.state, RunState::Completed);
    agrees(&app, &store).await;
}
