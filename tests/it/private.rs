//! What a host keeps is for its own user, names are what they look like, and messages say a thing once.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_store::Pools;
use entrepot_tests::rest::{HOST, Web};
use entrepot_tests::{App, Database, Entrepot, both_engines};
use serde_json::json;

fn everything_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(everything_in(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn open_to_others(path: &Path) -> bool {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o077 != 0
}

/// From the first start on, and when it was otherwise before.
#[test]
fn nobody_else_reads_what_a_host_keeps() {
    let outer = tempfile::tempdir().expect("a folder");
    let data = outer.path().join("data");
    let entrepot = Entrepot::new(vec![
        ("ENTREPOT_DATA_DIR".into(), data.display().to_string()),
        ("ENTREPOT_DATABASE_URL".into(), format!("sqlite://{}", data.join("entrepot.db").display())),
    ]);
    let wasm = entrepot_tests::adapters_folder().join("woocommerce.wasm").display().to_string();
    let (code, installed) = entrepot.json(&["adapter", "install", &wasm, "--approve"]);
    assert_eq!(code, 0, "{installed}");
    let all = everything_in(&data);
    for name in ["entrepot.db", "master.key", "compiled"] {
        assert!(all.iter().any(|path| path.ends_with(name)), "{name} is there: {all:?}");
    }
    let open: Vec<_> = all.iter().filter(|path| open_to_others(path)).collect();
    assert!(open.is_empty(), "{open:?}");

    for path in [data.join("entrepot.db"), data.join("master.key"), data.clone()] {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("open");
    }
    let (code, said) = entrepot.json(&["doctor"]);
    let text = said.to_string();
    assert!(
        code == 0 && text.contains("others could read") && text.contains("master.key") && text.contains("entrepot.db"),
        "{said}"
    );
    let open: Vec<_> = everything_in(&data).into_iter().filter(|path| open_to_others(path)).collect();
    assert!(open.is_empty(), "{open:?}");
    let (_, said) = entrepot.json(&["doctor"]);
    assert!(!said.to_string().contains("others could"), "once is enough: {said}");
}

#[both_engines]
async fn a_database_of_a_newer_version_is_called_that(app: App) {
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, $1, 0)";
    match app.host.db.pools() {
        Pools::Postgres(pool) => drop(sqlx::query(newer).bind(&[0_u8][..]).execute(pool).await.expect("inserted")),
        Pools::Sqlite { write, .. } => {
            drop(sqlx::query(newer).bind(&[0_u8][..]).execute(write).await.expect("inserted"))
        }
    }
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

#[both_engines]
async fn names_are_what_they_look_like(app: App) {
    app.install().await;
    let web = Web::of(&app);
    let long = "x".repeat(100_000);
    for name in [
        "",
        " ",
        ".",
        "..",
        " a",
        "a ",
        "a\nb",
        "a\tb",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{200b}b",
        "a\u{1b}[2J",
        "chn_01",
        "--all",
        &long,
    ] {
        for (path, secrets) in [
            ("/api/v1/channels", json!({"consumer_key": "ck", "consumer_secret": "cs"})),
            ("/api/v1/connections", json!({})),
        ] {
            let body = json!({"adapter": "woocommerce", "name": name, "settings": {"store_url": "https://shop.example.com"}, "secrets": secrets});
            let mut body = body;
            if path.ends_with("channels") {
                body["untested"] = json!(true);
            }
            let request =
                Request::post(path).header(header::HOST, HOST).header(header::CONTENT_TYPE, "application/json");
            let answer = web.send(request.body(Body::from(body.to_string())).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {name:?}");
            let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.contains("name") && detail.len() < 500, "{path} {name:?}: {detail}");
        }
    }
    assert!(app.host.db.tenant(&app.host.tenant).channels().await.expect("channels").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_say_a_thing_once() {
    let app = App::start(Database::Sqlite).await;
    let folder = app.data_dir().join("file");
    std::fs::write(&folder, "no folder").expect("written");
    let inside = folder.join("inside");
    for (what, entrepot) in [
        (
            "a data folder in a file",
            Entrepot::new(app.environment.clone()).with("ENTREPOT_DATA_DIR", &inside.display().to_string()),
        ),
        (
            "a database in a file",
            Entrepot::new(app.environment.clone())
                .with("ENTREPOT_DATABASE_URL", &format!("sqlite://{}", inside.display())),
        ),
        ("a wrong key", Entrepot::new(app.environment.clone()).with("ENTREPOT_MASTER_KEY", "k1:nothing")),
    ] {
        let output = entrepot.run(&["channel", "list"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        let line = said.lines().last().unwrap_or_default();
        let parts: Vec<&str> = line.split(": ").map(str::trim).filter(|part| part.len() > 10).collect();
        let twice = parts.iter().enumerate().find(|(at, part)| parts[..*at].contains(part));
        assert!(twice.is_none(), "{what} says {twice:?} twice: {line}");
    }
}
