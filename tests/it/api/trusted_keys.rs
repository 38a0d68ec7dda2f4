//! Publishers' keys, by the API.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_artifact::SecretKey;
use entrepot_tests::rest::{call, get};
use entrepot_tests::{App, both_engines};
use serde_json::json;

#[both_engines]
async fn keys_are_trusted_and_no_longer(app: App) {
    let key = SecretKey::generate("acme").expect("a key").public();
    let body = json!({"key": key.to_string()}).to_string();
    let (status, _, trusted) = call(&app, "POST", "/api/v1/trusted-keys", Body::from(body)).await;
    assert_eq!((status, trusted["publisher"].as_str()), (StatusCode::CREATED, Some("acme")), "{trusted}");
    let listed = get(&app, "/api/v1/trusted-keys").await;
    assert_eq!((listed[0]["key_id"].as_str(), listed[1].is_null()), (Some(key.id().as_str()), true), "{listed}");
    let at = format!("/api/v1/trusted-keys/{}", key.id());
    assert_eq!(call(&app, "DELETE", &at, Body::empty()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(get(&app, "/api/v1/trusted-keys").await, json!([]));
    assert_eq!(call(&app, "DELETE", &at, Body::empty()).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, _, refused) =
        call(&app, "POST", "/api/v1/trusted-keys", Body::from(json!({"key": "nonsense"}).to_string())).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
}
