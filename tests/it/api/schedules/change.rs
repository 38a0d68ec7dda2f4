//! Schedules over REST.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_test_support::woocommerce::{Store, serve};
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, SHOP, assert_body, both_engines};
use serde_json::{Value, json};

#[both_engines]
async fn schedules_are_read_and_changed(app: App) {
    let store = Store::empty();
    let server = serve(&store);
    let channel = app.connect(&server.base_url, &store.key()).await;
    let path = format!("/api/v1/channels/{SHOP}/schedules");
    let all = get(&app, &path).await["items"].clone();
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
    assert_eq!(status, StatusCode::OK, "{row}");
    assert_body!("change", row);
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

    let mut problems = Vec::new();
    for (kind, body, wanted, words) in [
        ("hourly", json!({}), StatusCode::NOT_FOUND, "full, delta or stock"),
        ("full", json!({"rule": "often"}), StatusCode::UNPROCESSABLE_ENTITY, "every 15m"),
        ("full", json!({"when": "busy"}), StatusCode::BAD_REQUEST, "unknown field"),
        ("stock", json!({}), StatusCode::UNPROCESSABLE_ENTITY, "woocommerce does not tell stock alone"),
    ] {
        let (status, _, problem) = change(kind, body).await;
        assert_eq!(status, wanted, "{problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{problem}");
        problems.push(problem);
    }
    assert_body!("change_refused", Value::from(problems));
    let runs = format!("/api/v1/channels/{SHOP}/runs");
    for (body, wanted) in [
        (json!({"stock": true}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"stock": true, "since": 1}), StatusCode::BAD_REQUEST),
    ] {
        let (status, _, problem) = call(&app, "POST", &runs, Body::from(body.to_string())).await;
        assert_eq!(status, wanted, "{problem}");
    }
}
