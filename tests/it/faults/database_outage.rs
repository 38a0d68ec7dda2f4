//! The database is away for half a minute while a run is under way.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_catalog::StartOptions;
use entrepot_domain::run::{RunScope, RunState};
use entrepot_test_support::server::{Fault, Matcher, Server};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::send;
use entrepot_tests::{App, Database, Entrepot, SHOP, both_engines, postgres_url};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Longer than any single statement, or any wait for a connection.
const OUTAGE: Duration = Duration::from_secs(30);

/// A shop slow enough for the database to go away while it is being read.
fn shop() -> (Store, Server) {
    let store = Store::generate(Seed { products: 900, variable_share: 0.0, seed: 41 });
    let server = serve(&store);
    server.inject(Matcher::path("/wc/v3/products?"), Fault::Delay(Duration::from_millis(300)));
    (store, server)
}

enum Away {
    /// Another program holds the write lock.
    Sqlite(SqliteConnection),
    /// The server has dropped every connection and takes none.
    Postgres { admin: PgConnection, name: String },
}

impl Away {
    async fn begin(app: &App) -> Self {
        let url = app.environment.iter().find(|(name, _)| name == "ENTREPOT_DATABASE_URL").map(|(_, url)| url.as_str());
        let url = url.expect("a url");
        if url.starts_with("sqlite:") {
            let mut other = SqliteConnection::connect(url).await.expect("another program");
            sqlx::query("BEGIN EXCLUSIVE").execute(&mut other).await.expect("the lock");
            return Self::Sqlite(other);
        }
        let mut admin = PgConnection::connect(&postgres_url().expect("a server")).await.expect("an administrator");
        let name = url.rsplit('/').next().expect("a name").to_owned();
        allow(&mut admin, &name, false).await;
        let kick = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        sqlx::query(kick).bind(&name).execute(&mut admin).await.expect("kicked");
        Self::Postgres { admin, name }
    }

    async fn end(self) {
        match self {
            Self::Sqlite(mut other) => {
                sqlx::query("ROLLBACK").execute(&mut other).await.expect("the lock is given back");
            }
            Self::Postgres { mut admin, name } => allow(&mut admin, &name, true).await,
        }
    }
}

async fn allow(admin: &mut PgConnection, name: &str, connections: bool) {
    let alter = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {connections}");
    sqlx::query(AssertSqlSafe(alter)).execute(admin).await.expect("altered");
}

/// The outage, in the middle of the run.
async fn happens(app: &App) {
    app.wait_for_run(|run| run.seq >= 2).await;
    let away = Away::begin(app).await;
    tokio::time::sleep(OUTAGE).await;
    away.end().await;
    let run = app.run().await;
    assert!(!run.state().is_final() && run.counts().fetched < 900, "it was under way: {run:?}");
}

#[both_engines]
async fn a_command_goes_on_when_the_database_is_back(app: App) {
    let (store, server) = shop();
    app.connect(&server.base_url, &store.key()).await;
    let mut import = Entrepot::new(app.environment.clone()).start(&["import", SHOP, "--full", "--wait", "--json"]);
    happens(&app).await;
    assert!(import.is_running(), "it waits: {}", import.said());
    let ended = import.end().await;
    assert_eq!(ended.code, 0, "{ended:?}");
    let report = ended.document();
    assert_eq!((report["state"].as_str(), report["fetched"].as_i64()), (Some("completed"), Some(900)), "{report}");
    app.assert_whole(900).await;
}

#[both_engines]
async fn a_server_goes_on_when_the_database_is_back(app: App) {
    let (store, server) = shop();
    app.connect(&server.base_url, &store.key()).await;
    // Short slices: the job engine, too, has something to write all the time.
    let mut serve = Entrepot::new(app.environment.clone()).with("ENTREPOT_IMPORT_SLICE_SECONDS", "1").start(&["serve"]);
    app.host
        .app
        .imports
        .start_import(&app.host.tenant, SHOP, RunScope::Full, StartOptions::default())
        .await
        .expect("starts");
    happens(&app).await;
    let run = app.wait_for_run(|run| run.state().is_final()).await;
    assert!(serve.is_running(), "{}", serve.said());
    serve.kill();
    assert_eq!((run.state(), run.counts().fetched), (RunState::Completed, 900), "{run:?}\n{}", serve.said());
    app.assert_whole(900).await;
}

/// Whoever reads meanwhile is told so, and when to come again.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_while_the_database_is_away_comes_later() {
    if postgres_url().is_none() {
        return;
    }
    let app = App::start(Database::Postgres).await;
    app.install().await;
    let away = Away::begin(&app).await;
    let read = async |path: &str| {
        let request = Request::builder().uri(path).header(header::HOST, "127.0.0.1").body(Body::empty());
        (path.to_owned(), send(&app, request.expect("a request")).await)
    };
    let answers = tokio::join!(
        read("/api/v1/channels"),
        read("/api/v1/adapters"),
        read("/api/v1/runs"),
        read("/api/v1/channels/shop"),
        read("/api/v1/dead-letters"),
        read("/api/v1/audit/verification"),
    );
    away.end().await;
    for (path, answer) in [answers.0, answers.1, answers.2, answers.3, answers.4, answers.5] {
        let problem = answer.json();
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {problem}");
        assert!(
            problem["detail"].as_str().is_some_and(|why| why.contains("database cannot be reached")),
            "{path}: {problem}"
        );
        let wait = answer.headers.get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse::<u32>().ok());
        assert!(wait > Some(0), "{path}: {:?}", answer.headers);
    }
}
