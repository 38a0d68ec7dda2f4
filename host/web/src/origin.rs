//! From where a browser sends a request.
//!
//! A browser of somebody who is signed in sends their cookie along, and any page that it shows can make it send requests here. The page
//! cannot read the answers, and would not have to. What a browser says of a request, and a page cannot change, is whether it is of the
//! same origin (`Sec-Fetch-Site`, and `Origin` where that is left out): whatever changes something has to be. Programs say nothing of it.

use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use url::Url;

use crate::problem::Problem;

/// Marketplaces deliver there, and whoever it is, the signature counts.
const STRANGERS: &str = "/hooks/";

/// `public_url`: pages of this host may be shown under it, whatever name a proxy hands on. `others`: whose pages may use the API.
pub(crate) fn same_origin(public_url: &str, others: &[String]) -> CsrfLayer<fn(ProtectionError) -> Response> {
    let open = |_: &Method, uri: &Uri| uri.path().starts_with(STRANGERS);
    let layer = CsrfLayer::new().with_insecure_bypass(open);
    let public = Url::parse(public_url).ok().map(|url| url.origin().ascii_serialization());
    let trusting = public.into_iter().chain(others.iter().cloned());
    let trusting = trusting.fold(layer, |layer, origin| layer.clone().add_trusted_origin(origin).unwrap_or(layer));
    trusting.with_rejection_response(refused)
}

fn refused(_: ProtectionError) -> Response {
    Problem::foreign_origin().into_response()
}
