//! What goes wrong while an adapter comes in. The version in use keeps serving, and nothing is half there.

use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use entrepot_adapters::{FetchOptions, InstallOptions};
use entrepot_artifact::registry::PublishOptions;
use entrepot_artifact::{Artifact, Registry, SecretKey, sign};
use entrepot_domain::run::RunState;
use entrepot_policy::{Approval, Narrowing};
use entrepot_store::Pools;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::{App, Database, Entrepot, both_engines, version};
use tempfile::TempDir;

const ADAPTER: &str = "woocommerce";
const HOUR: i64 = 60 * 60 * 1000;

/// 0.1.0 is in use, nothing else is there, and the log holds.
async fn assert_as_before(app: &App, entries: i64) {
    let admission = app.host.app.services.admission();
    assert_eq!(admission.active(ADAPTER).await.expect("in use").manifest.version, "0.1.0");
    let versions: Vec<String> =
        app.host.db.adapters_named(ADAPTER).await.expect("rows").into_iter().map(|row| row.version).collect();
    assert_eq!(versions, ["0.1.0"]);
    let verified = admission.verify_audit().await.expect("readable");
    assert_eq!((verified.entries, verified.broken), (entries, None));
}

/// A registry with 0.2.0, signed by a key that is trusted.
async fn registry(app: &App) -> TempDir {
    let key = SecretKey::generate("entrepot").expect("a key");
    app.host.app.services.admission().trust(&key.public().to_string(), "test").await.expect("trusted");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("registry.toml"), "format = 1\nname = \"test\"\n").expect("written");
    let artifact = Artifact::read(sign(version("0.2.0"), &key).expect("signed")).expect("an artifact");
    let options = PublishOptions::at(SystemTime::now());
    Registry::open(folder.path()).expect("a registry").publish(&artifact, &options).expect("published");
    folder
}

/// Serves a folder; of artifacts only the first half arrives.
async fn broken_server(folder: &TempDir) -> String {
    async fn answer(State(folder): State<std::path::PathBuf>, request: Request) -> Response {
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let Ok(bytes) = std::fs::read(folder.join(&path)) else { return StatusCode::NOT_FOUND.into_response() };
        if path.ends_with(".wasm") {
            let length = bytes.len();
            let half = Bytes::from(bytes).slice(..length / 2);
            // The connection ends when the body is over, earlier than was said.
            return ([(header::CONTENT_LENGTH, length.to_string())], axum::body::Body::from_stream(half_of(half)))
                .into_response();
        }
        bytes.into_response()
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = Router::new().fallback(answer).with_state(folder.path().to_owned());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn half_of(bytes: Bytes) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    futures_util::stream::iter([Ok(bytes), Err(std::io::Error::other("cut off"))])
}

fn from(registry: &str) -> FetchOptions {
    FetchOptions {
        registry: Some(registry.parse().expect("a place")),
        allow_loopback_http: true,
        ..FetchOptions::default()
    }
}

#[both_engines]
async fn a_registry_that_is_away_or_breaks_off(app: App) {
    app.install().await;
    let folder = registry(&app).await;
    let admission = app.host.app.services.admission();
    let broken = broken_server(&folder).await;
    let whole = folder.path().display().to_string();
    for (case, place, reference, words) in [
        ("nobody listens", "http://127.0.0.1:9", "registry:woocommerce", "127.0.0.1:9"),
        ("the download breaks off", broken.as_str(), "registry:woocommerce", "127.0.0.1"),
        ("there is no such version", whole.as_str(), "registry:woocommerce@9.9.9", "9.9.9"),
        ("there is no such adapter", whole.as_str(), "registry:nobody", "nobody"),
        ("an OCI registry that is away", whole.as_str(), "oci://127.0.0.1:9/woocommerce:0.2.0", "127.0.0.1:9"),
    ] {
        let refused =
            admission.install_from(reference, &from(place), InstallOptions::default(), "test").await.expect_err(case);
        assert!(refused.to_string().contains(words), "{case}: {refused}");
        assert_as_before(&app, 3).await;
    }
    // Bytes other than those that were published.
    let file = folder.path().join("artifacts/woocommerce/0.2.0.wasm");
    let bytes = std::fs::read(&file).expect("the artifact");
    std::fs::write(&file, &bytes[..bytes.len() / 2]).expect("cut");
    let refused = admission
        .install_from("registry:woocommerce", &from(&whole), InstallOptions::default(), "test")
        .await
        .expect_err("cut");
    assert!(!refused.to_string().is_empty(), "{refused}");
    assert_as_before(&app, 3).await;
    std::fs::write(&file, &bytes).expect("whole again");
    let installed = admission
        .install_from("registry:woocommerce", &from(&whole), InstallOptions::default(), "test")
        .await
        .expect("installs");
    assert_eq!(installed.version, "0.2.0");
}

/// The process that installs is killed at some moment, several times.
#[both_engines]
async fn an_install_that_is_killed_left_nothing_or_all(app: App) {
    app.install().await;
    let file = app.folder.path().join("0.2.0.wasm");
    std::fs::write(&file, version("0.2.0")).expect("written");
    let file = file.display().to_string();
    let entrepot = Entrepot::new(app.environment.clone());
    for after in [10, 60, 150, 300, 600] {
        let mut install = entrepot.start(&["adapter", "install", &file]);
        tokio::time::sleep(Duration::from_millis(after)).await;
        install.kill();
        let rows = app.host.db.adapters_named(ADAPTER).await.expect("rows");
        let verified = app.host.app.services.admission().verify_audit().await.expect("readable");
        // Row and entry came together, or neither did.
        assert_eq!((verified.entries, verified.broken), (rows.len() as i64 + 1, None), "after {after} ms");
        assert_eq!(app.host.app.services.admission().active(ADAPTER).await.expect("in use").manifest.version, "0.1.0");
    }
    let (code, installed) = entrepot.json(&["adapter", "install", &file]);
    assert_eq!((code, installed["version"].as_str()), (0, Some("0.2.0")), "{installed}");
}

/// Hosts look at their own clocks. A clock that is wrong is a grant that is over; when it is right again, so is the grant.
#[both_engines]
async fn a_clock_that_is_wrong_ends_a_grant_only_for_as_long(app: App) {
    let store = Store::generate(Seed { products: 10, variable_share: 0.0, seed: 1 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let admission = app.host.app.services.admission();
    let hour = Narrowing { expires_at: Some(app.host.db.clock().now() + HOUR), ..Narrowing::default() };
    admission.approve(ADAPTER, &hour, "test").await.expect("approved");
    app.clock().advance(2 * HOUR);
    let refused = admission.active(ADAPTER).await.map(drop).expect_err("it is over");
    assert!(refused.to_string().contains("has expired"), "{refused}");
    let late = Narrowing { expires_at: Some(app.host.db.clock().now() - 1), ..Narrowing::default() };
    let refused = admission.approve(ADAPTER, &late, "test").await.expect_err("in the past");
    assert!(refused.to_string().contains("in the past"), "{refused}");
    app.clock().advance(-2 * HOUR);
    let run = app.import().await;
    assert_eq!(run.state, RunState::Completed, "{run:?}");
    app.clock().advance(2 * HOUR);
    admission.approve(ADAPTER, Approval::default(), "test").await.expect("renewed");
    admission.active(ADAPTER).await.map(drop).expect("in use again");
}

/// No room left in the middle of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_installs_nothing() {
    let app = App::start(Database::Sqlite).await;
    app.install().await;
    let Pools::Sqlite { write, .. } = app.host.db.pools() else { panic!("SQLite") };
    // Approving left free pages behind.
    sqlx::query("VACUUM").execute(write).await.expect("compact");
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(write).await.expect("its size");
    let limit = |pages: i64| sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")));
    limit(pages + 4).execute(write).await.expect("a limit");
    let admission = app.host.app.services.admission();
    let refused = admission.install(version("0.2.0"), "test").await.expect_err("no room");
    assert!(refused.to_string().contains("full"), "{refused}");
    assert_as_before(&app, 2).await;
    limit(1_073_741_823).execute(write).await.expect("room again");
    admission.install(version("0.2.0"), "test").await.expect("installs");
}
