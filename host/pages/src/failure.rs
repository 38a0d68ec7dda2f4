//! What did not work, as a page: the words are those of the API.

use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use entrepot_web::{Limited, Problem};

use crate::AppState;
use crate::frame::{Frame, with_status};

pub(crate) struct Failure(pub(crate) Problem);

#[derive(Template)]
#[template(path = "failure.html")]
struct Page {
    frame: Frame,
    title: &'static str,
    detail: String,
    /// It may work when tried again.
    passing: bool,
}

impl<E: Into<Problem>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// What a failed answer says, for the page around it.
#[derive(Clone)]
pub(crate) struct Failed {
    title: &'static str,
    detail: String,
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let failed = Failed { title: self.0.title(), detail: sentence(self.0.detail()) };
        let mut response = failed.page(self.0.status(), Frame::bare(failed.title));
        response.extensions_mut().insert(failed);
        response
    }
}

impl Failed {
    /// With what is around other pages of whoever looks.
    pub(crate) fn page(&self, status: StatusCode, frame: Frame) -> Response {
        let Self { title, detail } = self.clone();
        with_status(status, &Page { frame, title, detail, passing: status.is_server_error() })
    }
}

/// What nothing else is at.
pub(crate) fn routes() -> Router<AppState> {
    Router::new().route("/{*path}", any(nothing_here))
}

/// Browsers get a page, programs a problem.
async fn nothing_here(headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepted.contains("text/html") {
        return Failure(Problem::not_found("there is no page at this address")).into_response();
    }
    Problem::not_found("there is nothing at this address; see /api/v1/openapi.json").into_response()
}

/// Whoever asked for too much is told so, before anything is looked up for them.
pub(crate) async fn refuse_limited(request: Request, next: Next) -> Response {
    match request.extensions().get::<Limited>() {
        Some(limited) => Failure(limited.problem()).into_response(),
        None => next.run(request).await,
    }
}

/// Reasons begin with a small letter, for they stand after a name elsewhere.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut out: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    out.push_str(letters.as_str());
    if !out.is_empty() && !out.ends_with(['.', '!', '?', '…']) {
        out.push('.');
    }
    out
}
