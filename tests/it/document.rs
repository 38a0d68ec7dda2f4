//! The OpenAPI document as the measure: what is answered has to stand in it.

use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use entrepot_tests::App;
use entrepot_web::{ClientLimits, HookLimits, Hosts};
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const HOST: &str = "127.0.0.1:8080";

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&entrepot_web::openapi_json()).expect("a document"));

/// One method of one path, as documented.
pub(crate) struct Operation {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    document: &'static Value,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        Self { status: head.status, headers: head.headers, body }
    }

    pub(crate) fn media(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The `type` of the problem, if it is one as it has to be.
    pub(crate) fn problem(&self) -> Option<String> {
        let body = self.json();
        let whole = ["title", "detail"].iter().all(|name| body[name].as_str().is_some_and(|text| !text.is_empty()))
            && body["status"].as_u64() == Some(self.status.as_u16().into());
        let kind = body["type"].as_str().filter(|kind| kind.starts_with("urn:entrepot:"))?;
        (whole && self.media() == "application/problem+json").then(|| kind.to_owned())
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, item)| {
        item.as_object().expect("an item").iter().filter_map(move |(method, document)| {
            let method = method.to_uppercase().parse().ok().filter(|_| document["responses"].is_object())?;
            Some(Operation { method, path, document })
        })
    });
    all.collect()
}

impl Operation {
    /// Every part of the path is `part`.
    pub(crate) fn address(&self, part: &str) -> String {
        let parts = self.path.split('/').map(|name| if name.starts_with('{') { part } else { name });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Of the body; none: there is no body.
    pub(crate) fn media(&self) -> Option<&'static str> {
        self.document["requestBody"]["content"].as_object()?.keys().next().map(String::as_str)
    }

    /// Names of what a body of JSON may have, and its schema.
    pub(crate) fn properties(&self) -> Vec<(&'static str, &'static Value)> {
        let schema = &self.document["requestBody"]["content"]["application/json"]["schema"];
        let known =
            schema["$ref"].as_str().and_then(|name| DOCUMENT.pointer(name.trim_start_matches('#'))).unwrap_or(schema);
        known["properties"].as_object().into_iter().flatten().map(|(name, schema)| (name.as_str(), schema)).collect()
    }

    pub(crate) fn is_health(&self) -> bool {
        !self.path.starts_with("/api/")
    }

    /// Of parameters of the query.
    pub(crate) fn query(&self) -> Vec<&'static str> {
        let parameters = self.document["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        parameters.iter().filter(|p| p["in"] == "query").filter_map(|p| p["name"].as_str()).collect()
    }

    /// What is wrong with the answer; by the document it cannot be.
    fn fault(&self, answer: &Answer) -> Option<String> {
        let documented = &self.document["responses"][answer.status.as_str()];
        if !documented.is_object() {
            return Some(format!("{} is not documented", answer.status));
        }
        let media = answer.media().split(';').next().unwrap_or_default();
        let content = documented["content"].as_object();
        match content {
            Some(content) if !content.contains_key(media) => return Some(format!("{media:?} is not documented")),
            None if !answer.body.is_empty() && !self.is_health() => return Some("it has a body".to_owned()),
            _ => {}
        }
        let failed = answer.status.is_client_error() || answer.status.is_server_error();
        (failed && media != "text/plain" && answer.problem().is_none()).then(|| "it is no problem+json".to_owned())
    }
}

fn documented(method: &Method, path: &str) -> Option<Operation> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |operation: &Operation| {
        let known: Vec<&str> = operation.path.split('/').collect();
        known.len() == parts.len()
            && known.iter().zip(&parts).all(|(known, part)| known.starts_with('{') || known == part)
    };
    let mut all: Vec<Operation> =
        operations().into_iter().filter(|operation| operation.method == method && fits(operation)).collect();
    // A name that is written out goes before one that may be anything.
    all.sort_by_key(|operation| operation.path.matches('{').count());
    all.into_iter().next()
}

/// Holds an answer against the document.
pub(crate) fn hold(method: &Method, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_prefix("http://").and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(path);
    if let Some(fault) = documented(method, path).and_then(|operation| operation.fault(answer)) {
        panic!("{method} {path} answered {}, and {fault}: {:?}", answer.status, answer.body);
    }
}

/// A host in this process. Making one takes some milliseconds.
pub(crate) struct Web(Router);

impl Web {
    pub(crate) fn of(app: &App) -> Self {
        let config = &app.host.config;
        let hosts = Hosts::new(config.listen, &config.public_url);
        let (hooks, clients) = (HookLimits { per_minute: 100_000, ..HookLimits::default() }, ClientLimits::default());
        Self(entrepot_web::router(app.host.app.clone(), app.host.tenant.clone(), hosts, hooks, clients))
    }

    /// One request. The answer is held against the document.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().to_string());
        let answer = Answer::of(self.0.clone().oneshot(request).await.expect("an answer")).await;
        hold(&method, &path, &answer);
        answer
    }
}

pub(crate) async fn send(app: &App, request: Request<Body>) -> Answer {
    Web::of(app).send(request).await
}
