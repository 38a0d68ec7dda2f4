//! Ready means that work can be done here: not while nothing can be written.

use std::time::Duration;

use entrepot_store::Pools;
use entrepot_tests::{App, Database, Entrepot};

/// What was found out is believed for half a second.
async fn readiness(app: &App) -> Result<(), &'static str> {
    tokio::time::sleep(Duration::from_millis(550)).await;
    app.host.app.monitor.readiness().await
}

async fn set(app: &App, pragma: &str) {
    let Pools::Sqlite { write, .. } = app.host.db.pools() else { panic!("SQLite") };
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"))).execute(write).await.expect("set");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embedded_database_that_cannot_be_written_is_not_ready() {
    let app = App::start(Database::Sqlite).await;
    assert_eq!(readiness(&app).await, Ok(()));
    set(&app, "max_page_count = 1").await;
    assert!(readiness(&app).await.is_err_and(|why| why.contains("no room")));
    set(&app, "max_page_count = 1073741823").await;
    assert_eq!(readiness(&app).await, Ok(()));
    set(&app, "query_only = 1").await;
    assert!(readiness(&app).await.is_err_and(|why| why.contains("can only be read")));
    set(&app, "query_only = 0").await;
    assert_eq!(readiness(&app).await, Ok(()));

    let url = format!("sqlite://{}?mode=ro", app.data_dir().join("entrepot.db").display());
    let (code, said) = Entrepot::new(app.environment.clone()).with("ENTREPOT_DATABASE_URL", &url).json(&["doctor"]);
    assert!(code == 1 && said.to_string().contains("can only be read"), "{said}");
}

/// What is written after that nobody finds again.
#[tokio::test(flavor = "multi_thread")]
async fn an_embedded_database_whose_file_is_gone_is_not_ready() {
    let app = App::start(Database::Sqlite).await;
    assert_eq!(readiness(&app).await, Ok(()));
    let (file, elsewhere) = (app.data_dir().join("entrepot.db"), app.data_dir().join("elsewhere.db"));
    std::fs::rename(&file, &elsewhere).expect("renamed");
    assert!(readiness(&app).await.is_err_and(|why| why.contains("not at its place")));
    std::fs::write(&file, b"").expect("another one");
    assert!(readiness(&app).await.is_err_and(|why| why.contains("not at its place")));
    std::fs::rename(&elsewhere, &file).expect("put back");
    assert_eq!(readiness(&app).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_database_that_cannot_be_written_is_not_ready() {
    if entrepot_tests::postgres_url().is_none() {
        return;
    }
    let app = App::start(Database::Postgres).await;
    assert_eq!(readiness(&app).await, Ok(()));
    let Pools::Postgres(pool) = app.host.db.pools() else { panic!("PostgreSQL") };
    let read_only = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$";
    sqlx::query(read_only).execute(pool).await.expect("set");
    let (code, said) = Entrepot::new(app.environment.clone()).json(&["doctor"]);
    assert!(code == 1 && said.to_string().contains("can only be read"), "{said}");
}

/// A whole host on a disk without room: it says so, and leaves no half of a key.
#[test]
fn a_full_disk_is_called_that() {
    let outer = tempfile::tempdir().expect("a folder");
    let (data, database) = (outer.path().join("data"), outer.path().join("entrepot.db"));
    std::fs::create_dir(&data).expect("made");
    let entrepot = Entrepot::new(vec![
        ("ENTREPOT_DATA_DIR".into(), data.display().to_string()),
        ("ENTREPOT_DATABASE_URL".into(), format!("sqlite://{}", database.display())),
    ]);
    let program = entrepot_tests::entrepot_program();
    // A mount that nobody else sees, and that is gone with the process.
    let script = "mount -t tmpfs -o size=64k tmpfs \"$1\" || exit 99; dd if=/dev/zero of=\"$1/filler\" bs=4k 2>/dev/null; \
                  \"$2\" doctor --json; ls -A \"$1\" >&2";
    let mut command = std::process::Command::new("unshare");
    command.args(["-rm", "sh", "-c", script, "sh"]).arg(&data).arg(program);
    let output = match command.envs(entrepot.environment.iter().cloned()).output() {
        Ok(output) if output.status.code() != Some(99) && !output.stdout.is_empty() => output,
        other => return eprintln!("SKIPPED: no disk can be made full here (unshare -rm, mount): {other:?}"),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("\"ok\":false") && said.contains("No space left on device"), "{said}");
    let left = String::from_utf8_lossy(&output.stderr);
    assert!(!left.contains("master.key"), "no half of a key stays: {left}");
}
