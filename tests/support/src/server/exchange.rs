//! A request as a site sees it, and its answer.

use http::{HeaderMap, Method, StatusCode};
use hyper::body::Bytes;

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    /// As sent, still percent-encoded.
    pub path: String,
    /// As sent, without the question mark.
    pub query: String,
    pub headers: HeaderMap,
    /// Whether it came over TLS.
    pub tls: bool,
    /// Scheme, address and port of the server it came to.
    pub origin: String,
    pub body: Bytes,
}

impl Request {
    /// Path and query as in the request line.
    #[must_use]
    pub fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The query, decoded, in the order sent.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }

    /// One parameter, decoded; the last one wins, as in PHP.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let found = url::form_urlencoded::parse(self.query.as_bytes()).filter(|(key, _)| key == name).last();
        found.map(|(_, value)| value.into_owned())
    }

    /// The same request with one parameter changed or added.
    #[must_use]
    pub fn with_parameter(&self, name: &str, value: &str) -> Self {
        let mut pairs = self.pairs();
        match pairs.iter_mut().find(|(key, _)| key == name) {
            Some(pair) => value.clone_into(&mut pair.1),
            None => pairs.push((name.to_owned(), value.to_owned())),
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Self { query, ..self.clone() }
    }
}

/// An answer: everything but how it is sent, which the faults may change.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    /// In the order sent.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Answer {
    #[must_use]
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: vec![("Content-Type".into(), content_type.into())], body: body.into() }
    }

    #[must_use]
    pub fn html(status: u16, body: &'static str) -> Self {
        Self::new(status, "text/html; charset=UTF-8", body)
    }

    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Sets a header, in place of one of the same name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.headers.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)) {
            Some(header) => header.1 = value,
            None => self.headers.push((name.to_owned(), value)),
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }
}
