//! Which pages of other origins may use the API: none, unless an operator names them.

use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{idempotency, rate_limit, request_id};

const API: &str = "/api/";
const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// Without cookies: such a page has to have a token of its own. None: no origin is named.
pub(crate) fn layer(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let shown: [HeaderName; 6] = [
        header::LOCATION,
        header::RETRY_AFTER,
        request_id::HEADER,
        rate_limit::LIMIT,
        rate_limit::POLICY,
        idempotency::REPLAYED,
    ];
    // Marketplaces deliver elsewhere, and browsers come back elsewhere.
    let may =
        move |origin: &HeaderValue, request: &Parts| request.uri.path().starts_with(API) && origins.contains(origin);
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(may))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, idempotency::HEADER, request_id::HEADER])
        .expose_headers(shown)
        .max_age(REMEMBERED);
    Some(layer)
}
