//! Registries behind http, and what goes wrong on the way.

use std::time::{Duration, Instant};

use entrepot_artifact::registry::NotListed;
use entrepot_artifact::{FetchError, FetchOptions, Registry, Source};

use crate::support::{Answer, Server, empty_registry, key, publish_options, signed};

const FILE: &str = "/artifacts/example/1.0.0.wasm";

/// A registry with example 1.0.0, served; and the artifact's bytes.
fn served() -> (Server, Vec<u8>) {
    let (folder, artifact) = (empty_registry(), signed("example", "1.0.0", &key()));
    Registry::open(folder.path()).unwrap().publish(&artifact, &publish_options()).unwrap();
    (Server::serve(folder.path()), artifact.into_bytes())
}

fn options(server: &Server) -> FetchOptions {
    FetchOptions { registry: Some(server.url().parse().unwrap()), allow_loopback_http: true, ..FetchOptions::default() }
}

async fn fetch(options: &FetchOptions) -> Result<Vec<u8>, FetchError> {
    Source::parse("registry:example").unwrap().fetch(options).await.map(|fetched| fetched.bytes)
}

async fn answered(answer: Answer) -> FetchError {
    let (server, _) = served();
    server.answer(FILE, answer);
    fetch(&options(&server)).await.unwrap_err()
}

#[tokio::test]
async fn a_served_folder_is_a_registry() {
    let (server, bytes) = served();
    assert_eq!(fetch(&options(&server)).await.unwrap(), bytes);
    let unknown = Source::parse("registry:nothing").unwrap().fetch(&options(&server)).await.unwrap_err();
    assert!(matches!(unknown, FetchError::NotListed(NotListed::Adapter(_))), "{unknown}");
}

#[tokio::test]
async fn a_download_that_breaks_off_is_told() {
    let (_, bytes) = served();
    match answered(Answer::CutOff(bytes, 100)).await {
        FetchError::Interrupted { received: 100, .. } => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn other_bytes_than_listed_are_refused() {
    let (server, bytes) = served();
    let mut other = bytes.clone();
    other[30] ^= 1;
    server.answer(FILE, Answer::Body(other));
    assert!(matches!(fetch(&options(&server)).await, Err(FetchError::DigestMismatch { .. })));
    server.answer(FILE, Answer::Body(bytes[..50].to_vec()));
    assert!(matches!(fetch(&options(&server)).await, Err(FetchError::WrongLength { found: 50, .. })));
}

#[tokio::test]
async fn answers_are_told_apart() {
    assert!(matches!(answered(Answer::Status(404)).await, FetchError::NotFound { .. }));
    assert!(matches!(answered(Answer::Status(401)).await, FetchError::Unauthorized { .. }));
    assert!(matches!(answered(Answer::Status(503)).await, FetchError::Status { status: 503, .. }));
    assert!(matches!(answered(Answer::Body(vec![0; 40 << 20])).await, FetchError::TooLarge { .. }));
}

#[tokio::test]
async fn nothing_is_read_without_end() {
    assert!(matches!(answered(Answer::Endless).await, FetchError::TooLarge { .. }));
    let (server, _) = served();
    server.answer("/registry.toml", Answer::Endless);
    assert!(matches!(fetch(&options(&server)).await, Err(FetchError::TooLarge { .. })));
}

#[tokio::test]
async fn a_silent_registry_is_given_up_on() {
    let (server, _) = served();
    server.answer(FILE, Answer::Silence);
    let options = FetchOptions { total_timeout: Duration::from_millis(500), ..options(&server) };
    let begin = Instant::now();
    assert!(matches!(fetch(&options).await, Err(FetchError::TimedOut { .. })));
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nobody_is_there() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let options = FetchOptions {
        registry: Some(format!("http://{free}").parse().unwrap()),
        allow_loopback_http: true,
        ..FetchOptions::default()
    };
    assert!(matches!(fetch(&options).await, Err(FetchError::Unreachable { .. })));
}

#[tokio::test]
async fn another_place_is_not_followed() {
    let ((server, bytes), other) = (served(), Server::start());
    other.answer("/a.wasm", Answer::Body(bytes.clone()));
    server.answer(FILE, Answer::Redirect(format!("{}/a.wasm", other.url())));
    match fetch(&options(&server)).await {
        Err(FetchError::Redirected { to, .. }) => assert!(to.starts_with(&other.url())),
        other => panic!("{other:?}"),
    }
    server.answer("/moved.wasm", Answer::Body(bytes.clone()));
    server.answer(FILE, Answer::Redirect("/moved.wasm".to_owned()));
    assert_eq!(fetch(&options(&server)).await.unwrap(), bytes);
}

#[tokio::test]
async fn plain_http_is_for_this_machine_when_allowed() {
    let (server, _) = served();
    let closed = FetchOptions { allow_loopback_http: false, ..options(&server) };
    assert!(matches!(fetch(&closed).await, Err(FetchError::PlainHttp { .. })));
    let away = FetchOptions { registry: Some("http://registry.example".parse().unwrap()), ..options(&server) };
    assert!(matches!(fetch(&away).await, Err(FetchError::PlainHttp { .. })));
    let away = Source::parse("oci://127.0.0.1:1/a:1").unwrap().fetch(&closed).await;
    assert!(matches!(away, Err(FetchError::PlainHttp { .. })));
}
