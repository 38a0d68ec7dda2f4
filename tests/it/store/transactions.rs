//! What is not committed was never there.

use entrepot_domain::run::RunScope;
use entrepot_tests::rows::channel;
use entrepot_tests::{App, both_engines};

#[both_engines]
async fn a_dropped_transaction_wrote_nothing(app: App) {
    let channel = channel(&app, &app.host.tenant, "berlin").await;
    let scoped = app.host.db.tenant(&app.host.tenant);
    let mut tx = scoped.begin().await.expect("begins");
    let run = tx.insert_run(&channel, RunScope::Full, None).await.expect("a run");
    drop(tx);
    assert!(scoped.run(&run).await.expect("answers").is_none());
    let mut tx = scoped.begin().await.expect("the connection is free again");
    let run = tx.insert_run(&channel, RunScope::Full, None).await.expect("nothing is in the way");
    tx.commit().await.expect("committed");
    assert!(scoped.run(&run).await.expect("answers").is_some());
}
