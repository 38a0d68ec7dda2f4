//! The database is full.

use std::time::Duration;

use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Database, SHOP};

fn shop() -> Store {
    Store::generate(Seed { products: 400, variable_share: 0.0, seed: 41 })
}

/// No room left: the run waits, and goes on when there is.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_database_loses_nothing() {
    let store = shop();
    let server = serve(&store);
    let app = App::start(Database::Sqlite).await;
    app.connect(&server.base_url, &store.key()).await;
    let started = app
        .host
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("starts");
    let entrepot_store::Pools::Sqlite { write, .. } = app.host.db.pools() else { panic!("SQLite") };
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(write).await.expect("its size");
    let limit = |pages: i64| sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")));
    limit(pages + 40).execute(write).await.expect("a limit");
    let relief = {
        let write = write.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(4)).await;
            sqlx::query("PRAGMA max_page_count = 1073741823").execute(&write).await.expect("room again");
        })
    };
    let run = app.carry(&started.run).await;
    relief.await.expect("relief");
    assert_eq!((run.state, run.fetched), (RunState::Completed, 400), "{run:?}");
    assert_eq!(app.products().await.len() + app.dead_letters().await.len(), 400);
}
