//! Something comes and nobody can tell which item it is. It may be any of those that did not come, so nothing is deleted.

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, both_engines};

fn page() -> Matcher {
    Matcher::path("/wc/v3/products?").with("context=edit").with("&page=1&")
}

/// The list of all ids at the end of a full run.
fn sweep() -> Matcher {
    Matcher::path("/wc/v3/products?").with("_fields=id&status=any")
}

fn answer(rows: &[&str]) -> Fault {
    Fault::Body(format!("[{}]", rows.join(",")).into_bytes())
}

fn row(id: &str) -> String {
    format!(
        r#"{{"id":{id},"name":"Mug","type":"simple","status":"publish","price":"1.00","regular_price":"1.00","images":[],"categories":[],"tags":[],"attributes":[]}}"#
    )
}

#[both_engines]
async fn nothing_is_deleted_while_an_item_cannot_be_identified(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 5 });
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    assert_eq!(app.import().await.created, 3);
    let ids: Vec<String> = store.product_ids().iter().map(u64::to_string).collect();
    let (second, third) = (row(&ids[1]), format!(r#"{{"id":{}}}"#, ids[2]));
    for odd in [row("null"), row("123456789012345678901234567890"), "null".to_owned()] {
        server.inject(page(), answer(&[&odd, &second]));
        server.inject(sweep(), answer(&[r#"{"id":null}"#, &format!(r#"{{"id":{}}}"#, ids[1]), &third]));
        let run = app.import().await;
        assert_eq!((run.state, run.deleted, run.dead_letters), (RunState::Incomplete, 0, 1), "{odd}: {run:?}");
        let why = run.failure.unwrap_or_default();
        assert!(why.contains("whose id cannot be read") && why.contains("nothing was deleted"), "{why}");

        // Where it comes again by its id, what could not be identified is no product that vanished.
        server.heal();
        let run = app.import().await;
        assert_eq!((run.state, run.deleted, run.fetched), (RunState::Completed, 0, 3), "{odd}: {run:?}");
        assert_eq!(app.dead_letters().await.len(), 0, "{odd}");
    }
    let noted = app.host.db.tenant(&app.host.tenant).deletions(&channel).await.expect("answers");
    assert_eq!(noted.deleted, 0, "{noted:?}");
    app.assert_whole(3).await;
}

#[both_engines]
async fn a_listed_id_that_cannot_be_read_deletes_nothing(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 5 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    assert_eq!(app.import().await.created, 3);
    let listed: Vec<String> = store.product_ids().iter().skip(1).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    server.inject(sweep(), answer(&[r#"{"id":null}"#, &listed[0], &listed[1]]));
    let run = app.import().await;
    assert_eq!((run.state, run.deleted, run.unchanged), (RunState::Incomplete, 0, 3), "{run:?}");
    let why = run.failure.unwrap_or_default();
    assert!(why.contains("whose id cannot be read") && why.contains("--allow-mass-deletion=1"), "{why}");
    server.heal();
    // One that is gone while everything can be read is deleted as ever.
    store.trash(store.product_ids()[0]);
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Completed, 1), "{run:?}");
}

/// A shop may never put such a row in order: who has looked at what is gone says so.
#[both_engines]
async fn deletions_are_allowed_after_review(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 5 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let ids: Vec<String> = store.product_ids().iter().map(u64::to_string).collect();
    let listed: Vec<String> = ids.iter().skip(1).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    server.inject(sweep(), answer(&[r#"{"id":null}"#, &listed[0], &listed[1]]));
    let run = app.import().await;
    assert_eq!((run.state, run.deleted), (RunState::Incomplete, 0), "{run:?}");
    let allowed = StartOptions { allow_mass_deletion: Some(1), ..StartOptions::default() };
    let run = app.import_with(RunScope::Full, allowed).await;
    assert_eq!((run.state, run.deleted), (RunState::Completed, 1), "{run:?}");
}
