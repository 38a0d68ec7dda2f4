//! What belongs to one tenant is nothing to another.

use entrepot_domain::run::RunScope;
use entrepot_store::deliveries::NewDelivery;
use entrepot_tests::rows::{channel, other_tenant};
use entrepot_tests::webhooks::verified;
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn rows_of_a_tenant_are_not_seen_by_another(app: App) {
    let theirs = app.host.db.tenant(&other_tenant(&app).await);
    let ours = app.host.db.tenant(&app.host.tenant);
    let channel = channel(&app, &app.host.tenant, "berlin").await;
    let mut tx = ours.begin().await.expect("begins");
    tx.put_secret(&channel, "key", b"sealed").await.expect("put");
    let run = tx.insert_run(&channel, RunScope::Full, None).await.expect("a run");
    let new = NewDelivery { received_at: app.clock().now(), ..verified(&channel, "once", "[]") };
    let delivery = tx.insert_deliveries(&[new]).await.expect("stored").remove(0).expect("it is new");
    tx.commit().await.expect("committed");

    for (scoped, seen) in [(&ours, true), (&theirs, false)] {
        assert_eq!(!scoped.channels().await.expect("channels").is_empty(), seen);
        assert_eq!(scoped.channel("berlin").await.expect("answers").is_some(), seen);
        assert_eq!(!scoped.sealed_secrets(&channel).await.expect("secrets").is_empty(), seen);
        assert_eq!(scoped.has_secrets().await.expect("answers"), seen);
        assert_eq!(scoped.run(&run).await.expect("answers").is_some(), seen);
        assert_eq!(!scoped.runs(None, None, 10).await.expect("runs").is_empty(), seen);
        assert_eq!(scoped.active_run(&channel).await.expect("answers").is_some(), seen);
        assert_eq!(scoped.delivery(delivery.as_str()).await.expect("answers").is_some(), seen);
        assert_eq!(!scoped.deliveries(&channel, "", "", 10).await.expect("deliveries").is_empty(), seen);
    }
}

#[both_engines]
async fn a_name_is_free_for_every_tenant(app: App) {
    let other = other_tenant(&app).await;
    let ours = channel(&app, &app.host.tenant, "berlin").await;
    let theirs = channel(&app, &other, "berlin").await;
    let found = app.host.db.tenant(&other).channel("berlin").await.expect("answers").map(|row| row.id);
    assert_eq!((found, ours == theirs), (Some(theirs.to_string()), false));
}
