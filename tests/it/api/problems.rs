//! Mistakes are problems (RFC 9457) with a stable type.

use axum::body::Body;
use axum::http::StatusCode;
use entrepot_tests::rest::call;
use entrepot_tests::{App, assert_body, both_engines};
use serde_json::Value;

#[both_engines]
async fn mistakes_are_problems_with_a_stable_type(app: App) {
    let mut problems = Vec::new();
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
        problems.push(problem);
    }
    assert_body!("problems", Value::from(problems));
    let (status, _, _) = call(&app, "GET", "/readyz", Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
}
