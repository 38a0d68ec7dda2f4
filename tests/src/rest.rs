//! Requests to a host's REST API. Every answer is held against the OpenAPI document.

use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::Response;
use entrepot_domain::TenantId;
use entrepot_server::host::Host;
use entrepot_web::{ClientLimits, HookLimits, Hosts};
use serde_json::Value;
use tower::ServiceExt;

use crate::{App, principal};

pub const HOST: &str = "127.0.0.1:8080";

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&entrepot_web::openapi_json()).expect("a document"));

/// One method of one path, as documented.
pub struct Operation {
    pub method: Method,
    pub path: &'static str,
    document: &'static Value,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        Self { status: head.status, headers: head.headers, body }
    }

    pub fn media(&self) -> &str {
        self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The `type` of the problem, if it is one as it has to be.
    pub fn problem(&self) -> Option<String> {
        let body = self.json();
        let whole = ["title", "detail"].iter().all(|name| body[name].as_str().is_some_and(|text| !text.is_empty()))
            && body["status"].as_u64() == Some(self.status.as_u16().into());
        let kind = body["type"].as_str().filter(|kind| kind.starts_with("urn:entrepot:"))?;
        (whole && self.media() == "application/problem+json").then(|| kind.to_owned())
    }
}

pub fn operations() -> Vec<Operation> {
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
    pub fn address(&self, part: &str) -> String {
        let parts = self.path.split('/').map(|name| if name.starts_with('{') { part } else { name });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Of the body; none: there is no body.
    pub fn media(&self) -> Option<&'static str> {
        self.document["requestBody"]["content"].as_object()?.keys().next().map(String::as_str)
    }

    /// Names of what a body of JSON may have, and its schema.
    pub fn properties(&self) -> Vec<(&'static str, &'static Value)> {
        let schema = &self.document["requestBody"]["content"]["application/json"]["schema"];
        let known =
            schema["$ref"].as_str().and_then(|name| DOCUMENT.pointer(name.trim_start_matches('#'))).unwrap_or(schema);
        known["properties"].as_object().into_iter().flatten().map(|(name, schema)| (name.as_str(), schema)).collect()
    }

    /// Of what whoever asks has to show, the alternatives.
    pub fn security(&self) -> &'static [Value] {
        self.document["security"].as_array().map_or(&[], Vec::as_slice)
    }

    pub fn is_health(&self) -> bool {
        !self.path.starts_with("/api/")
    }

    /// Of parameters of the query.
    pub fn query(&self) -> Vec<&'static str> {
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
pub fn hold(method: &Method, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_prefix("http://").and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(path);
    if let Some(fault) = documented(method, path).and_then(|operation| operation.fault(answer)) {
        panic!("{method} {path} answered {}, and {fault}: {:?}", answer.status, answer.body);
    }
}

/// All that a host serves.
fn whole(host: &Host, hosts: Hosts, hooks: HookLimits, clients: ClientLimits) -> Router {
    let (cases, public_url) = (host.app.clone(), hosts.public_url().to_owned());
    let pages = move |visitors| entrepot_pages::router(cases, visitors, &public_url);
    entrepot_web::router(host.app.clone(), pages, hosts, hooks, clients)
}

/// The same for tests with limits of their own. Whoever shows nothing is somebody who may everything; see [`crate::principal`].
pub fn router(host: &Host, hosts: Hosts, hooks: HookLimits, clients: ClientLimits) -> Router {
    principal::signed_in(whole(host, hosts, hooks, clients), &host.tenant)
}

/// A host in this process. Making one takes some milliseconds.
pub struct Web(Router);

impl Web {
    /// Of which all requests that show nothing are somebody's who may everything; see [`crate::principal`].
    pub fn of(app: &App) -> Self {
        Self(principal::signed_in(Self::anonymous(app).0, &app.host.tenant))
    }

    /// The same for that tenant.
    pub async fn for_tenant(app: &App, tenant: &TenantId) -> Self {
        Self::with(app, tenant, Vec::new(), ClientLimits::default()).await
    }

    /// With pages of other origins, and limits, of the test's own.
    pub async fn with(app: &App, tenant: &TenantId, origins: Vec<String>, clients: ClientLimits) -> Self {
        principal::prepare(&app.host, tenant).await;
        Self(principal::signed_in(Self::unnamed(app, origins, clients).0, tenant))
    }

    /// Requests show who asks, or nothing.
    pub fn anonymous(app: &App) -> Self {
        Self::unnamed(app, Vec::new(), ClientLimits::default())
    }

    fn unnamed(app: &App, origins: Vec<String>, clients: ClientLimits) -> Self {
        let config = &app.host.config;
        let hosts = Hosts::new(config.listen, &config.public_url).with_origins(origins);
        let hosts = hosts.with_billing_secret(config.billing_secret.clone());
        let hooks = HookLimits { per_minute: 100_000, ..HookLimits::default() };
        Self(whole(&app.host, hosts, hooks, clients))
    }

    /// For answers that are read as they come.
    pub fn router(&self) -> Router {
        self.0.clone()
    }

    /// One request. The answer is held against the document.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().to_string());
        let answer = Answer::of(self.0.clone().oneshot(request).await.expect("an answer")).await;
        hold(&method, &path, &answer);
        answer
    }
}

pub async fn send(app: &App, request: Request<Body>) -> Answer {
    Web::of(app).send(request).await
}

pub async fn call(app: &App, method: &str, path: &str, body: Body) -> (StatusCode, String, Value) {
    call_as(app, Some(HOST), method, path, body).await
}

/// `host`: whom the request is addressed to.
pub async fn call_as(
    app: &App,
    host: Option<&str>,
    method: &str,
    path: &str,
    body: Body,
) -> (StatusCode, String, Value) {
    let media = if path == "/api/v1/adapters" { "application/wasm" } else { "application/json" };
    let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, media);
    if let Some(host) = host {
        request = request.header(header::HOST, host);
    }
    let answer = send(app, request.body(body).expect("a request")).await;
    (answer.status, answer.media().to_owned(), answer.json())
}

pub async fn get(app: &App, path: &str) -> Value {
    let (status, _, body) = call(app, "GET", path, Body::empty()).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}
