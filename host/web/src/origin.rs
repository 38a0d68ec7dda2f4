//! From where a browser sends a request.
//!
//! A browser of somebody who is signed in sends their cookie along, and any page that it shows can make it send requests here. The page
//! cannot read the answers, and would not have to. What a browser says of a request, and a page cannot change, is whether it is of the
//! same origin (`Sec-Fetch-Site`, and `Origin` where that is left out): whatever changes something has to be. Programs say nothing of it, and show no cookie.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use url::Url;

use crate::cookie::Cookie;
use crate::problem::Problem;

/// Marketplaces deliver there, and whoever it is, the signature counts.
const STRANGERS: &str = "/hooks/";
const API: &str = "/api/";
const FETCH_SITE: &str = "sec-fetch-site";

/// `public_url`: pages of this host may be shown under it, whatever name a proxy hands on. `others`: whose pages may use the API.
pub(crate) fn same_origin(public_url: &str, others: &[String]) -> CsrfLayer<fn(ProtectionError) -> Response> {
    let open = |_: &Method, uri: &Uri| uri.path().starts_with(STRANGERS);
    let layer = CsrfLayer::new().with_insecure_bypass(open);
    let public = Url::parse(public_url).ok().map(|url| url.origin().ascii_serialization());
    let trusting = public.into_iter().chain(others.iter().cloned());
    let trusting = trusting.fold(layer, |layer, origin| layer.clone().add_trusted_origin(origin).unwrap_or(layer));
    trusting.with_rejection_response(refused)
}

/// What a browser sends by itself, its cookie, counts for pages of this host alone, and has to come with where it is from: a page of
/// another origin that may use the API brings a token of its own, and sends no forms.
pub(crate) async fn own_cookies(
    State(of): State<Arc<(Cookie, Vec<String>)>>,
    request: Request,
    next: Next,
) -> Response {
    let (cookie, others) = of.as_ref();
    let (headers, path) = (request.headers(), request.uri().path());
    if request.method().is_safe() || path.starts_with(STRANGERS) {
        return next.run(request).await;
    }
    if [header::ORIGIN.as_str(), FETCH_SITE].iter().any(|name| says_several(headers, name)) {
        return Problem::foreign_origin().into_response();
    }
    let origin = headers.get(header::ORIGIN);
    let is_others =
        origin.and_then(|origin| origin.to_str().ok()).is_some_and(|origin| others.iter().any(|o| o == origin));
    let by_cookie = cookie.is_shown(headers) && !headers.contains_key(header::AUTHORIZATION);
    let says_nothing = origin.is_none() && !headers.contains_key(FETCH_SITE);
    if is_others && (by_cookie || !path.starts_with(API)) {
        return Problem::foreign_origin().into_response();
    }
    if by_cookie && says_nothing {
        return Problem::of_no_origin().into_response();
    }
    next.run(request).await
}

/// A browser says it once. Of several that differ nobody knows which one counts.
fn says_several(headers: &HeaderMap, name: &str) -> bool {
    let mut said = headers.get_all(name).iter();
    let first = said.next();
    said.any(|other| Some(other) != first)
}

fn refused(_: ProtectionError) -> Response {
    Problem::foreign_origin().into_response()
}
