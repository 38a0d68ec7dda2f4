//! Starting a run over REST.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_test_support::woocommerce::{Seed, Store, serve};
use entrepot_tests::rest::{call, send};
use entrepot_tests::{App, SHOP, assert_body, both_engines};
use serde_json::Value;

fn store() -> Store {
    Store::generate(Seed { products: 6, variable_share: 0.0, seed: 3 })
}

#[both_engines]
async fn a_run_needs_no_body_and_the_document_says_so(app: App) {
    let store = store();
    let server = serve(&store);
    app.connect(&server.base_url, &store.key()).await;
    let (status, _, started) = call(&app, "POST", &format!("/api/v1/channels/{SHOP}/runs"), Body::empty()).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_body!("start", started);
    let document: Value = serde_json::from_str(&entrepot_web::openapi_json()).expect("JSON");
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let Some(body) = operation.get("requestBody") else { continue };
            let filled = path
                .replace("{adapter}", "a")
                .replace("{channel}", "c")
                .replace("{batch}", "b")
                .replace("{kind}", "full");
            let media =
                body["content"].as_object().and_then(|content| content.keys().next().cloned()).unwrap_or_default();
            let request = Request::builder()
                .method(method.to_uppercase().as_str())
                .uri(&filled)
                .header(header::HOST, "127.0.0.1");
            let request = request.header(header::CONTENT_TYPE, media).body(Body::empty()).expect("a request");
            let answer = send(&app, request).await;
            if body["required"] == true {
                assert!(answer.status.is_client_error(), "{method} {path}: {}", answer.status);
            } else {
                let said = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
                assert!(!said.contains("a body of JSON is needed"), "{method} {path}: {said}");
            }
        }
    }
}
