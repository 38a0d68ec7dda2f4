//! Operations from start to end: killed, stopped, joined, failed, forgotten.

use std::time::Duration;

use entrepot_catalog::Replay;
use entrepot_core::AppError;
use entrepot_domain::TenantId;
use entrepot_domain::catalog::{Product, Variant};
use entrepot_queue::Outcome;
use entrepot_store::catalogue::ProductWrite;
use entrepot_test_support::woocommerce::{Product as ShopProduct, Seed, Store, serve};
use entrepot_tests::held::{hold, hold_no_more};
use entrepot_tests::linking::{accept, at_least};
use entrepot_tests::operations::{carry, newest, wait_for};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, Entrepot, blank, both_engines, rows};

const DEAD: usize = 30;

/// A shop with so many products that nobody can import.
async fn with_dead_letters(app: &App) -> entrepot_test_support::server::Server {
    let store = Store::generate(Seed { products: 3, variable_share: 0.0, seed: 9 });
    for _ in 0..DEAD {
        store.insert(ShopProduct::simple("").priced("1.00"));
    }
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    app.import().await;
    assert_eq!(app.dead_letters().await.len(), DEAD);
    server
}

/// Channels with the same goods.
async fn with_channels(app: &App, names: &[&str], count: usize) {
    for name in names {
        let channel = rows::channel(app, &app.host.tenant, name).await;
        let all: Vec<(String, Product)> = (1..=count)
            .map(|n| {
                let variant = Variant { sku: Some(format!("S-{n}")), ..blank::variant("v") };
                let product = blank::product(&n.to_string(), &format!("Thing No. {n}"));
                (format!("prd_{name}_{n}"), Product { variants: vec![variant], ..product })
            })
            .collect();
        let writes: Vec<_> = all.iter().map(|(id, product)| ProductWrite { id, exists: false, product }).collect();
        let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
        for writes in writes.chunks(100) {
            tx.write_products(&channel, writes, None).await.expect("products");
        }
        tx.commit().await.expect("committed");
    }
}

/// Each of the dead letters was tried so often.
async fn assert_tried(app: &App, attempts: i64) {
    let tried: Vec<i64> = app.dead_letters().await.iter().map(|letter| letter.attempts).collect();
    assert_eq!(tried, vec![attempts; DEAD]);
}

#[both_engines]
async fn a_replay_that_was_killed_goes_on_where_it_was(app: App) {
    let _server = with_dead_letters(&app).await;
    hold(&app, "UPDATE", "operations", "NEW.done = 11").await;
    let entrepot = Entrepot::new(app.environment.clone());
    let mut replay = entrepot.start(&["dead-letters", "replay", "--all"]);
    while newest(&app, "replay_dead_letters").await.is_none_or(|operation| operation.progress.done < 10) {
        assert!(replay.is_running(), "{}", replay.said());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    replay.kill();
    hold_no_more(&app, "operations").await;
    let stopped = newest(&app, "replay_dead_letters").await.expect("an operation");
    assert_eq!((stopped.state.as_str(), stopped.progress.done, stopped.progress.total), ("running", 10, Some(30)));
    let (code, done) = entrepot.json(&["dead-letters", "replay", "--all"]);
    assert_eq!((code, done["replayed"].as_i64(), done["failed"].as_i64()), (0, Some(30), Some(30)), "{done}");
    let operation = newest(&app, "replay_dead_letters").await.expect("an operation");
    assert_eq!((operation.operation, operation.state.as_str()), (stopped.operation, "done"), "the same");
    assert_tried(&app, 2).await;
}

/// No command is given again: whatever host serves takes it up.
#[both_engines]
async fn an_operation_whose_server_was_killed_is_taken_up_by_the_next_one(app: App) {
    let _server = with_dead_letters(&app).await;
    hold(&app, "UPDATE", "operations", "NEW.done = 11").await;
    let entrepot = Entrepot::new(app.environment.clone());
    let mut first = entrepot.start(&["serve"]);
    first.address().await;
    let letters = &app.host.app.dead_letters;
    let started = letters.start_replay(&app.host.tenant, &Replay::default(), "api").await.expect("it starts");
    wait_for(&app, started.id.as_str(), |operation| operation.progress.done == 10).await;
    first.kill();
    hold_no_more(&app, "operations").await;
    let second = entrepot.start(&["serve"]);
    let operation = wait_for(&app, started.id.as_str(), |operation| operation.finished_at.is_some()).await;
    let result = operation.result.expect("a result");
    assert_eq!((result["replayed"].as_i64(), result["failed"].as_i64()), (Some(30), Some(30)), "{}", second.said());
    assert_tried(&app, 2).await;
}

#[both_engines]
async fn comparing_that_was_killed_goes_on_with_the_same_batch(app: App) {
    with_channels(&app, &["berlin", "paris", "rome"], 700).await;
    hold(&app, "INSERT", "link_proposals", "NEW.number > 1200").await;
    let entrepot = Entrepot::new(app.environment.clone());
    let mut propose = entrepot.start(&["link", "propose", "berlin"]);
    while app
        .host
        .app
        .links
        .link_batches(&app.host.tenant, "", 1)
        .await
        .expect("batches")
        .iter()
        .all(|b| b.proposals < 1200)
    {
        assert!(propose.is_running(), "{}", propose.said());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    propose.kill();
    hold_no_more(&app, "link_proposals").await;
    let (code, batch) = entrepot.json(&["link", "propose", "berlin"]);
    assert_eq!((code, batch["state"].as_str(), batch["proposals"].as_i64()), (0, Some("open"), Some(1400)), "{batch}");
    assert_eq!(batch["compared"], 1400);
    let batches = app.host.app.links.link_batches(&app.host.tenant, "", 10).await.expect("batches");
    assert_eq!(batches.len(), 1, "{batches:?}");
}

#[both_engines]
async fn a_host_that_is_stopped_leaves_the_rest_to_another(app: App) {
    with_channels(&app, &["berlin", "paris"], 600).await;
    let (links, tenant) = (&app.host.app.links, app.host.tenant.clone());
    let batch = links.propose_links(&tenant, "berlin", &[], "ann").await.expect("a batch").batch;
    accept(&app, &tenant, &batch, &at_least(0)).await;
    let started = links.start_applying(&tenant, &batch, "ann").await.expect("it starts");
    app.host.app.services.wind_down();
    let turn = app.host.app.operation_kinds().advance(&tenant, &started.id).await.expect("a turn");
    assert_eq!(turn, Outcome::Later(Duration::ZERO));
    let half = app.host.app.operations.operation(&tenant, started.id.as_str()).await.expect("the operation");
    assert_eq!((half.state.as_str(), half.progress.done, half.progress.total), ("running", 500, Some(600)));
    let other = app.reopen().await;
    let turn = other.app.operation_kinds().advance(&tenant, &started.id).await.expect("a turn");
    assert_eq!(turn, Outcome::Done, "nobody has to be waited for");
    let done = app.host.app.operations.operation(&tenant, started.id.as_str()).await.expect("the operation");
    assert_eq!(done.result.expect("a result")["applied"], 600);
}

/// An operation of `berlin` with `paris`, not begun.
async fn started(app: &App) -> (TenantId, entrepot_domain::OperationId) {
    with_channels(app, &["berlin", "paris"], 3).await;
    let tenant = app.host.tenant.clone();
    let started = app.host.app.links.start_proposing(&tenant, "berlin", &[], "ann").await.expect("it starts");
    (tenant, started.id)
}

#[both_engines]
async fn what_kills_every_worker_ends_with_the_reason(app: App) {
    let (tenant, id) = started(&app).await;
    let dead = "UPDATE operations SET state = 'running', losses = 4, lease_owner = 'nobody', lease_until = 1";
    execute(&app, dead).await;
    assert_eq!(app.host.app.operations.requeue_expired_operations().await.expect("looked"), 1);
    assert_eq!(app.host.app.operations.requeue_expired_operations().await.expect("looked"), 0, "once for each lease");
    let failed = carry(&app, &tenant, &id).await;
    let error = failed.error.expect("it failed");
    assert_eq!((failed.state.as_str(), error.code.as_str()), ("failed", "workers-died"));
    assert!(error.detail.contains("5 workers died"), "{}", error.detail);
}

#[both_engines]
async fn what_failed_inside_the_host_is_not_told_to_others(app: App) {
    let (tenant, id) = started(&app).await;
    execute(&app, "ALTER TABLE link_proposals RENAME TO elsewhere").await;
    let failed = carry(&app, &tenant, &id).await;
    let error = failed.error.expect("it failed");
    assert_eq!(error.detail, "something failed inside the host; its log says what");
}

#[both_engines]
async fn what_ended_is_forgotten_after_a_month(app: App) {
    let (tenant, id) = started(&app).await;
    let operations = &app.host.app.operations;
    app.clock().advance(40 * 24 * 3_600_000);
    assert_eq!(operations.forget_old_operations().await.expect("looked"), 0, "it is not over");
    assert_eq!(carry(&app, &tenant, &id).await.state, "done");
    app.clock().advance(29 * 24 * 3_600_000);
    assert_eq!(operations.forget_old_operations().await.expect("looked"), 0);
    app.clock().advance(2 * 24 * 3_600_000);
    assert_eq!(operations.forget_old_operations().await.expect("looked"), 1);
    let gone = operations.operation(&tenant, id.as_str()).await;
    assert!(matches!(gone, Err(AppError::NoOperation(_))), "{gone:?}");
}
