//! `GET /adapters/{adapter}`

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, assert_body, both_engines};

#[both_engines]
async fn an_adapter_is_shown_with_its_grant(app: App) {
    app.install().await;
    assert_body!("get", get(&app, "/api/v1/adapters/woocommerce").await);
    let (status, _, problem) = call(&app, "GET", "/api/v1/adapters/nobody", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_body!("get_unknown", problem);
}
