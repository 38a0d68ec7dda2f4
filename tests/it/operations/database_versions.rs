//! Databases of newer and older versions of the host.

use entrepot_store::Pools;
use entrepot_tests::{App, Database, Entrepot, Operator, both_engines, postgres_url};
use sqlx::Connection;

#[both_engines]
async fn a_database_of_a_newer_version_is_called_that(app: App) {
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, $1, 0)";
    match app.host.db.pools() {
        Pools::Postgres(pool) => sqlx::query(newer).bind(&[0_u8][..]).execute(pool).await.map(drop),
        Pools::Sqlite { write, .. } => sqlx::query(newer).bind(&[0_u8][..]).execute(write).await.map(drop),
    }
    .expect("inserted");
    let output = Entrepot::new(app.environment.clone()).run(&["migrate"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(1)
            && said.contains("the database is newer than this program")
            && said.contains("9999"),
        "{said}"
    );
    assert_eq!(said.matches("newer than this program").count(), 1, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_is_not_ready() {
    let app = App::start(Database::Sqlite).await;
    assert_eq!(app.host.app.monitor.readiness().await, Ok(()));
    let url = &app.environment.iter().find(|(name, _)| name == "ENTREPOT_DATABASE_URL").expect("a url").1;
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect(url).await.expect("another program");
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 11").execute(&mut other).await.expect("as before");
    assert_eq!(
        app.host.app.monitor.readiness().await,
        Err("the database is older than this version; run: entrepot migrate")
    );
}

/// Commands that look, or do one thing, make nothing and bring nothing up to date.
const LOOKING: [&[&str]; 6] = [
    &["doctor"],
    &["runs"],
    &["adapter", "list"],
    &["channel", "list"],
    &["adapter", "audit", "--verify"],
    &["key", "adopt"],
];

/// An embedded database is made by whatever comes first, and brought up to date by nobody but who works with it.
#[tokio::test(flavor = "multi_thread")]
async fn an_embedded_database_of_an_earlier_version_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    let operator = Operator(Entrepot::new(vec![("ENTREPOT_DATA_DIR".into(), data)]));
    assert_eq!(operator.reads(&["runs"]).0, 0, "the first steps need no other");
    let file = format!("sqlite://{}", folder.path().join("entrepot.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&file).await.expect("answers");
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 22").execute(&mut connection).await.expect("as before");
    for words in LOOKING {
        let (code, said) = operator.reads(words);
        assert!(code == 1 && said.contains("of an earlier version"), "{words:?}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_read_create_no_database() {
    if postgres_url().is_none() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let url = Database::Postgres.create(folder.path()).await;
    let key = entrepot_vault::KeyRing::generate().to_text().to_string();
    let data = folder.path().display().to_string();
    let environment =
        [("ENTREPOT_DATABASE_URL", url.as_str()), ("ENTREPOT_DATA_DIR", &data), ("ENTREPOT_MASTER_KEY", &key)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let operator = Operator(Entrepot::new(environment.into()));
    for words in LOOKING {
        let (code, said) = operator.reads(words);
        assert!(code == 1 && said.contains("is empty") && said.contains("entrepot migrate"), "{words:?}: {said}");
    }
    let mut connection = sqlx::PgConnection::connect(&url).await.expect("answers");
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'")
        .fetch_one(&mut connection)
        .await
        .expect("a number");
    assert_eq!(tables, 0);
    assert_eq!(operator.reads(&["migrate"]).0, 0);
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 22").execute(&mut connection).await.expect("as before");
    for words in LOOKING {
        let (code, said) = operator.reads(words);
        assert!(code == 1 && said.contains("of an earlier version"), "{words:?}: {said}");
    }
    let count = "SELECT COUNT(*) FROM _sqlx_migrations WHERE version = 22";
    let count: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await.expect("a number");
    assert_eq!(count, 0);
}
