//! What goes in and what comes out.

use thiserror::Error;

#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Upper case: `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: String,
    /// Absolute.
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Vec<u8>>,
    /// Name of one of the rule's credentials. `None`: the first that the scheme allows.
    pub credential: Option<String>,
}

impl Request {
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: "GET".to_owned(), url: url.into(), ..Self::default() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Names in lower case; one entry for each line, in the order received.
    pub headers: Vec<(String, String)>,
    /// Decompressed, without secrets.
    pub body: Vec<u8>,
    /// What Retry-After asked for, from now.
    pub retry_after_ms: Option<u64>,
}

impl Response {
    /// The first header of that name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there was no answer. The texts hold neither queries nor secrets and may be shown to the guest and the seller.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// The host refused. The same request will be refused again.
    #[error("{0}")]
    Denied(String),
    /// Worth another try later.
    #[error("{0}")]
    Unavailable(String),
    /// The same again would end alike: an answer too large or in a form that was not asked for, a certificate that is none.
    #[error("{0}")]
    Unusable(String),
    /// The channel's rate limit does not allow another request now. Milliseconds to wait, when known.
    #[error("the marketplace asked to wait{}", .0.map(|ms| format!(" {} s", ms.div_ceil(1000))).unwrap_or_default())]
    RateLimited(Option<u64>),
}

impl Failure {
    pub(crate) fn denied(why: impl ToString) -> Self {
        Self::Denied(why.to_string())
    }

    pub(crate) fn unusable(why: impl ToString) -> Self {
        Self::Unusable(why.to_string())
    }

    pub(crate) fn unavailable(why: impl ToString) -> Self {
        Self::Unavailable(why.to_string())
    }
}
