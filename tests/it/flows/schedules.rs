//! Imports that begin by themselves: when they are due, once, and after a pause once.

use std::time::Duration;

use entrepot_catalog::Ticked;
use entrepot_channels::ScheduleChange;
use entrepot_core::AppError;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_domain::schedule::{ScheduleKind, WhenBusy};
use entrepot_store::runs::RunRow;
use entrepot_store::schedules::ScheduleRow;
use entrepot_test_support::server::{Fault, Matcher};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_test_support::{bigcommerce, etsy, seed};
use entrepot_tests::stock::catalogue;
use entrepot_tests::{App, Marketplace, SHOP, both_engines};

const HOUR: i64 = 3_600_000;

async fn runs(app: &App) -> Vec<RunRow> {
    app.host.db.tenant(&app.host.tenant).runs(None, None, 100).await.expect("runs")
}

async fn schedule(app: &App, kind: ScheduleKind) -> ScheduleRow {
    let all = app.host.app.channels.schedules(&app.host.tenant, SHOP).await.expect("schedules");
    all.into_iter().find(|row| row.kind == kind.as_str()).expect("there is one of each kind")
}

async fn set(app: &App, kind: ScheduleKind, change: ScheduleChange) -> ScheduleRow {
    app.host.app.channels.set_schedule(&app.host.tenant, SHOP, kind, change).await.expect("it is changed")
}

fn every(rule: &str) -> ScheduleChange {
    ScheduleChange { rule: Some(rule.parse().expect("a rule")), jitter_ms: Some(0), ..ScheduleChange::default() }
}

async fn finish(app: &App) -> RunRow {
    let run = runs(app).await.into_iter().next().expect("a run");
    app.carry(&run.run_id()).await;
    runs(app).await.into_iter().next().expect("a run")
}

#[both_engines]
async fn a_channel_has_schedules_from_the_beginning_and_they_follow_the_shop(app: App) {
    let store = Store::generate(Seed { products: 40, variable_share: 0.0, seed: 3 });
    let shop = Marketplace::woocommerce(&store);
    let (app, _) = app.connect_to(&shop).await;
    let pass = |hours| app.pass(hours, &store);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked::default(), "nothing is due at once");
    set(&app, ScheduleKind::Full, ScheduleChange { enabled: Some(false), ..ScheduleChange::default() }).await;

    pass(1);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked { begun: 1, skipped: 0 });
    let first = finish(&app).await;
    assert_eq!((first.state(), first.scope()), (RunState::Completed, RunScope::Full), "{:?}", first.failure);
    assert_eq!(schedule(&app, ScheduleKind::Delta).await.last_run.as_deref(), Some(first.id.as_str()));

    pass(1);
    let id = store.product_ids()[7];
    store.update(id, |product| product.name = "Changed".into());
    app.host.app.scheduler.tick().await.expect("a look");
    let second = finish(&app).await;
    assert!(
        matches!(second.scope(), RunScope::ChangedSince(since) if since < first.created_at),
        "{:?}",
        second.scope()
    );
    assert_eq!((second.state(), second.counts().updated), (RunState::Completed, 1), "{:?}", second.failure);
    assert!(app.products().await.iter().any(|product| product.title == "Changed"));
}

#[both_engines]
async fn what_was_missed_runs_once_and_each_tick_on_one_host(app: App) {
    let store = Store::generate(Seed { products: 10, variable_share: 0.0, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    set(&app, ScheduleKind::Delta, ScheduleChange { enabled: Some(false), ..ScheduleChange::default() }).await;
    set(&app, ScheduleKind::Full, every("every 15m")).await;
    let other = app.reopen().await;
    app.clock().advance(30 * HOUR);
    let (one, two) = tokio::join!(app.host.app.scheduler.tick(), other.app.scheduler.tick());
    let (one, two) = (one.expect("a look"), two.expect("a look"));
    assert_eq!(one.begun + two.begun, 1, "{one:?} {two:?}");
    assert_eq!(runs(&app).await.len(), 1, "a hundred and twenty were missed");
    let next = schedule(&app, ScheduleKind::Full).await.next_at;
    assert!(next > app.clock().now() && next <= app.clock().now() + HOUR / 4);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked::default());
}

#[both_engines]
async fn a_tick_while_a_run_is_under_way_is_left_out_or_waits(app: App) {
    let store = Store::generate(Seed { products: 10, variable_share: 0.0, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    set(&app, ScheduleKind::Delta, ScheduleChange { when_busy: Some(WhenBusy::Skip), ..every("every 1h") }).await;
    set(&app, ScheduleKind::Full, ScheduleChange { when_busy: Some(WhenBusy::Queue), ..every("every 1h") }).await;
    let started = app.host.app.imports.start_import(&app.host.tenant, SHOP, RunScope::Full, Default::default()).await;
    let run = started.expect("it starts").run;
    app.clock().advance(2 * HOUR);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked { begun: 0, skipped: 1 });
    let delta = schedule(&app, ScheduleKind::Delta).await;
    assert!(delta.note.expect("a note").contains("under way") && delta.last_run.is_none());
    app.carry(&run).await;
    assert_eq!(
        app.host.app.scheduler.tick().await.expect("a look"),
        Ticked { begun: 1, skipped: 0 },
        "the one that waited"
    );
    assert_eq!(finish(&app).await.scope(), RunScope::Full);
}

/// Two schedules of one rule are due in the same moment each time.
#[both_engines]
async fn each_of_two_schedules_of_one_rule_comes_to_its_turn(app: App) {
    let shop = Marketplace::bigcommerce(&bigcommerce::Store::from_seed(&catalogue(5)));
    let (app, _) = app.connect_to(&shop).await;
    let first = app.host.app.imports.start_import(&app.host.tenant, SHOP, RunScope::Full, Default::default()).await;
    app.carry(&first.expect("it starts").run).await;
    for kind in [ScheduleKind::Full, ScheduleKind::Delta, ScheduleKind::Stock] {
        let off = ScheduleChange { enabled: Some(kind != ScheduleKind::Full), ..ScheduleChange::default() };
        set(&app, kind, ScheduleChange { when_busy: Some(WhenBusy::Skip), rule: every("every 15m").rule, ..off }).await;
    }
    let mut scopes = Vec::new();
    for _ in 0..3 {
        app.clock().advance(HOUR / 2);
        for _ in 0..2 {
            assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked { begun: 1, skipped: 0 });
            scopes.push(finish(&app).await.scope().parts().0);
        }
        assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked::default());
    }
    assert_eq!(scopes, ["changed_since", "stock"].repeat(3));
}

#[both_engines]
async fn what_cannot_begin_says_why_and_is_tried_again(app: App) {
    let store = Store::generate(Seed { products: 10, variable_share: 0.0, seed: 3 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    set(&app, ScheduleKind::Full, every("every 1h")).await;
    set(&app, ScheduleKind::Delta, ScheduleChange { enabled: Some(false), ..ScheduleChange::default() }).await;
    app.host.app.services.admission().revoke("woocommerce", "test").await.expect("it is revoked");
    app.clock().advance(2 * HOUR);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look"), Ticked { begun: 0, skipped: 1 });
    let note = schedule(&app, ScheduleKind::Full).await.note.expect("a note");
    assert!(note.contains("approve"), "{note}");
    app.install().await;
    app.clock().advance(2 * HOUR);
    assert_eq!(app.host.app.scheduler.tick().await.expect("a look").begun, 1);
    assert_eq!(schedule(&app, ScheduleKind::Full).await.note, None);
}

#[both_engines]
async fn bad_input_is_refused_with_what_to_write(app: App) {
    let store = Store::empty();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    for change in [
        ScheduleChange { time_zone: Some("Berlin".into()), ..ScheduleChange::default() },
        ScheduleChange { jitter_ms: Some(-1), ..ScheduleChange::default() },
        ScheduleChange { jitter_ms: Some(48 * HOUR), ..ScheduleChange::default() },
    ] {
        let refused = app.host.app.channels.set_schedule(&app.host.tenant, SHOP, ScheduleKind::Full, change).await;
        assert!(matches!(refused, Err(AppError::Schedule(_))), "{refused:?}");
    }
    let berlin = ScheduleChange { time_zone: Some("Europe/Berlin".into()), ..every("0 3 * * *") };
    let row = set(&app, ScheduleKind::Full, berlin).await;
    assert!(matches!((row.next_at / HOUR) % 24, 1 | 2), "three in the morning there");
}

/// A host's clock was a year ahead for a minute, and is right again.
#[both_engines]
async fn a_clock_that_was_wrong_leaves_no_schedule_in_the_future(app: App) {
    const YEAR: i64 = 365 * 24 * HOUR;
    let store = Store::generate(Seed { products: 10, variable_share: 0.0, seed: 3 });
    let shop = Marketplace::woocommerce(&store);
    let (app, id) = app.connect_to(&shop).await;
    app.import().await;
    set(&app, ScheduleKind::Full, ScheduleChange { enabled: Some(false), ..ScheduleChange::default() }).await;
    set(&app, ScheduleKind::Delta, every("every 15m")).await;
    let scheduler = &app.host.app.scheduler;
    assert_eq!(scheduler.correct_times().await.expect("a look"), 0, "nothing is wrong");
    app.clock().advance(YEAR);
    assert_eq!(scheduler.tick().await.expect("a look").begun, 1);
    assert_eq!(finish(&app).await.state(), RunState::Completed);
    app.clock().advance(-YEAR);
    let now = app.clock().now();
    assert!(schedule(&app, ScheduleKind::Delta).await.next_at > now + YEAR - HOUR);
    assert_eq!(scheduler.correct_times().await.expect("a look"), 1);
    let next = schedule(&app, ScheduleKind::Delta).await.next_at;
    assert!((now..=now + HOUR).contains(&next), "{next} after {now}");
    let scoped = app.host.db.tenant(&app.host.tenant);
    let watermark = app.host.app.imports.import_watermark(&scoped, &id).await.expect("answers").expect("a full run");
    assert!(watermark <= now, "what is asked for begins before now: {watermark} {now}");
}

/// Its marketplace does not answer: others are due as well.
#[both_engines]
async fn a_token_endpoint_that_does_not_answer_delays_no_schedule(app: App) {
    let store = etsy::Store::from_seed(&seed::catalogue(seed::Seed { products: 5, variable_share: 0.0, seed: 3 }));
    let shop = Marketplace::etsy(&store);
    let (app, _) = app.connect_to(&shop).await;
    set(&app, ScheduleKind::Full, every("every 15m")).await;
    store.expire_access_token();
    shop.server.inject(Matcher::path("/oauth/token"), Fault::Hang);
    app.clock().advance(2 * HOUR);
    let look = app.host.app.scheduler.tick();
    let ticked = tokio::time::timeout(Duration::from_secs(10), look).await.expect("nobody is waited for");
    assert_eq!(ticked.expect("a look").begun, 1);
}
