//! `Idempotency-Key`: a request that is sent again is not done again.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use entrepot_domain::TenantId;
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::held::{hold, hold_no_more};
use entrepot_tests::rest::{Answer, HOST, Web, get};
use entrepot_tests::tampering::execute;
use entrepot_tests::{App, both_engines};
use serde_json::{Value, json};

const RUNS: &str = "/api/v1/channels/shop/runs";

fn request(path: &str, key: &str, body: &Value) -> Request<Body> {
    let request = Request::post(path).header(header::HOST, HOST).header("idempotency-key", key);
    request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).expect("a request")
}

async fn post(app: &App, path: &str, key: &str, body: &Value) -> Answer {
    Web::of(app).send(request(path, key, body)).await
}

fn is_replayed(headers: &HeaderMap) -> bool {
    headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

async fn shop(app: &App) -> entrepot_test_support::server::Server {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 5 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    server
}

#[both_engines]
async fn the_same_request_is_done_once_and_answered_alike(app: App) {
    let _server = shop(&app).await;
    let first = post(&app, RUNS, "one", &json!({})).await;
    assert_eq!((first.status, is_replayed(&first.headers)), (StatusCode::ACCEPTED, false), "{}", first.json());
    let run = first.json()["run"].as_str().expect("a run").to_owned();
    app.carry(&run.as_str().into()).await;
    let again = post(&app, RUNS, "one", &json!({})).await;
    assert_eq!((again.status, is_replayed(&again.headers)), (StatusCode::ACCEPTED, true));
    assert_eq!((again.json(), again.media()), (first.json(), first.media()));
    assert_eq!(again.headers.get(header::LOCATION), first.headers.get(header::LOCATION));
    assert_eq!(get(&app, "/api/v1/runs").await["items"].as_array().map(Vec::len), Some(1));

    let other = post(&app, RUNS, "one", &json!({"fresh": true})).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.json());
    assert_eq!(other.problem().as_deref(), Some("urn:entrepot:idempotency-key"));
    let elsewhere = post(&app, "/api/v1/links", "one", &json!({})).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", elsewhere.json());
    let second = post(&app, RUNS, "two", &json!({})).await;
    assert_ne!(second.json()["run"], first.json()["run"], "another key is another request");

    // After a day it stands for nothing.
    app.clock().advance(24 * 3_600_000 + 1);
    app.host.db.forget_idempotency_keys().await.expect("forgotten");
    let late = post(&app, RUNS, "one", &json!({"fresh": true})).await;
    assert_eq!((late.status, is_replayed(&late.headers)), (StatusCode::ACCEPTED, false), "{}", late.json());
}

/// What was refused stays refused, what passes is tried anew, and keys of another tenant are others.
#[both_engines]
async fn refusals_are_kept_and_what_passes_is_not(app: App) {
    let refused = json!({"adapter": "nobody", "name": "shop", "settings": {}});
    let first = post(&app, "/api/v1/channels", "key", &refused).await;
    assert!(first.status.is_client_error() && !is_replayed(&first.headers), "{}", first.json());
    let again = post(&app, "/api/v1/channels", "key", &refused).await;
    assert_eq!((again.status, is_replayed(&again.headers), again.json()), (first.status, true, first.json()));
    execute(&app, "INSERT INTO tenants (id, name, created_at) VALUES ('ten_other', 'other', 0)").await;
    let other = Web::for_tenant(&app, &TenantId::from("ten_other")).await;
    let theirs = other.send(request("/api/v1/channels", "key", &refused)).await;
    assert!(!is_replayed(&theirs.headers));
    for wrong in ["", "a b", &"x".repeat(256)] {
        let answer = post(&app, "/api/v1/channels", wrong, &refused).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong:?}");
        assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("Idempotency-Key")));
    }
}

#[both_engines]
async fn the_same_at_the_same_time_is_under_way(app: App) {
    let _server = shop(&app).await;
    let body = json!({});
    // Nobody writes before this transaction ends, on PostgreSQL; SQLite's writers take turns anyway.
    let answers = futures_util::future::join_all((0..8).map(|_| post(&app, RUNS, "one", &body))).await;
    let accepted = answers.iter().filter(|answer| answer.status == StatusCode::ACCEPTED).count();
    let under_way = answers.iter().filter(|answer| answer.status == StatusCode::CONFLICT);
    for answer in under_way.clone() {
        assert_eq!(answer.problem().as_deref(), Some("urn:entrepot:under-way"));
        assert!(answer.headers.contains_key(header::RETRY_AFTER));
    }
    assert_eq!(accepted + under_way.count(), 8);
    assert!(accepted >= 1);
    assert_eq!(get(&app, "/api/v1/runs").await["items"].as_array().map(Vec::len), Some(1));
}

/// The client hangs up, or the host dies, before there is an answer.
#[both_engines]
async fn who_hung_up_asks_again(app: App) {
    let _server = shop(&app).await;
    let body = json!({});
    if app.host.db.engine() == entrepot_store::Engine::Postgres {
        hold(&app, "INSERT", "runs", "1 = 1").await;
        let gone = tokio::time::timeout(Duration::from_millis(500), post(&app, RUNS, "one", &body)).await;
        assert!(gone.is_err(), "it waits");
        let under_way = post(&app, RUNS, "one", &body).await;
        assert_eq!(under_way.status, StatusCode::CONFLICT);
        hold_no_more(&app, "runs").await;
    } else {
        let gone = tokio::time::timeout(Duration::from_millis(1), post(&app, RUNS, "one", &body)).await;
        drop(gone);
    }
    let patience = std::time::Instant::now();
    loop {
        let answer = post(&app, RUNS, "one", &body).await;
        if answer.status == StatusCode::ACCEPTED {
            break;
        }
        assert!(patience.elapsed() < Duration::from_secs(20), "{}", answer.json());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(get(&app, "/api/v1/runs").await["items"].as_array().map(Vec::len), Some(1));
    // A host that died under way keeps its key for some minutes.
    execute(&app, "UPDATE idempotency_keys SET status = NULL, expires_at = 1").await;
    assert_eq!(post(&app, RUNS, "one", &body).await.status, StatusCode::ACCEPTED);
}

/// A key is shown once, whatever is sent again, and is in no database.
#[both_engines]
async fn what_is_shown_once_is_not_shown_again(app: App) {
    let body = json!({"name": "mine", "scopes": ["catalog:read"]});
    let first = post(&app, "/api/v1/api-keys", "one", &body).await;
    let shown = first.json()["key"].as_str().expect("a key").to_owned();
    let again = post(&app, "/api/v1/api-keys", "one", &body).await;
    assert_eq!((again.status, is_replayed(&again.headers)), (StatusCode::CREATED, true), "{}", again.json());
    assert!(again.json()["key"].is_null() && again.json()["id"] == first.json()["id"], "{}", again.json());
    let kept = app.host.db.tenant(&app.host.tenant).known_request("one").await.expect("answers").expect("kept");
    let secret = shown.rsplit(['_', '.']).next().expect("a part");
    assert!(!String::from_utf8_lossy(&kept.body.unwrap_or_default()).contains(secret));
    let keys = get(&app, "/api/v1/api-keys").await;
    assert_eq!(keys["items"].as_array().map(Vec::len), Some(1), "{keys}");
    let invite = json!({"email": "bob@example.com", "role": "viewer"});
    let invited = post(&app, "/api/v1/members", "two", &invite).await;
    assert_eq!(invited.status, StatusCode::CREATED, "{}", invited.json());
    assert!(is_replayed(&post(&app, "/api/v1/members", "two", &invite).await.headers));
    assert_eq!(app.host.db.mails_to("bob@example.com").await.expect("mails").len(), 1);
}

/// Nobody can say what it was kept for.
#[both_engines]
async fn an_answer_of_a_master_key_that_is_gone_counts_as_none(app: App) {
    let _server = shop(&app).await;
    assert_eq!(post(&app, RUNS, "one", &json!({})).await.status, StatusCode::ACCEPTED);
    execute(&app, "UPDATE idempotency_keys SET request = 'gone' || request").await;
    let again = post(&app, RUNS, "one", &json!({})).await;
    assert_eq!((again.status, is_replayed(&again.headers)), (StatusCode::ACCEPTED, false), "{}", again.json());
    assert!(is_replayed(&post(&app, RUNS, "one", &json!({})).await.headers));
}
