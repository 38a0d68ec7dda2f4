//! A channel's catalogue as a file, and changes of the channel.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::{HOST, call, get, send};
use entrepot_tests::{App, Operator, both_engines};
use serde_json::{Value, json};

async fn export(app: &App, query: &str) -> entrepot_tests::rest::Answer {
    let request = Request::get(format!("/api/v1/channels/shop/export{query}")).header(header::HOST, HOST);
    send(app, request.body(Body::empty()).expect("a request")).await
}

#[both_engines]
async fn an_export_is_what_the_command_writes(app: App) {
    let store = Store::generate(Seed { products: 620, variable_share: 0.1, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let empty = export(&app, "").await;
    assert_eq!((empty.status, empty.body.len()), (StatusCode::OK, 0));
    assert_eq!(export(&app, "?format=csv").await.body.split(|byte| *byte == b'\n').count(), 2, "the head");
    app.import().await;
    let operator = Operator::of(&app);
    for (query, media, words) in [
        ("", "application/jsonl", vec!["products", "export", "shop"]),
        ("?format=csv", "text/csv; charset=utf-8", vec!["products", "export", "shop", "--format", "csv"]),
    ] {
        let answer = export(&app, query).await;
        assert_eq!((answer.status, answer.media()), (StatusCode::OK, media));
        let text = String::from_utf8(answer.body.to_vec()).expect("UTF-8");
        let written = String::from_utf8(operator.0.run(&words).stdout).expect("UTF-8");
        let differing = text.lines().zip(written.lines()).find(|(one, other)| one != other);
        assert_eq!((text.lines().count(), differing), (written.lines().count(), None), "{query}");
        assert!(text.lines().count() >= 600, "{query}: {}", text.lines().count());
    }
    assert_eq!(export(&app, "?format=xml").await.status, StatusCode::BAD_REQUEST);
    let (status, ..) = call(&app, "GET", "/api/v1/channels/none/export", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[both_engines]
async fn settings_and_secrets_are_changed(app: App) {
    let store = Store::generate(Seed { products: 2, variable_share: 0.0, seed: 9 });
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let change = |body: Value| call(&app, "PATCH", "/api/v1/channels/shop", Body::from(body.to_string()));
    let (status, _, body) = change(json!({"settings": {"price_rounding": "refuse"}})).await;
    assert_eq!((status, body["settings"]["price_rounding"].as_str()), (StatusCode::OK, Some("refuse")), "{body}");
    assert_eq!(body["settings"]["store_url"], server.base_url, "what is not named stays");
    let (status, _, body) = change(json!({"secrets": {"consumer_secret": "cs_another"}})).await;
    assert!(status == StatusCode::OK && !body.to_string().contains("cs_another"), "{body}");
    let (status, ..) = call(&app, "POST", "/api/v1/channels/shop/test", Body::empty()).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY, "the shop knows no such key");
    for (wrong, status) in [
        (json!({}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"settings": {"store_url": "ftp://x"}}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"secrets": {"nobody": "s3cret-word"}}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"setting": {}}), StatusCode::BAD_REQUEST),
    ] {
        let (found, _, body) = change(wrong.clone()).await;
        assert!(found == status && !body.to_string().contains("s3cret-word"), "{wrong}: {found} {body}");
    }
    assert_eq!(get(&app, "/api/v1/channels/shop").await["settings"]["store_url"], server.base_url);
}
