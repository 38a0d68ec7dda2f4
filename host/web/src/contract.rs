//! What the OpenAPI document says is what is held: parameters it does not name are refused, bodies are of the kind it names, and every
//! answer that any route may give is in it. A new route has all this by being documented.
// See docs/decisions/0049-openapi-is-enforced.md

mod document;
mod operations;
mod requirements;

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Query, Request, State};
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use crate::body::{Bodies, JSON, media};
use crate::problem::Problem;

pub(crate) use document::complete;
pub(crate) use requirements::{Requirement, requirements};

/// What a browser sends for a page of another origin without asking.
const FORMS: [&str; 3] = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
/// Everything below answers to the document.
const API: &str = "/api/";

pub(crate) struct Contract {
    /// By method and path as the document has them.
    operations: HashMap<(Method, String), Expected>,
    bodies: Arc<Bodies>,
}

/// Of one operation.
struct Expected {
    query: Vec<String>,
    media: Vec<String>,
}

impl Contract {
    pub(crate) fn new(document: &OpenApi, bodies: Arc<Bodies>) -> Self {
        let mut operations = HashMap::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in operations::operations(item) {
                operations.insert((method, path.clone()), Expected::of(operation));
            }
        }
        Self { operations, bodies }
    }

    async fn admit(&self, request: Request) -> Result<Request, Problem> {
        let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
        let Some(expected) = self.operations.get(&(method, path)) else { return Ok(request) };
        if request.uri().path().starts_with(API) {
            expected.check_query(request.uri())?;
        }
        let media = media(request.headers());
        if request.body().is_end_stream() {
            // A form without fields is a form: pages of others send it without being asked whether they may.
            if FORMS.contains(&media.as_str()) && !request.method().is_safe() {
                expected.check_media(&media)?;
            }
            return Ok(request);
        }
        expected.check_media(&media)?;
        let (head, body) = request.into_parts();
        let bytes = self.bodies.receive(body, &media).await?;
        Ok(Request::from_parts(head, Body::from(bytes)))
    }
}

impl Expected {
    fn of(operation: &Operation) -> Self {
        let parameters = operation.parameters.iter().flatten();
        let query = parameters.filter_map(|parameter| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
            _ => None,
        });
        let media = match &operation.request_body {
            Some(RefOr::T(body)) => body.content.keys().cloned().collect(),
            _ => Vec::new(),
        };
        Self { query: query.collect(), media }
    }

    fn check_query(&self, uri: &Uri) -> Result<(), Problem> {
        let Ok(Query(given)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return Err(Problem::bad_request("the query cannot be read; write it as name=value&name=value"));
        };
        let Some((unknown, _)) = given.iter().find(|(name, _)| !self.query.contains(name)) else { return Ok(()) };
        let unknown: String = unknown.chars().take(100).collect();
        let known = if self.query.is_empty() { "none".to_owned() } else { self.query.join(", ") };
        Err(Problem::bad_request(format!("there is no parameter {unknown:?} here; there is: {known}")))
    }

    /// Where no body is wanted, one of JSON is let be. Forms are what pages of others can send without being asked whether they may.
    fn check_media(&self, media: &str) -> Result<(), Problem> {
        let wanted = if self.media.is_empty() { JSON.to_owned() } else { self.media.join(" or ") };
        if wanted.split(" or ").any(|wanted| wanted == media) { Ok(()) } else { Err(Problem::other_media(&wanted)) }
    }
}

/// Of a documented route.
pub(crate) async fn hold(State(contract): State<Arc<Contract>>, request: Request, next: Next) -> Response {
    match contract.admit(request).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Of every route: no text that is given here can hold a NUL, which PostgreSQL keeps in no text.
pub(crate) async fn refuse_nul(request: Request, next: Next) -> Response {
    let holds = |text: &str| text.contains("%00");
    if holds(request.uri().path()) {
        return Problem::nul("the path").into_response();
    }
    if request.uri().query().is_some_and(holds) {
        return Problem::nul("the query").into_response();
    }
    next.run(request).await
}
