//! Operations that requests start: carried on as workers do, until they are over.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entrepot_core::OperationReport;
use entrepot_domain::{OperationId, TenantId};
use entrepot_queue::Outcome;
use serde_json::Value;

use crate::App;
use crate::rest::{HOST, get, send};

/// Asks for an operation; where it is, and the body of the answer.
pub async fn start(app: &App, path: &str, body: &Value) -> (String, Value) {
    let request = Request::post(path).header(header::HOST, HOST).header(header::CONTENT_TYPE, "application/json");
    let answer = send(app, request.body(Body::from(body.to_string())).expect("a request")).await;
    let said = answer.json();
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{path}: {said}");
    let location = answer.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).expect("a location");
    assert_eq!(said["location"], location, "{said}");
    (location.to_owned(), said)
}

/// Asks for an operation and does what workers do; what `GET` says of it in the end.
pub async fn finish(app: &App, path: &str, body: &Value) -> Value {
    let (location, said) = start(app, path, body).await;
    let id = OperationId::from(said["operation"].as_str().expect("an id"));
    carry(app, &app.host.tenant, &id).await;
    get(app, &location).await
}

/// The same, of which nothing but the result counts.
pub async fn result(app: &App, path: &str, body: &Value) -> Value {
    let operation = finish(app, path, body).await;
    assert_eq!((operation["state"].as_str(), operation["error"].is_null()), (Some("done"), true), "{operation}");
    operation["result"].clone()
}

/// Does what workers do until it is over.
pub async fn carry(app: &App, tenant: &TenantId, id: &OperationId) -> OperationReport {
    let (kinds, patience) = (app.host.app.operation_kinds(), Instant::now());
    while let Outcome::Later(wait) = kinds.advance(tenant, id).await.expect("it advances") {
        assert!(patience.elapsed() < Duration::from_secs(90), "it comes to an end");
        tokio::time::sleep(wait.max(Duration::from_millis(5))).await;
    }
    app.host.app.operations.operation(tenant, id.as_str()).await.expect("the operation")
}

/// Waits until some process has brought it as far as `when` says.
pub async fn wait_for(app: &App, id: &str, when: impl Fn(&OperationReport) -> bool) -> OperationReport {
    let patience = Instant::now();
    loop {
        let report = app.host.app.operations.operation(&app.host.tenant, id).await.expect("the operation");
        if when(&report) {
            return report;
        }
        assert!(patience.elapsed() < Duration::from_secs(90), "the operation goes on: {report:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The newest of a kind.
pub async fn newest(app: &App, kind: &str) -> Option<OperationReport> {
    let all = app.host.app.operations.operations(&app.host.tenant, "", 100).await.expect("operations");
    all.into_iter().find(|report| report.kind == kind)
}
