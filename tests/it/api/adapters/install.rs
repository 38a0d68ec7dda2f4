//! `POST /adapters`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::call;
use entrepot_tests::{App, adapters_folder, assert_body, both_engines};

#[both_engines]
async fn an_installed_adapter_waits_for_approval(app: App) {
    let wasm = std::fs::read(adapters_folder().join("woocommerce.wasm")).expect("the adapter");
    let (status, _, installed) = call(&app, "POST", "/api/v1/adapters", Body::from(wasm)).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_body!("install", installed);
    let (status, _, problem) = call(&app, "POST", "/api/v1/adapters", Body::from("hello")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_body!("install_refused", problem);
}
