//! A product, or a raw item, that somebody damaged in the database costs itself, and no other.

use entrepot_catalog::Replay;
use entrepot_domain::run::RunState;
use entrepot_policy::Approval;
use entrepot_store::Engine;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::get;
use entrepot_tests::tampering::{execute, json, unlock_audit_log};
use entrepot_tests::{App, Database, Entrepot, both_engines, version, webhooks};

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

/// SQLite keeps any value in any column.
#[tokio::test(flavor = "multi_thread")]
async fn an_adapter_is_taken_out_of_use_past_damaged_rows() {
    let app = App::start(Database::Sqlite).await;
    let admission = app.host.app.services.admission();
    for number in ["0.1.0", "0.2.0", "0.3.0"] {
        admission.install(version(number), "test").await.expect("installs");
        if number != "0.3.0" {
            admission.approve("woocommerce", Approval::default(), "test").await.expect("approved");
        }
    }
    unlock_audit_log(&app).await;
    execute(&app, "UPDATE adapters SET size = 'x' WHERE version = '0.3.0'").await;
    execute(&app, "INSERT INTO heads (name, body, mac) VALUES ('grants:another', x'ff', 'x')").await;
    let entrepot = Entrepot::new(app.environment.clone());
    for words in [
        &["adapter", "list"][..],
        &["adapter", "inspect", "woocommerce"],
        &["adapter", "rollback", "woocommerce"],
        &["adapter", "remove", "woocommerce@0.3.0"],
    ] {
        let (code, said) = entrepot.json(words);
        assert_eq!(code, 0, "{words:?}: {said}");
    }
    // A log that is not whole tells of no earlier grant; an emergency needs none.
    execute(&app, "UPDATE audit_log SET at = 'x' WHERE seq = 2").await;
    let (code, said) = entrepot.json(&["adapter", "revoke", "woocommerce"]);
    assert_eq!(code, 0, "{said}");
    let verified = app.host.app.channels.verify_audit().await.expect("readable");
    assert_eq!(verified.broken.map(|broken| broken.seq), Some(2), "it is named");
    execute(&app, "INSERT INTO tenants (id, name, created_at) VALUES ('ten_x', x'ff', 1)").await;
    let (_, found) = entrepot.json(&["doctor"]);
    assert!(found.to_string().contains("of the table tenants is damaged"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_schedule_or_delivery_stops_no_other() {
    let app = App::start(Database::Sqlite).await;
    let channel = webhooks::shop(&app, 2).await.channel;
    execute(&app, "UPDATE schedules SET next_at = 0, enabled = 1").await;
    execute(&app, "UPDATE schedules SET rule = x'ff' WHERE kind = 'delta'").await;
    assert_eq!(app.host.app.scheduler.tick().await.expect("the others are looked at").begun, 1);
    app.host.app.scheduler.correct_times().await.expect("likewise");
    for id in ["d1", "d2", "d3"] {
        webhooks::tell(&app, &channel, id, None, serde_json::json!([])).await;
    }
    execute(&app, "UPDATE webhook_deliveries SET received_at = 'x' WHERE delivery_id = 'd1'").await;
    execute(&app, "UPDATE webhook_deliveries SET events = x'ff' WHERE delivery_id = 'd2'").await;
    webhooks::work(&app.host, &channel).await;
    let done = webhooks::deliveries(&app, &channel).await;
    assert!(done.len() == 3 && done.iter().all(|one| one.state == "done"), "{done:?}");
    execute(&app, "UPDATE tenants SET created_at = 'x'").await;
    execute(&app, "UPDATE users SET created_at = 'x'").await;
    execute(&app, "UPDATE products SET source_created_at = 'x'").await;
    for path in ["/api/v1/tenants", "/api/v1/users", "/api/v1/plans", "/api/v1/api-keys", "/api/v1/products"] {
        get(&app, path).await;
    }
}

#[both_engines]
async fn a_damaged_batch_of_links_stops_no_list(app: App) {
    let store = Store::generate(Seed { products: 1, variable_share: 0.0, seed: 2 });
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let (tenant, others) = (&app.host.tenant, json(&app, "'\"x\"'"));
    execute(
        &app,
        &format!(
            "INSERT INTO link_batches (tenant_id, id, channel_id, others, state, compared, made_by, made_at) \
             VALUES ('{}', 'lnb_1', '{channel}', {others}, 'open', 0, 'test', 1)",
            tenant.as_str()
        ),
    )
    .await;
    assert_eq!(get(&app, "/api/v1/link-batches").await["items"][0]["batch"], "lnb_1");
}
