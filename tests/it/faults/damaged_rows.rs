//! A product, or a raw item, that somebody damaged in the database costs itself, and no other.

use entrepot_catalog::Replay;
use entrepot_domain::run::RunState;
use entrepot_store::Engine;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::tampering::{execute, json};
use entrepot_tests::{App, Entrepot, both_engines};

#[both_engines]
async fn a_damaged_product_is_read_without_what_is_damaged_and_named(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 2 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    let whole = app.products().await;
    let first = "(SELECT MIN(source_id) FROM products)";
    let other = json(&app, "'{}'");
    execute(
        &app,
        &format!("UPDATE products SET tags = {other}, media = {other}, status = 'bogus' WHERE source_id = {first}"),
    )
    .await;
    execute(
        &app,
        &format!(
            "UPDATE variants SET option_values = {other} WHERE product_id = (SELECT MIN(product_id) FROM variants)"
        ),
    )
    .await;
    let read = app.products().await;
    assert_eq!(read.len(), whole.len(), "all are read");
    let named = |code: &str| read.iter().flat_map(|of| &of.warnings).filter(|issue| issue.code == code).count();
    assert_eq!(named("stored-value-damaged"), 4, "{read:?}");
    let same = read.iter().filter(|of| whole.contains(of)).count();
    assert!(same >= 1, "the others are as they were");
}

#[both_engines]
async fn a_raw_item_that_does_not_unpack_stops_no_other(app: App) {
    let store = Store::generate(Seed { products: 6, variable_share: 0.0, seed: 2 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let ids = store.product_ids();
    for id in &ids[..2] {
        store.update(*id, |product| product.name = "".into());
    }
    assert_eq!(app.import().await.dead_letters, 2);
    let bytes = if app.host.db.engine() == Engine::Sqlite { "X'ff00ff'" } else { "'\\xff00ff'::bytea" };
    let damage = async |id: u64| {
        execute(&app, &format!("UPDATE source_items SET body = {bytes} WHERE source_id = '{id}'")).await;
    };
    damage(ids[0]).await;
    assert_eq!(app.dead_letters().await.len(), 2, "both are listed");

    let replay = async |without_fetching| {
        let replay = Replay { without_fetching, ..Replay::default() };
        app.host.app.dead_letters.replay(&app.host.tenant, &replay, "ann").await.expect("replayed")
    };
    let done = replay(true).await;
    assert_eq!((done.replayed, done.left), (1, 1), "{done:?}");
    for id in &ids[..2] {
        store.update(*id, |product| product.name = "Mended".into());
    }
    let done = replay(false).await;
    assert_eq!((done.replayed, done.mended), (2, 1), "the damaged one was fetched anew: {done:?}");

    // What is mapped again because a setting changed.
    damage(ids[3]).await;
    execute(&app, "UPDATE source_items SET mapped_with = 'before'").await;
    let run = app.import().await;
    assert_eq!(run.dead_letters, 0, "{run:?}");
    assert_eq!(app.products().await.len(), 6);
    assert_eq!(app.dead_letters().await.len(), 0);
}

/// Of a newer version, or by somebody's hand: the channel is imported all the same.
#[both_engines]
async fn a_run_of_an_unknown_state_blocks_no_import(app: App) {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 2 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    execute(&app, "UPDATE runs SET state = 'paused'").await;
    assert_eq!(app.import().await.state, RunState::Completed);
    execute(&app, "UPDATE runs SET fetched = -9223372036854775807, declared = 9223372036854775807").await;
    let (code, runs) = Entrepot::new(app.environment.clone()).json(&["runs"]);
    assert!(code == 0 && runs.to_string().contains("completed"), "{runs}");
}

#[both_engines]
async fn a_damaged_operation_stops_no_list(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 2 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    for _ in 0..2 {
        app.host.app.dead_letters.replay(&app.host.tenant, &Replay::default(), "ann").await.expect("replayed");
    }
    let number = if app.host.db.engine() == Engine::Sqlite { "'many'" } else { "-9223372036854775808" };
    let first = "(SELECT MIN(id) FROM operations)";
    for column in ["done", "total", "losses", "created_at", "started_at", "finished_at"] {
        execute(&app, &format!("UPDATE operations SET {column} = {number} WHERE id = {first}")).await;
    }
    let listed = app.host.db.tenant(&app.host.tenant).operations("", 10).await.expect("the list");
    assert_eq!(listed.len(), 2, "{listed:?}");
}
