//! An adapter that breaks on one channel is left alone there, and only there.

use std::time::{Duration, Instant};

use entrepot_adapters::AdmissionError;
use entrepot_catalog::{Received, RunReport};
use entrepot_core::AppError;
use entrepot_domain::run::RunState;
use entrepot_policy::Narrowing;
use entrepot_tests::broken_adapter::{ADAPTER, add, install, start};
use entrepot_tests::{App, both_engines};
use serde_json::{Map, json};

const MINUTE: i64 = 60_000;

fn quarantined(outcome: Result<RunReport, AppError>) -> String {
    match outcome {
        Err(AppError::Admission(error @ AdmissionError::Quarantined(_))) => error.to_string(),
        outcome => panic!("it is in quarantine: {outcome:?}"),
    }
}

#[both_engines]
async fn a_quarantine_is_for_one_channel_grows_and_ends(app: App) {
    install(&app).await;
    add(&app, "bad", "panic", "").await;
    add(&app, "good", "", "").await;
    let run = start(&app, "bad").await.expect("starts");
    assert_eq!(run.state, RunState::Failed, "{run:?}");
    let why = quarantined(start(&app, "bad").await);
    assert!(why.contains("for 5 minutes more (1 in a row)") && why.contains("entrepot channel release bad"), "{why}");
    assert_eq!(start(&app, "good").await.expect("starts").state, RunState::Completed, "the other one is not concerned");

    // Its time is over, and it breaks again: twice as long.
    app.clock().advance(5 * MINUTE + 1);
    assert_eq!(start(&app, "bad").await.expect("another chance").state, RunState::Failed);
    let why = quarantined(start(&app, "bad").await);
    assert!(why.contains("for 10 minutes more (2 in a row)"), "{why}");

    // Somebody lets it out, and it begins anew.
    assert!(app.host.app.deliveries.release_channel(&app.host.tenant, "bad", "test").await.expect("released"));
    assert!(!app.host.app.deliveries.release_channel(&app.host.tenant, "bad", "test").await.expect("no more"));
    assert_eq!(start(&app, "bad").await.expect("another chance").state, RunState::Failed);
    assert!(quarantined(start(&app, "bad").await).contains("(1 in a row)"));

    // Another grant is another chance.
    let admission = app.host.app.services.admission();
    let less = Narrowing { requests_per_second: Some(5.0), ..Narrowing::default() };
    admission.approve(ADAPTER, &less, "test").await.expect("approved");
    assert_eq!(start(&app, "bad").await.expect("another chance").state, RunState::Failed);

    let log: Vec<String> =
        app.host.db.audit_of(ADAPTER, 50).await.expect("entries").into_iter().map(|row| row.action).collect();
    assert_eq!(
        log,
        [
            "quarantine",
            "approve",
            "quarantine",
            "release",
            "quarantine",
            "quarantine",
            "channel",
            "channel",
            "approve",
            "install"
        ]
    );
    assert_eq!(admission.verify_audit().await.expect("readable").broken, None);
    let report = admission.usage_report(ADAPTER, 0).await.expect("a report");
    assert_eq!(report.quarantined.len(), 1, "{report:?}");
}

/// Items that it cannot map are kept; a version that can takes them up.
#[both_engines]
async fn mapping_nothing_at_all_is_about_the_adapter_and_not_about_items(app: App) {
    install(&app).await;
    let channel = add(&app, "bad", "items", r#"{"mode": "panic"}"#).await;
    let run = start(&app, "bad").await.expect("starts");
    assert_eq!((run.fetched, run.dead_letters, run.created), (120, 120, 0), "nothing is lost: {run:?}");
    assert!(quarantined(start(&app, "bad").await).contains("each of 120 items"));

    // The way out: it is mended.
    app.host
        .app
        .channels
        .set_channel(&app.host.tenant, "bad", Map::from_iter([("item".to_owned(), "{}".into())]), Vec::new())
        .await
        .expect("set");
    app.clock().advance(5 * MINUTE + 1);
    let run = start(&app, "bad").await.expect("another chance");
    assert_eq!((run.state, run.created), (RunState::Completed, 120), "{run:?}");
    let scoped = app.host.db.tenant(&app.host.tenant);
    assert_eq!(scoped.quarantine(&channel).await.expect("answers"), None, "it is forgotten");
}

#[both_engines]
async fn a_released_channel_is_delivered_to_again(app: App) {
    entrepot_tests::hostile::install(&app).await;
    let channel = entrepot_tests::hostile::add(&app, "bad", json!({})).await;
    let deliver = async |body| entrepot_tests::hostile::deliver(&app, &channel, body).await;
    for _ in 0..5 {
        assert_eq!(deliver(json!({"mode": "panic"})).await, Received::Refused);
    }
    assert!(matches!(deliver(json!({"id": "1"})).await, Received::Later(_)), "it is left alone");
    let second = app.reopen().await;
    assert!(second.app.deliveries.release_channel(&app.host.tenant, "bad", "test").await.expect("released"));
    assert!(!second.app.deliveries.release_channel(&app.host.tenant, "bad", "test").await.expect("no more"));
    // The first host learns of it when it looks at the channel again.
    let end = Instant::now() + Duration::from_secs(20);
    while !matches!(deliver(json!({"id": "2"})).await, Received::Stored) {
        assert!(Instant::now() < end, "the pause goes on");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
