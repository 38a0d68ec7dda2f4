//! Adapters that are tried on a share of the channels, over REST.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, assert_body, both_engines};
use serde_json::json;

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
    assert_eq!(status, StatusCode::OK, "{approved}");
    assert_body!("approve_share", approved);
    let usage = get(&app, &format!("{adapter}/usage?days=7")).await;
    assert_body!("usage_canary", usage);
    let (status, _, promoted) = call(&app, "POST", &format!("{adapter}/promote"), Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    assert_body!("promote", promoted);
    assert_body!("audit", get(&app, &format!("{adapter}/audit")).await);
    for (path, expected) in [
        (format!("{adapter}/usage?days=401"), StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/adapters/nobody/usage".to_owned(), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(call(&app, "GET", &path, Body::empty()).await.0, expected, "{path}");
    }
    assert_eq!(call(&app, "POST", "/api/v1/channels/nobody/release", Body::empty()).await.0, StatusCode::NOT_FOUND);
}
