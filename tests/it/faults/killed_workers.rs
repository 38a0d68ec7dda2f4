//! Workers that die, and workers that meet.

use std::time::Duration;

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_store::runs::RunRow;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::held::{hold, hold_no_more};
use entrepot_tests::{App, Entrepot, SHOP, both_engines};

fn shop() -> Store {
    Store::generate(Seed { products: 900, variable_share: 0.05, seed: 31 })
}

const IMPORT: [&str; 4] = ["import", SHOP, "--full", "--wait"];

/// Starts `entrepot import` and kills it when the run in the database is as far as `when` says.
async fn kill_when(app: &App, entrepot: &Entrepot, when: impl Fn(&RunRow) -> bool) {
    let mut import = entrepot.start(&IMPORT);
    app.wait_for_run(when).await;
    assert!(import.is_running(), "it was still at work: {}", import.said());
    import.kill();
}

async fn kill_after(app: &App, entrepot: &Entrepot, checkpoints: i64) {
    kill_when(app, entrepot, |run| run.seq >= checkpoints).await;
}

#[both_engines]
async fn killed_twice_it_goes_on_where_it_was(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    // Slow enough to be caught at work, in every phase of a page.
    server.inject(Matcher::path("/wc/v3/products?"), Fault::Delay(Duration::from_millis(40)));
    let entrepot = Entrepot::new(app.environment.clone());
    kill_after(&app, &entrepot, 2).await;
    kill_after(&app, &entrepot, 5).await;
    let before = server.log().total();
    let (code, report) = entrepot.json(&IMPORT);
    assert_eq!((code, report["state"].as_str()), (0, Some("completed")), "{report}");
    assert_eq!(report["fetched"], 900);
    assert_eq!(report["created"].as_i64().unwrap_or(0) + report["dead_letters"].as_i64().unwrap_or(0), 900, "{report}");
    assert_eq!(app.products().await.len() + app.dead_letters().await.len(), 900);
    let again = server.log().lines()[before..]
        .iter()
        .filter(|line| {
            line.path.ends_with("/products") && line.query.contains("context=edit") && line.query.contains("&page=1&")
        })
        .count();
    assert_eq!(again, 0, "the first page is not fetched again");
    let check = app.import().await;
    assert_eq!((check.created, check.updated, check.deleted), (0, 0, 0), "nothing doubled, nothing lost: {check:?}");
}

/// The last page is committed, and nobody has said so yet.
#[both_engines]
async fn killed_between_the_last_page_and_the_end_it_only_has_to_be_closed(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let entrepot = Entrepot::new(app.environment.clone());
    hold(&app, "UPDATE", "runs", "NEW.state = 'completed'").await;
    kill_when(&app, &entrepot, |run| run.pages_done).await;
    let stopped = app.run().await;
    assert_eq!((stopped.state(), stopped.counts().fetched), (RunState::Running, 900), "{stopped:?}");
    hold_no_more(&app, "runs").await;
    let before = server.log().total();
    let (code, report) = entrepot.json(&IMPORT);
    assert_eq!(
        (code, report["state"].as_str(), report["fetched"].as_i64()),
        (0, Some("completed"), Some(900)),
        "{report}"
    );
    assert_eq!(
        (report["run"].as_str(), report["declared"].as_i64()),
        (Some(stopped.id.as_str()), Some(900)),
        "{report}"
    );
    assert_eq!(server.log().total(), before, "nothing is asked of the shop again");
    app.assert_whole(900).await;
}

/// No command is given again: whatever host serves takes it up.
#[both_engines]
async fn a_run_whose_server_was_killed_is_taken_up_by_the_next_one(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(Matcher::path("/wc/v3/products?"), Fault::Delay(Duration::from_millis(40)));
    let entrepot = Entrepot::new(app.environment.clone());
    let mut first = entrepot.start(&["serve"]);
    let started = app
        .host
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("starts");
    app.wait_for_run(|run| run.seq >= 2).await;
    first.kill();
    let second = entrepot.start(&["serve"]);
    let run = app.wait_for_run(|run| run.state().is_final()).await;
    assert_eq!(
        (run.id.as_str(), run.state(), run.counts().fetched),
        (started.run.as_str(), RunState::Completed, 900),
        "{}",
        second.said()
    );
    app.assert_whole(900).await;
}

#[both_engines]
async fn two_workers_on_one_run_do_its_work_once(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let other = app.reopen().await;
    let started = app
        .host
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("starts");
    let joined = other
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("joins");
    assert_eq!(joined.run, started.run, "one run at a time over a channel");
    let second = {
        let (cases, tenant, run) = (other.app.clone(), app.host.tenant.clone(), started.run.clone());
        tokio::spawn(async move {
            for _ in 0..40 {
                if cases.imports.advance(&tenant, &run).await.expect("advances") == entrepot_queue::Outcome::Done {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
    };
    let run = app.carry(&started.run).await;
    second.await.expect("the other worker");
    assert_eq!((run.state, run.fetched), (RunState::Completed, 900), "{run:?}");
    assert_eq!(app.products().await.len() + app.dead_letters().await.len(), 900);
}

#[both_engines]
async fn a_worker_that_lost_its_run_writes_nothing(app: App) {
    let store = shop();
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let scoped = app.host.db.tenant(&app.host.tenant);
    let mut tx = scoped.begin().await.expect("begins");
    let run = tx.insert_run(&channel, RunScope::Full, None).await.expect("a run");
    let held = tx.lease_run(&run, "slow", 10_000, None).await.expect("a lease");
    let lease = held.and_then(|row| row.lease()).expect("held");
    assert!(tx.lease_run(&run, "fast", 10_000, None).await.expect("no lease").is_none(), "the lease is held");
    tx.renew_lease(&run, "slow", 20_000).await.expect("a sign of life");
    assert!(
        tx.lease_run(&run, "fast", 10_000, Some(&lease)).await.expect("no lease").is_none(),
        "it is alive after all"
    );
    // The first worker is not heard of any more; the second takes the run and commits a page.
    let last = tx.lease_run(&run, "slow", 10_000, None).await.expect("its last sign");
    let lease = last.and_then(|row| row.lease()).expect("held");
    assert!(tx.lease_run(&run, "fast", 10_000, Some(&lease)).await.expect("a lease").is_some());
    let progress = entrepot_store::runs::Progress {
        cursor: Some("2"),
        context: None,
        counts: Default::default(),
        attempt: 0,
        throttled: 0,
        not_before: None,
        done: false,
        fruitless: 0,
        why: None,
    };
    tx.advance_run(&run, "fast", 0, &progress, 10_000).await.expect("a page");
    let late = tx.advance_run(&run, "slow", 0, &progress, 10_000).await;
    assert!(matches!(late, Err(entrepot_store::StoreError::LeaseLost)), "{late:?}");
}

#[both_engines]
async fn a_run_that_is_cancelled_stops_and_can_go_on(app: App) {
    let store = shop();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(Matcher::path("/wc/v3/products?"), Fault::Delay(Duration::from_millis(30)));
    let started = app
        .host
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("starts");
    let (cases, tenant, run) = (app.host.app.clone(), app.host.tenant.clone(), started.run.clone());
    let work = tokio::spawn(async move { cases.imports.advance(&tenant, &run).await.expect("advances") });
    while app.report(&started.run).await.fetched < 200 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(app.host.app.imports.cancel_run(&app.host.tenant, &started.run).await.expect("cancels"));
    work.await.expect("the worker");
    let stopped = app.report(&started.run).await;
    assert_eq!(stopped.state, RunState::Cancelled);
    assert!(stopped.fetched < 900);
    let run = app.import().await;
    assert_eq!((run.run, run.state, run.fetched), (stopped.run, RunState::Completed, 900));
}
