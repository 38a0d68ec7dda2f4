//! Who works on an operation: one worker at a time, and the same once at a time.

use entrepot_store::StoreError;
use entrepot_store::operations::{Checkpoint, NewOperation};
use entrepot_tests::rows::other_tenant;
use entrepot_tests::{App, both_engines};

const TTL: i64 = 10_000;

fn new(same: &str) -> NewOperation<'_> {
    NewOperation { kind: "tidy", same, input: "{}", actor: "ann" }
}

fn at(checkpoint: &str) -> Checkpoint<'_> {
    Checkpoint { checkpoint, done: 1, total: None }
}

#[both_engines]
async fn the_same_is_done_once_at_a_time(app: App) {
    let scoped = app.host.db.tenant(&app.host.tenant);
    let mut tx = scoped.begin().await.expect("begins");
    let first = tx.insert_operation(&new("a")).await.expect("the first");
    tx.commit().await.expect("committed");
    let mut tx = scoped.begin().await.expect("begins");
    let again = tx.insert_operation(&new("a")).await;
    assert!(again.as_ref().is_err_and(StoreError::is_conflict), "{again:?}");
    drop(tx);
    let mut tx = scoped.begin().await.expect("begins");
    let other = tx.insert_operation(&new("b")).await.expect("something else");
    tx.lease_operation(&first, "one", TTL, None).await.expect("answers").expect("leased");
    tx.finish_operation(&first, "one", Ok("{}")).await.expect("finished");
    let again = tx.insert_operation(&new("a")).await.expect("it is over");
    tx.commit().await.expect("committed");
    let active = scoped.active_operation("a").await.expect("answers").expect("the second");
    assert_eq!(active.id, again.as_str());
    let ids: Vec<String> = scoped.operations("", 2).await.expect("two").into_iter().map(|row| row.id).collect();
    assert_eq!(ids, [again.as_str(), other.as_str()], "newest first");
    let rest = scoped.operations(other.as_str(), 2).await.expect("the rest");
    assert_eq!(rest.len(), 1);
    let theirs = app.host.db.tenant(&other_tenant(&app).await);
    assert!(theirs.operation(&again).await.expect("answers").is_none(), "of another tenant");
    assert!(theirs.operations("", 10).await.expect("answers").is_empty());
    assert!(theirs.active_operation("a").await.expect("answers").is_none());
}

#[both_engines]
async fn a_checkpoint_is_the_lease_holders(app: App) {
    let scoped = app.host.db.tenant(&app.host.tenant);
    let mut tx = scoped.begin().await.expect("begins");
    let id = tx.insert_operation(&new("a")).await.expect("inserted");
    let row = tx.lease_operation(&id, "one", TTL, None).await.expect("answers").expect("leased");
    assert!(tx.lease_operation(&id, "two", TTL, None).await.expect("answers").is_none(), "another has it");
    let dead = row.lease().expect("a lease");
    assert!(tx.renew_operation(&id, "one", TTL + 1).await.expect("renewed"));
    assert!(tx.lease_operation(&id, "two", TTL, Some(&dead)).await.expect("answers").is_none(), "it gave a sign");
    tx.commit().await.expect("committed");

    let alive = scoped.operation(&id).await.expect("answers").and_then(|row| row.lease()).expect("a lease");
    let mut tx = scoped.begin().await.expect("begins");
    let taken = tx.lease_operation(&id, "two", TTL, Some(&alive)).await.expect("answers").expect("taken over");
    assert_eq!(taken.losses, 1);
    let late = tx.advance_operation(&id, "one", &at("1")).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)), "{late:?}");
    let late = tx.finish_operation(&id, "one", Ok("{}")).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)), "{late:?}");
    assert!(!tx.renew_operation(&id, "one", TTL).await.expect("answers"));
    tx.advance_operation(&id, "two", &at("2")).await.expect("kept");
    tx.commit().await.expect("committed");
    let row = scoped.operation(&id).await.expect("answers").expect("the operation");
    assert_eq!((row.checkpoint.as_deref(), row.done, row.losses), (Some("2"), 1, 0), "it goes on: {row:?}");

    // One that nobody took for a while may have lost its job.
    let mut tx = scoped.begin().await.expect("begins");
    let orphan = tx.insert_operation(&new("orphan")).await.expect("inserted");
    tx.commit().await.expect("committed");
    let (leased, now) = (app.host.db.leased_operations(0).await.expect("answers"), app.clock().now());
    assert!(leased.iter().all(|row| row.id != orphan.as_str()));
    let later = app.host.db.leased_operations(now + 1).await.expect("answers");
    assert!(later.iter().any(|row| row.id == orphan.as_str() && row.lease_owner.is_empty()));
    assert_eq!(leased.iter().map(|row| row.lease_owner.as_str()).collect::<Vec<_>>(), ["two"]);
    let mut tx = scoped.begin().await.expect("begins");
    tx.finish_operation(&id, "two", Err(("conflict", "it does not fit"))).await.expect("failed");
    tx.commit().await.expect("committed");
    assert!(app.host.db.leased_operations(0).await.expect("answers").is_empty());
    let row = scoped.operation(&id).await.expect("answers").expect("the operation");
    assert_eq!((row.state.as_str(), row.failure.as_deref()), ("failed", Some("it does not fit")));
    assert!(row.is_over() && row.lease().is_none() && row.finished_at.is_some());
}
