//! Runs: one at a time for each channel, and one worker for each run.

use entrepot_domain::run::RunScope;
use entrepot_domain::{ChannelId, RunId};
use entrepot_store::StoreError;
use entrepot_store::runs::Lease;
use entrepot_tests::rows::channel;
use entrepot_tests::{App, both_engines};

const TTL: i64 = 10_000;

async fn insert(app: &App, channel: &ChannelId) -> Result<RunId, StoreError> {
    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await?;
    let run = tx.insert_run(channel, RunScope::Full, None).await?;
    tx.commit().await?;
    Ok(run)
}

/// Whether this owner has the run now.
async fn lease(app: &App, run: &RunId, owner: &str, dead: Option<&Lease>) -> bool {
    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
    let row = tx.lease_run(run, owner, TTL, dead).await.expect("answers");
    tx.commit().await.expect("committed");
    row.is_some()
}

#[both_engines]
async fn a_channel_has_one_active_run(app: App) {
    let berlin = channel(&app, &app.host.tenant, "berlin").await;
    let paris = channel(&app, &app.host.tenant, "paris").await;
    let run = insert(&app, &berlin).await.expect("the first");
    insert(&app, &paris).await.expect("of another channel");
    insert(&app, &berlin).await.expect_err("a second one");

    let mut tx = app.host.db.tenant(&app.host.tenant).begin().await.expect("begins");
    assert!(tx.cancel_run(&run).await.expect("answers"));
    tx.commit().await.expect("committed");
    insert(&app, &berlin).await.expect("the first one has ended");
}

#[both_engines]
async fn a_run_is_leased_to_one_worker_and_taken_from_a_dead_one(app: App) {
    let channel = channel(&app, &app.host.tenant, "berlin").await;
    let run = insert(&app, &channel).await.expect("a run");
    assert!(lease(&app, &run, "one", None).await);
    assert!(!lease(&app, &run, "two", None).await, "it is leased");
    assert!(lease(&app, &run, "one", None).await, "its owner may renew");

    let scoped = app.host.db.tenant(&app.host.tenant);
    let seen = scoped.run(&run).await.expect("answers").and_then(|row| row.lease()).expect("a lease");
    app.clock().advance(TTL);
    assert!(lease(&app, &run, "one", None).await, "it was alive after all");
    assert!(!lease(&app, &run, "two", Some(&seen)).await, "that lease has been renewed since");
    let seen = scoped.run(&run).await.expect("answers").and_then(|row| row.lease()).expect("a lease");
    assert!(lease(&app, &run, "two", Some(&seen)).await);

    let mut tx = scoped.begin().await.expect("begins");
    assert!(!tx.renew_lease(&run, "one", TTL).await.expect("answers"), "it is another's now");
    tx.release_run(&run, "one").await.expect("nothing to release");
    assert!(tx.renew_lease(&run, "two", TTL).await.expect("answers"));
    tx.release_run(&run, "two").await.expect("released");
    tx.commit().await.expect("committed");
    assert!(lease(&app, &run, "three", None).await, "it is free");
}
