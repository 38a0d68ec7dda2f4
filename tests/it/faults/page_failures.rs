//! An import always advances: it asks for less, sets one item aside, ends with the reason, or says that it stands still.

use std::time::Duration;

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_queue::Outcome;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, SHOP, both_engines, hostile};
use serde_json::json;

const MINUTE: i64 = 60_000;
const DELTA: RunScope = RunScope::ChangedSince(0);

#[both_engines]
async fn whatever_stops_a_page_makes_it_smaller_and_then_ends_the_run(app: App) {
    let app = app.with(&[("ENTREPOT_IMPORT_STALL_MINUTES", "0")]).await;
    hostile::install(&app).await;
    for failure in ["rate-limited", "unavailable", "unauthorized"] {
        // The adapter is told of the first failures, and asks for less.
        let plan = json!({"items": 3, "failure": failure, "retry_after": 1, "until": 2});
        hostile::add(&app, &format!("{failure} for a while"), plan).await;
        let run = hostile::import(&app, &format!("{failure} for a while")).await;
        assert_eq!((run.state, run.created), (RunState::Completed, 3), "{failure}: {run:?}");
        let plan = json!({"items": 3, "pages": 3, "at": 1, "failure": failure, "retry_after": 1});
        hostile::add(&app, failure, plan).await;
        let run = hostile::import(&app, failure).await;
        assert_eq!((run.state, run.fetched), (RunState::Failed, 3), "{failure}: what came before is kept: {run:?}");
        assert!(run.failure.as_deref().is_some_and(|why| why.contains("8 tries")), "{failure}: {run:?}");
    }
}

#[both_engines]
async fn a_marketplace_that_asks_to_slow_down_is_borne_with_for_a_while(app: App) {
    hostile::install(&app).await;
    hostile::add(&app, "shop", json!({"items": 3, "failure": "rate-limited", "retry_after": 1, "until": 4})).await;
    let run = hostile::import(&app, "shop").await;
    assert_eq!((run.state, run.created), (RunState::Completed, 3), "{run:?}");
    assert_eq!(run.retries, 12, "after every third refusal less is asked for: {run:?}");
}

#[both_engines]
async fn one_item_that_cannot_be_read_is_set_aside_and_asked_for_again(app: App) {
    hostile::install(&app).await;
    let channel = hostile::add(&app, "shop", json!({"listed": 30, "poison": "listed-7", "unasked": 3})).await;
    let run = hostile::import(&app, "shop").await;
    assert_eq!((run.state, run.created, run.dead_letters), (RunState::Completed, 29, 1), "{run:?}");
    let letter = app.dead_letters().await.pop().expect("one");
    assert_eq!((letter.source_id.as_str(), letter.code.as_str()), ("listed-7", "item-unreadable"));
    assert!(letter.reason.contains("cannot be read, as ordered"), "{letter:?}");
    // It did not change, and a delta does not show it: it is asked for all the same.
    let still = hostile::import_as(&app, "shop", DELTA).await;
    assert_eq!((still.state, app.dead_letters().await.len()), (RunState::Completed, 1), "{still:?}");
    hostile::change(&app, "shop", json!({"pages": 1})).await;
    let run = hostile::import_as(&app, "shop", DELTA).await;
    assert_eq!((run.state, run.created, app.dead_letters().await.len()), (RunState::Completed, 1, 0), "{run:?}");
    assert_eq!(hostile::count(&app, &channel).await, 30);
}

#[both_engines]
async fn a_run_that_stands_still_says_so(app: App) {
    hostile::install(&app).await;
    let plan = json!({"items": 3, "failure": "rate-limited", "retry_after": 20 * MINUTE});
    hostile::add(&app, "shop", plan).await;
    let (cases, tenant) = (&app.host.app, &app.host.tenant);
    let run =
        cases.imports.start_import(tenant, "shop", RunScope::Full, StartOptions::default()).await.expect("starts").run;
    assert!(matches!(cases.imports.advance(tenant, &run).await.expect("advances"), Outcome::Later(_)));
    let report = app.report(&run).await;
    assert_eq!((report.state, report.stalled_since), (RunState::Running, None), "{report:?}");
    assert!(report.waits_until.is_some_and(|at| at > app.clock().now() + 19 * MINUTE), "{report:?}");
    assert_eq!(cases.imports.note_stalled().await.expect("noted"), 0);
    app.clock().advance(16 * MINUTE);
    assert_eq!(cases.imports.note_stalled().await.expect("noted"), 1);
    let report = app.report(&run).await;
    assert!(report.state == RunState::Stalled && report.stalled_since.is_some(), "{report:?}");
    let metrics = cases.monitor.scrape().await;
    assert!(metrics.contains("entrepot_runs_stalled{adapter=\"hostile\"} 1"), "{metrics}");
    // It goes on, and that is over.
    hostile::change(&app, "shop", json!({"items": 3})).await;
    app.clock().advance(5 * MINUTE);
    let report = app.carry(&run).await;
    assert_eq!((report.state, report.stalled_since, report.created), (RunState::Completed, None, 3), "{report:?}");
}

#[both_engines]
async fn one_refusal_among_good_answers_is_no_lock_out(app: App) {
    let store = Store::generate(Seed { products: 220, variable_share: 0.0, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(Matcher::path("/wc/v3/products?").with("page=2").next(2), Fault::Status(401));
    let run = app.import().await;
    server.heal();
    assert_eq!((run.state, run.fetched), (RunState::Completed, 220), "{run:?}");
    // Refused again and again, and so is the account: somebody has to do something, until it works.
    server.inject(Matcher::path("/wc/v3/"), Fault::Status(401));
    let run = app.import().await;
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    let problem = async || {
        let scoped = app.host.db.tenant(&app.host.tenant);
        scoped.channel(SHOP).await.expect("answers").expect("the shop").problem
    };
    assert!(problem().await.is_some());
    server.heal();
    assert_eq!(app.import().await.state, RunState::Completed);
    assert_eq!(problem().await, None, "what is over is not shown any more");
}

/// A run that waits for a marketplace until tomorrow keeps nobody from beginning again.
#[both_engines]
async fn a_run_that_waits_ends_for_one_that_begins_again(app: App) {
    hostile::install(&app).await;
    let plan = json!({"items": 3, "failure": "rate-limited", "retry_after": 7_200_000});
    hostile::add(&app, "shop", plan).await;
    let (imports, tenant) = (&app.host.app.imports, &app.host.tenant);
    let first = imports.start_import(tenant, "shop", RunScope::Full, StartOptions::default()).await.expect("starts");
    assert!(matches!(imports.advance(tenant, &first.run).await.expect("a step"), Outcome::Later(_)));
    hostile::change(&app, "shop", json!({"items": 3})).await;
    let fresh = StartOptions { fresh: true, ..StartOptions::default() };
    let run = hostile::import_with(&app, "shop", RunScope::Full, fresh).await;
    assert_eq!((run.state, run.created), (RunState::Completed, 3), "{run:?}");
    let before = app.report(&first.run).await;
    assert_eq!((before.state, before.failure), (RunState::Cancelled, None));
    assert_ne!(run.run, first.run.as_str());
}

/// What a call under way is about to send is no longer wanted.
#[both_engines]
async fn a_call_under_way_ends_when_its_run_or_its_grant_does(app: App) {
    let store = Store::generate(Seed { products: 30, variable_share: 0.0, seed: 5 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server.inject(Matcher::any(), Fault::Hang);
    let (imports, tenant) = (&app.host.app.imports, &app.host.tenant);
    for revoked in [false, true] {
        let started =
            imports.start_import(tenant, SHOP, RunScope::Full, StartOptions::default()).await.expect("starts");
        let arrived = server.log().arrived();
        let carried = tokio::spawn({
            let (cases, tenant, run) = (app.host.app.clone(), tenant.clone(), started.run.clone());
            async move { cases.imports.advance(&tenant, &run).await.expect("a step") }
        });
        // Not before its request hangs: without a grant it would not be sent at all.
        app.wait_for_run(|run| run.lease().is_some()).await;
        while server.log().arrived() == arrived {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let admission = app.host.app.services.admission();
        match revoked {
            true => admission.revoke("woocommerce", "test").await.expect("revoked"),
            false => drop(imports.cancel_run(tenant, &started.run).await.expect("cancelled")),
        }
        let step =
            tokio::time::timeout(Duration::from_secs(15), carried).await.expect("the hanging request is dropped");
        let outcome = step.expect("runs");
        match revoked {
            true => assert!(matches!(outcome, Outcome::Later(_)), "the next look says why: {outcome:?}"),
            false => assert_eq!(app.report(&started.run).await.state, RunState::Cancelled),
        }
    }
}
