//! Mistakes are problems (RFC 9457) with a stable type.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use entrepot_tests::rest::{HOST, Web, call};
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

/// Whoever asked and whoever reads the log speak of the same request.
#[both_engines]
async fn answers_name_their_request(app: App) {
    let api = Web::of(&app);
    let ask = async |given: Option<&str>| {
        let mut request = Request::get("/api/v1/nothing").header("host", HOST);
        if let Some(given) = given {
            request = request.header("x-request-id", given);
        }
        let answer = api.send(request.body(Body::empty()).expect("a request")).await;
        answer.headers["x-request-id"].to_str().expect("a name").to_owned()
    };
    let (one, other) = (ask(None).await, ask(None).await);
    assert!(one.starts_with("req_") && one != other, "{one} {other}");
    assert_eq!(ask(Some("proxy-7.a:1")).await, "proxy-7.a:1");
    for bad in ["", "two words", "<script>", &"x".repeat(65)] {
        assert!(ask(Some(bad)).await.starts_with("req_"), "{bad}");
    }
}
