//! The host's clock is set, forward and back, while a run is under way.

use std::collections::BTreeSet;
use std::time::Duration;

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_queue::Outcome;
use entrepot_server::host::Host;
use entrepot_test_support::server::{Fault, Matcher, RetryAfter, Server};
use entrepot_test_support::woocommerce::{Seed, Store, serve_tls};
use entrepot_tests::{App, SHOP, both_engines, entrepot_program};
use tokio::time::{sleep, timeout};

const HOURS: i64 = 2 * 60 * 60 * 1000;
/// Far from two hours, and far from what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Over TLS, where nothing that is sent depends on the time: plain http is signed, and shops refuse signatures of another hour.
async fn shop(app: App) -> (App, Store, Server) {
    let store = Store::generate(Seed { products: 400, variable_share: 0.0, seed: 71 });
    let server = serve_tls(&store);
    let authority = app.data_dir().join("authority.pem");
    std::fs::write(&authority, server.authority_pem().expect("an authority")).expect("written");
    let app = app.with(&[("ENTREPOT_EGRESS_CA_FILE", &authority.display().to_string())]).await;
    app.connect(&server.base_url, &store.key()).await;
    (app, store, server)
}

fn pages() -> Matcher {
    Matcher::path("/wc/v3/products?").with("orderby=id")
}

async fn start(app: &App) -> entrepot_domain::RunId {
    let started =
        app.host.app.imports.start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default()).await;
    started.expect("starts").run
}

async fn host_with_lease(app: &App, seconds: &str) -> Host {
    let program = entrepot_program();
    let program = program.to_str().expect("a path");
    app.reopen_with(&[("ENTREPOT_IMPORT_LEASE_SECONDS", seconds)], program).await.expect("another host")
}

#[both_engines]
async fn a_run_under_way_stays_with_its_worker(app: App) {
    let (app, _store, server) = shop(app).await;
    server.inject(pages(), Fault::Delay(Duration::from_millis(1_500)));
    let (first, second) = (host_with_lease(&app, "6").await, host_with_lease(&app, "6").await);
    let (tenant, run) = (app.host.tenant.clone(), start(&app).await);
    let work = tokio::spawn({
        let (cases, tenant, run) = (first.app.clone(), tenant.clone(), run.clone());
        async move { cases.imports.advance(&tenant, &run).await.expect("the worker") }
    });
    app.wait_for_run(|run| run.lease().is_some()).await;
    // Another host, with the same wrong clock, asks for the run all the time.
    let other = tokio::spawn({
        let (cases, tenant, run) = (second.app.clone(), tenant.clone(), run.clone());
        async move {
            while cases.imports.advance(&tenant, &run).await.expect("the other worker") != Outcome::Done {
                sleep(Duration::from_millis(10)).await;
            }
        }
    });
    let mut owners = BTreeSet::new();
    for jump in [HOURS, -HOURS, -HOURS, HOURS] {
        app.clock().advance(jump);
        // In the run's pages as well as between the worker's signs of life.
        for _ in 0..40 {
            owners.extend(app.run().await.lease().map(|lease| lease.owner));
            sleep(Duration::from_millis(25)).await;
        }
    }
    assert_eq!(timeout(PATIENCE, work).await.expect("in time").expect("the worker"), Outcome::Done);
    timeout(PATIENCE, other).await.expect("in time").expect("the other worker");
    let report = app.report(&run).await;
    assert_eq!((report.state, report.fetched, report.retries), (RunState::Completed, 400, 0), "{report:?}");
    assert_eq!(owners.len(), 1, "one worker had it all the time: {owners:?}");
    app.assert_whole(400).await;
}

#[both_engines]
async fn a_wait_is_as_long_as_it_was_to_be(app: App) {
    let (app, _store, server) = shop(app).await;
    for jump in [-HOURS, HOURS] {
        server.inject(pages().after(1).next(1), Fault::TooMany(Some(RetryAfter::Seconds(5))));
        let run = start(&app).await;
        // Longer than a worker sleeps: the run is given back with its wait.
        let paused = app.host.app.imports.advance(&app.host.tenant, &run).await.expect("advances");
        assert!(matches!(paused, Outcome::Later(wait) if wait > Duration::from_secs(3)), "{paused:?}");
        app.clock().advance(jump);
        let report = timeout(PATIENCE, app.carry(&run)).await.expect("not in two hours");
        server.heal();
        assert_eq!((report.state, report.fetched), (RunState::Completed, 400), "{report:?}");
        assert!(report.rate_limited > 0, "{report:?}");
    }
    app.assert_whole(400).await;
}

#[both_engines]
async fn a_dead_worker_does_not_keep_its_run_for_hours(app: App) {
    let (app, _store, _server) = shop(app).await;
    for jump in [-HOURS, HOURS] {
        let run = start(&app).await;
        let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
        tx.lease_run(&run, "dead", 2_000, None).await.expect("answers").expect("a lease");
        tx.commit().await.expect("committed");
        app.clock().advance(jump);
        let report = timeout(PATIENCE, app.carry(&run)).await.expect("not in two hours");
        assert_eq!((report.state, report.fetched), (RunState::Completed, 400), "{report:?}");
    }
}

/// Ids are made from the clock: after it was set back the newest run does not have the highest.
#[both_engines]
async fn a_run_is_joined_though_an_older_one_seems_newer(app: App) {
    let (app, _store, _server) = shop(app).await;
    app.import().await;
    app.clock().advance(-HOURS);
    let run = start(&app).await;
    assert_eq!(start(&app).await, run, "it is the one under way");
    assert_eq!(app.carry(&run).await.state, RunState::Completed);
}

const DAYS: i64 = 24 * 60 * 60 * 1000;

/// One host whose clock is wrong would delete what is of today, for all hosts.
#[both_engines]
async fn nothing_is_deleted_for_its_age_by_a_clock_that_is_wrong(app: App) {
    let channel = entrepot_tests::webhooks::shop(&app, 1).await.channel;
    entrepot_tests::webhooks::tell(&app, &channel, "d1", None, serde_json::json!([])).await;
    let (monitor, deliveries) = (&app.host.app.monitor, &app.host.app.deliveries);
    assert!(monitor.may_forget().await.expect("answers"));
    for jump in [40 * DAYS, -80 * DAYS] {
        app.clock().advance(jump);
        assert!(!monitor.may_forget().await.expect("answers"), "{jump}");
        let (_, found) = (jump, app.host.db.clock_trouble().await.expect("answers"));
        assert!(found.is_some_and(|why| why.contains("nothing is deleted")));
    }
    app.clock().advance(40 * DAYS);
    assert!(monitor.may_forget().await.expect("answers"), "it was set right");
    // However old it is: what was acknowledged and not worked on yet is in nobody else's hands.
    app.clock().advance(400 * DAYS);
    assert_eq!(deliveries.forget_deliveries().await.expect("answers"), 0);
    entrepot_tests::webhooks::work(&app.host, &channel).await;
    assert_eq!(deliveries.forget_deliveries().await.expect("answers"), 1);
}
