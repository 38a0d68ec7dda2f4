//! Who renews the tokens of a channel: one at a time, and nobody for ever.

use entrepot_tests::rows::channel;
use entrepot_tests::{App, both_engines};

const TTL: i64 = 10_000;

#[both_engines]
async fn one_worker_renews_at_a_time(app: App) {
    let channel = channel(&app, &app.host.tenant, "berlin").await;
    let scoped = app.host.db.tenant(&app.host.tenant);
    let mut tx = scoped.begin().await.expect("begins");
    assert!(tx.lease_tokens(&channel, "one", TTL, None).await.expect("answers"));
    assert!(!tx.lease_tokens(&channel, "two", TTL, None).await.expect("answers"), "another renews");
    tx.commit().await.expect("committed");
    app.clock().advance(TTL + 1);
    let dead = scoped.token_lease(&channel).await.expect("answers").expect("a lease");
    let mut tx = scoped.begin().await.expect("begins");
    assert!(!tx.lease_tokens(&channel, "two", TTL, None).await.expect("answers"), "no clock says that it has expired");
    assert!(tx.lease_tokens(&channel, "two", TTL, Some(&dead)).await.expect("answers"), "its owner is not heard of");
    assert!(!tx.lease_tokens(&channel, "three", TTL, Some(&dead)).await.expect("answers"), "that lease is no more");
    assert!(!tx.tokens_renewed(&channel, "one", Some(1)).await.expect("answers"), "it came too late");
    assert!(tx.tokens_renewed(&channel, "two", Some(2)).await.expect("answers"));
    tx.commit().await.expect("committed");

    let state = scoped.token_state(&channel).await.expect("answers");
    assert_eq!(state.expires_at, Some(2));
    let mut tx = scoped.begin().await.expect("begins");
    assert!(tx.lease_tokens(&channel, "one", TTL, None).await.expect("answers"), "it is free again");
}
