//! The database is locked, away, full, or sealed with another key.

use std::time::Duration;

use entrepot_domain::run::{RunScope, RunState};
use entrepot_sync::StartOptions;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Database, Entrepot, SHOP, postgres_url};
use sqlx::{Connection, PgConnection, SqliteConnection};

fn shop() -> Store {
    Store::generate(Seed { products: 400, variable_share: 0.0, seed: 41 })
}

/// Another program holds SQLite's write lock for longer than any statement waits.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_is_waited_for() {
    let store = shop();
    let server = serve(&store);
    let app = App::start(Database::Sqlite).await;
    app.connect(&server.base_url, &store.key()).await;
    let started = app
        .host
        .sync
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("starts");
    let path = format!("sqlite://{}", app.data_dir().join("entrepot.db").display());
    let mut other = SqliteConnection::connect(&path).await.expect("another program");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("the lock");
    let holder = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(13)).await;
        sqlx::query("ROLLBACK").execute(&mut other).await.expect("the lock is given back");
    });
    let run = app.carry(&started.run).await;
    holder.await.expect("the other program");
    assert_eq!((run.state, run.fetched), (RunState::Completed, 400), "{run:?}");
}

/// The server drops every connection and takes none for a while.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_is_waited_for() {
    let Some(server_url) = postgres_url() else { return };
    let store = shop();
    let server = serve(&store);
    let app = App::start(Database::Postgres).await;
    app.connect(&server.base_url, &store.key()).await;
    let url = app
        .environment
        .iter()
        .find(|(name, _)| name == "ENTREPOT_DATABASE_URL")
        .map(|(_, url)| url.clone())
        .expect("a url");
    let name = url.rsplit('/').next().expect("a name").to_owned();
    let started = app
        .host
        .sync
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("starts");
    let (sync, tenant, run) = (app.host.sync.clone(), app.host.tenant.clone(), started.run.clone());
    let work = tokio::spawn(async move {
        loop {
            match sync.advance(&tenant, &run).await.expect("the worker holds on") {
                entrepot_queue::Outcome::Done => return,
                entrepot_queue::Outcome::Later(wait) => tokio::time::sleep(wait).await,
            }
        }
    });
    let mut admin = PgConnection::connect(&server_url).await.expect("an administrator");
    let deny = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    let allow = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    sqlx::query(sqlx::AssertSqlSafe(deny)).execute(&mut admin).await.expect("closed");
    let kick = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    sqlx::query(kick).bind(&name).execute(&mut admin).await.expect("kicked");
    tokio::time::sleep(Duration::from_secs(10)).await;
    sqlx::query(sqlx::AssertSqlSafe(allow)).execute(&mut admin).await.expect("open again");
    work.await.expect("the worker");
    let run = app.report(&started.run).await;
    assert_eq!((run.state, run.fetched), (RunState::Completed, 400), "{run:?}");
    assert_eq!(app.products().await.len() + app.dead_letters().await.len(), 400);
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
        .sync
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

/// A key that does not fit is found at start and says what to do; a lost key file is not silently replaced.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_wrong_master_key_is_named_at_start() {
    let store = shop();
    let server = serve(&store);
    let app = App::start(Database::Sqlite).await;
    app.connect(&server.base_url, &store.key()).await;
    let entrepot = Entrepot::new(app.environment.clone());
    let error = |entrepot: &Entrepot| {
        let output = entrepot.run(&["channel", "list"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let wrong = entrepot_vault::KeyRing::generate().to_text().to_string();
    let text = error(&entrepot.clone().with("ENTREPOT_MASTER_KEY", &wrong));
    assert!(text.contains("does not fit") && text.contains("ENTREPOT_MASTER_KEY"), "{text}");
    let text = error(&entrepot.clone().with("ENTREPOT_MASTER_KEY", "not a key"));
    assert!(text.contains("entrepot key new") && !text.contains("not a key"), "{text}");
    let text = error(&entrepot.with("ENTREPOT_MASTER_KEY", ""));
    assert!(text.contains("master.key") && text.contains("backup"), "{text}");
}
