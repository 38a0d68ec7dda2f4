//! One request and its answer, as they go over the wire.

use http::header::HeaderMap;
use url::Url;

use crate::body::Body;

/// A request as it goes out: with its credential.
pub(crate) struct Outgoing {
    pub(crate) method: http::Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
}

/// What came back, before secrets are taken out of it.
#[derive(Clone)]
pub(crate) struct RawResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}
