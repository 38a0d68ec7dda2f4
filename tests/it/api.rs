//! The REST API on a real port.

use std::io::{Read, Write};
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_queue::Queue;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::{call, call_as, get};
use entrepot_tests::{App, Database, Entrepot, SHOP, adapters_folder, both_engines};
use serde_json::{Value, json};

#[both_engines]
async fn schedules_are_read_and_changed(app: App) {
    let store = Store::empty();
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let path = format!("/api/v1/channels/{SHOP}/schedules");
    let all = get(&app, &path).await;
    let kinds: Vec<_> = all.as_array().expect("a list").iter().map(|row| (&row["kind"], &row["enabled"])).collect();
    assert_eq!(kinds, [(&json!("delta"), &json!(true)), (&json!("full"), &json!(true))]);
    assert!(
        all[0]["next_at"].as_i64() > Some(app.clock().now()) && all[0]["channel"] == json!(channel.as_str()),
        "{all}"
    );

    let change = async |kind: &str, body: Value| {
        call(&app, "PATCH", &format!("{path}/{kind}"), Body::from(body.to_string())).await
    };
    let (status, _, row) =
        change("full", json!({"rule": "0 3 * * *", "time_zone": "Europe/Berlin", "when_busy": "skip", "jitter_ms": 0}))
            .await;
    assert_eq!(
        (status, &row["rule"], &row["when_busy"], &row["enabled"]),
        (StatusCode::OK, &json!("0 3 * * *"), &json!("skip"), &json!(true)),
        "{row}"
    );
    assert!(
        matches!((row["next_at"].as_i64().unwrap_or_default() / 3_600_000) % 24, 1 | 2),
        "three in the morning there: {row}"
    );
    let (status, _, row) = change("full", json!({"enabled": false})).await;
    assert_eq!(
        (status, &row["next_at"], &row["rule"]),
        (StatusCode::OK, &Value::Null, &json!("0 3 * * *")),
        "what is not named stays: {row}"
    );

    for (kind, body, wanted, words) in [
        ("hourly", json!({}), StatusCode::NOT_FOUND, "full, delta or stock"),
        ("full", json!({"rule": "often"}), StatusCode::UNPROCESSABLE_ENTITY, "every 15m"),
        ("full", json!({"when": "busy"}), StatusCode::BAD_REQUEST, "unknown field"),
        ("stock", json!({}), StatusCode::UNPROCESSABLE_ENTITY, "woocommerce does not tell stock alone"),
    ] {
        let (status, _, problem) = change(kind, body).await;
        assert_eq!(status, wanted, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{problem}");
    }
    let runs = format!("/api/v1/channels/{SHOP}/runs");
    for (body, wanted) in [
        (json!({"stock": true}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"stock": true, "since": 1}), StatusCode::BAD_REQUEST),
    ] {
        let (status, _, problem) = call(&app, "POST", &runs, Body::from(body.to_string())).await;
        assert_eq!(status, wanted, "{problem}");
    }
}

#[both_engines]
async fn the_commands_are_there_as_resources(app: App) {
    let store = Store::generate(Seed { products: 120, variable_share: 0.1, seed: 61 });
    let server = serve(&store);
    let wasm = std::fs::read(adapters_folder().join("woocommerce.wasm")).expect("the adapter");
    let (status, _, installed) = call(&app, "POST", "/api/v1/adapters", Body::from(wasm)).await;
    assert_eq!((status, installed["adapter"].as_str()), (StatusCode::CREATED, Some("woocommerce")), "{installed}");
    let (status, _, _) = call(&app, "POST", "/api/v1/adapters/woocommerce/approve", Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(get(&app, "/api/v1/adapters").await[0]["state"], "approved");

    let key = store.key();
    let channel = json!({
        "adapter": "woocommerce", "name": SHOP, "settings": {"store_url": server.base_url},
        "secrets": {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret},
    });
    let (status, _, added) = call(&app, "POST", "/api/v1/channels", Body::from(channel.to_string())).await;
    assert_eq!(status, StatusCode::CREATED, "{added}");
    let (status, kind, problem) = call(&app, "POST", "/api/v1/channels", Body::from(channel.to_string())).await;
    assert_eq!((status, kind.as_str()), (StatusCode::CONFLICT, "application/problem+json"));
    assert_eq!(problem["type"], "urn:entrepot:conflict");
    let listed = get(&app, "/api/v1/channels").await.to_string();
    assert!(!listed.contains(&key.consumer_secret) && !listed.contains(&key.consumer_key), "no secret on any page");

    let workers = Queue::work(&app.host.db, std::sync::Arc::new(app.host.sync.clone()), 2).expect("workers");
    let (status, _, started) = call(&app, "POST", &format!("/api/v1/channels/{SHOP}/runs"), Body::empty()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{started}");
    let path = format!("/api/v1/runs/{}", started["run"].as_str().unwrap_or_default());
    let report = loop {
        let report = get(&app, &path).await;
        if report["finished_at"].is_i64() {
            break report;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    workers.stop().await;
    assert_eq!((report["state"].as_str(), report["fetched"].as_i64()), (Some("completed"), Some(120)), "{report}");

    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = get(&app, &format!("/api/v1/products?channel={SHOP}&limit=50&cursor={cursor}")).await;
        seen += page["items"].as_array().map_or(0, Vec::len);
        let Some(next) = page["next"].as_str() else { break };
        cursor = next.to_owned();
    }
    let dead = get(&app, "/api/v1/dead-letters?limit=200").await["items"].as_array().map_or(0, Vec::len);
    assert_eq!(seen + dead, 120);
    let one = get(&app, "/api/v1/products?limit=1").await["items"][0]["id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(get(&app, &format!("/api/v1/products/{one}")).await["id"], one.as_str());
}

#[both_engines]
async fn adapters_are_tried_promoted_and_audited(app: App) {
    app.install().await;
    let newer = Body::from(entrepot_tests::version("0.2.0"));
    assert_eq!(call(&app, "POST", "/api/v1/adapters", newer).await.0, StatusCode::CREATED);
    let adapter = "/api/v1/adapters/woocommerce";
    let review = get(&app, &format!("{adapter}/review")).await;
    assert!(review["toolchain"].as_array().is_some_and(|tools| !tools.is_empty()), "{review}");
    let wrong = Body::from(json!({"share": 10, "shares": 10}).to_string());
    assert_eq!(call(&app, "POST", &format!("{adapter}/approve"), wrong).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(call(&app, "POST", &format!("{adapter}/promote"), Body::empty()).await.0, StatusCode::CONFLICT);
    let tenth = Body::from(json!({"share": 10, "accept_narrower": true}).to_string());
    let (status, _, approved) = call(&app, "POST", &format!("{adapter}/approve"), tenth).await;
    assert_eq!((status, &approved["grant"]["accept_narrower"]), (StatusCode::OK, &json!(true)), "{approved}");
    let usage = get(&app, &format!("{adapter}/usage?days=7")).await;
    assert_eq!((&usage["version"], &usage["canary"]), (&json!("0.1.0"), &json!("0.2.0")), "{usage}");
    let (status, _, promoted) = call(&app, "POST", &format!("{adapter}/promote"), Body::empty()).await;
    assert_eq!((status, &promoted["version"]), (StatusCode::OK, &json!("0.2.0")), "{promoted}");
    assert_eq!(get(&app, &format!("{adapter}/audit")).await[0]["action"], "promote");
    for (path, expected) in [
        (format!("{adapter}/usage?days=401"), StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/adapters/nobody/usage".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(call(&app, "GET", &path, Body::empty()).await.0, expected, "{path}");
    }
    assert_eq!(call(&app, "POST", "/api/v1/channels/nobody/release", Body::empty()).await.0, StatusCode::NOT_FOUND);
}

#[both_engines]
async fn mistakes_are_problems_with_a_stable_type(app: App) {
    for (method, path, body, status, kind) in [
        ("GET", "/api/v1/runs/run_none", "", 404, "urn:entrepot:not-found"),
        ("GET", "/api/v1/nothing", "", 404, "urn:entrepot:not-found"),
        ("POST", "/api/v1/channels", "{\"adapter\":", 400, "urn:entrepot:bad-request"),
        (
            "POST",
            "/api/v1/channels",
            "{\"adapter\":\"a\",\"name\":\"b\",\"surprise\":1}",
            400,
            "urn:entrepot:bad-request",
        ),
        ("POST", "/api/v1/adapters", "hello", 422, "urn:entrepot:refused"),
    ] {
        let (answered, media, problem) = call(&app, method, path, Body::from(body)).await;
        assert_eq!((answered.as_u16(), media.as_str()), (status, "application/problem+json"), "{path}: {problem}");
        assert_eq!(problem["type"], kind, "{problem}");
    }
    let (status, _, _) = call(&app, "GET", "/readyz", Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
}

/// A page that made a browser call us under a name of its own is not answered; who looks after the machine is.
#[tokio::test]
async fn only_requests_addressed_to_this_host_are_answered() {
    let app = App::start_with(Database::Sqlite, &[("ENTREPOT_PUBLIC_URL", "https://entrepot.example.com/")]).await;
    for own in ["127.0.0.1:8080", "localhost:8080", "[::1]", "Entrepot.example.com"] {
        let (status, _, _) = call_as(&app, Some(own), "GET", "/api/v1/channels", Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{own}");
    }
    for (other, path) in [
        (Some("rebound.example:8080"), "/api/v1/channels"),
        (Some("rebound.example"), "/api/v1/openapi.json"),
        (Some("rebound.example"), "/nowhere"),
        (None, "/api/v1/channels"),
        // As to a proxy: the target counts as well.
        (Some("127.0.0.1:8080"), "http://rebound.example/api/v1/channels"),
    ] {
        let (status, kind, problem) = call_as(&app, other, "GET", path, Body::empty()).await;
        assert_eq!(
            (status, kind.as_str()),
            (StatusCode::MISDIRECTED_REQUEST, "application/problem+json"),
            "{other:?} {path}"
        );
        assert_eq!(problem["type"], "urn:entrepot:misdirected");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("ENTREPOT_PUBLIC_URL")), "{problem}");
    }
    for open in ["/healthz", "/readyz"] {
        let (status, _, _) = call_as(&app, Some("10.0.0.7:8080"), "GET", open, Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "{open}");
    }
}

/// The same of the real server, on the port it was given.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_knows_its_own_address() {
    let app = App::start(Database::Sqlite).await;
    let serve = Entrepot::new(app.environment.clone()).start(&["serve", "--role", "web"]);
    let address = serve.address().await;
    for (host, status) in [(address.as_str(), "200"), ("rebound.example", "421")] {
        let mut stream = std::net::TcpStream::connect(&address).expect("it listens");
        write!(stream, "GET /api/v1/channels HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
}

/// The document that is served, printed and kept in docs is the same, and names every route.
#[test]
fn the_openapi_document_names_every_resource() {
    let kept =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json")).unwrap_or_default();
    let document: Value = serde_json::from_str(&entrepot_web::openapi_json()).expect("JSON");
    let text = serde_json::to_string_pretty(&document).expect("JSON") + "\n";
    assert!(kept == text, "docs/openapi.json is not what the host says; run `cargo xtask openapi` and commit it");
    let document: Value = serde_json::from_str(&entrepot_web::openapi_json()).expect("JSON");
    for path in [
        "/api/v1/channels",
        "/api/v1/channels/{channel}/runs",
        "/api/v1/products",
        "/api/v1/dead-letters",
        "/api/v1/adapters",
        "/healthz",
        "/readyz",
    ] {
        assert!(document["paths"].get(path).is_some(), "{path}");
    }
}
