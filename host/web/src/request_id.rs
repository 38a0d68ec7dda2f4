//! A name for each request, so that whoever asked and whoever reads the log speak of the same one.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use entrepot_domain::{Clock, Id, RequestId};
use tracing::Instrument;

pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const MAX_LEN: usize = 64;

/// Answers name it in `X-Request-Id`, and every log line of the request has it as `request_id`. One that came with the request is kept: a
/// proxy in front has written it down already.
pub(crate) async fn identify(State(clock): State<Clock>, request: Request, next: Next) -> Response {
    let id = given(request.headers()).unwrap_or_else(|| fresh(&clock));
    let span = tracing::error_span!("request", otel.kind = "server", request_id = id.to_str().unwrap_or_default());
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(HEADER, id);
    response
}

/// What could be mistaken for something else in a log is not taken over.
fn given(headers: &HeaderMap) -> Option<HeaderValue> {
    let given = headers.get(HEADER)?;
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
    let bytes = given.as_bytes();
    (!bytes.is_empty() && bytes.len() <= MAX_LEN && bytes.iter().all(is_plain)).then(|| given.clone())
}

fn fresh(clock: &Clock) -> HeaderValue {
    let id = RequestId::make(clock.now());
    HeaderValue::from_str(id.as_str()).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}
