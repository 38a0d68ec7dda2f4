//! Workers that die, and workers that meet.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use entrepot_domain::run::{RunScope, RunState};
use entrepot_sync::StartOptions;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Entrepot, SHOP, on_both};

fn shop() -> Store {
    Store::generate(Seed { products: 900, variable_share: 0.05, seed: 31 })
}

/// Starts `entrepot import` and kills it when so many checkpoints stand in the database.
async fn kill_after(app: &App, entrepot: &Entrepot, checkpoints: i64) {
    let mut child: Child = entrepot
        .command(&["import", SHOP, "--full", "--wait"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    let patience = Instant::now();
    let scoped = app.host.db.tenant(&app.host.tenant);
    loop {
        let run = scoped.runs(None, None, 1).await.expect("runs").into_iter().next();
        if run.is_some_and(|run| run.seq >= checkpoints) {
            break;
        }
        assert!(patience.elapsed() < Duration::from_secs(60), "the import goes on");
        assert!(child.try_wait().expect("a child").is_none(), "it is still at work");
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id().cast_signed()), nix::sys::signal::Signal::SIGKILL)
        .expect("killed");
    child.wait().expect("it is dead");
}

on_both! {
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
        let (code, report) = entrepot.json(&["import", SHOP, "--full", "--wait"]);
        assert_eq!((code, report["state"].as_str()), (0, Some("completed")), "{report}");
        assert_eq!(report["fetched"], 900);
        assert_eq!(report["created"].as_i64().unwrap_or(0) + report["dead_letters"].as_i64().unwrap_or(0), 900, "{report}");
        assert_eq!(app.products().await.len() + app.dead_letters().await.len(), 900);
        let again = server.log().lines()[before..].iter().filter(|line| line.path.ends_with("/products") && line.query.contains("context=edit") && line.query.contains("&page=1&")).count();
        assert_eq!(again, 0, "the first page is not fetched again");
        let check = app.import().await;
        assert_eq!((check.created, check.updated, check.deleted), (0, 0, 0), "nothing doubled, nothing lost: {check:?}");
    }

    async fn two_workers_on_one_run_do_its_work_once(app: App) {
        let store = shop();
        let server = serve(&store);
        app.connect(&server.base_url, &store.key()).await;
        let other = app.reopen().await;
        let started = app.host.sync.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await.expect("starts");
        let joined = other.sync.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await.expect("joins");
        assert_eq!(joined.run, started.run, "one run at a time over a channel");
        let second = {
            let (sync, tenant, run) = (other.sync.clone(), app.host.tenant.clone(), started.run.clone());
            tokio::spawn(async move {
                for _ in 0..40 {
                    if sync.advance(&tenant, &run).await.expect("advances") == entrepot_queue::Outcome::Done {
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

    async fn a_worker_that_lost_its_run_writes_nothing(app: App) {
        let store = shop();
        let server = serve(&store);
        let channel = app.connect(&server.base_url, &store.key()).await;
        let scoped = app.host.db.tenant(&app.host.tenant);
        let mut tx = scoped.begin().await.expect("begins");
        let run = tx.insert_run(&channel, RunScope::Full, false).await.expect("a run");
        let held = tx.lease_run(&run, "slow", 10_000).await.expect("a lease");
        assert!(held.is_some());
        assert!(tx.lease_run(&run, "fast", 10_000).await.expect("no lease").is_none(), "the lease is held");
        // The first worker is not heard of until its lease is over; the second takes the run and commits a page.
        tx.renew_lease(&run, "slow", -1).await.expect("over");
        assert!(tx.lease_run(&run, "fast", 10_000).await.expect("a lease").is_some());
        let progress = entrepot_store::runs::Progress { cursor: Some("2"), context: None, counts: Default::default(), not_before: None };
        tx.advance_run(&run, "fast", 0, &progress, 10_000).await.expect("a page");
        let late = tx.advance_run(&run, "slow", 0, &progress, 10_000).await;
        assert!(matches!(late, Err(entrepot_store::StoreError::LeaseLost)), "{late:?}");
    }

    async fn a_run_that_is_cancelled_stops_and_can_go_on(app: App) {
        let store = shop();
        let server = serve(&store);
        app.connect(&server.base_url, &store.key()).await;
        server.inject(Matcher::path("/wc/v3/products?"), Fault::Delay(Duration::from_millis(30)));
        let started = app.host.sync.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await.expect("starts");
        let (sync, tenant, run) = (app.host.sync.clone(), app.host.tenant.clone(), started.run.clone());
        let work = tokio::spawn(async move { sync.advance(&tenant, &run).await.expect("advances") });
        while app.report(&started.run).await.fetched < 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(app.host.sync.cancel_run(&app.host.tenant, &started.run).await.expect("cancels"));
        work.await.expect("the worker");
        let stopped = app.report(&started.run).await;
        assert_eq!(stopped.state, RunState::Cancelled);
        assert!(stopped.fetched < 900);
        let run = app.import().await;
        assert_eq!((run.run, run.state, run.fetched), (stopped.run, RunState::Completed, 900));
    }
}
