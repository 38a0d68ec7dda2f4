//! Requests and what their answers mean.

use crate::bindings::exchange::{Method, Request, Response};
use crate::bindings::types::Error;
use crate::text::excerpt;

/// A GET request that grows; `into()` makes it the host's.
///
/// ```
/// use entrepot_guest::http::Get;
/// let request = Get::new("https://shop.example/api").query("name", "a b&c").request();
/// assert_eq!(request.url, "https://shop.example/api?name=a%20b%26c");
/// ```
#[derive(Clone, Debug)]
pub struct Get {
    url: String,
    headers: Vec<(String, String)>,
    credential: Option<String>,
}

impl Get {
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), headers: Vec::new(), credential: None }
    }

    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        percent_encode(name, "", &mut self.url);
        self.url.push('=');
        percent_encode(value, ",", &mut self.url);
        self
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Which of the rule's credentials the host should add.
    #[must_use]
    pub fn credential(mut self, name: &str) -> Self {
        self.credential = Some(name.to_owned());
        self
    }

    pub fn request(self) -> Request {
        Request { method: Method::Get, url: self.url, headers: self.headers, body: None, credential: self.credential }
    }
}

/// A POST request with a JSON body.
pub fn post_json(url: impl Into<String>, body: Vec<u8>) -> Request {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Request { method: Method::Post, url: url.into(), headers, body: Some(body), credential: None }
}

/// RFC 3986: all but unreserved characters, and those of `keep`, are encoded.
pub fn percent_encode(text: &str, keep: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.as_bytes().contains(&byte) {
            into.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            into.push('%');
            into.push(char::from(HEX[usize::from(byte >> 4)]));
            into.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// A header's value; names are in lower case.
pub fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The answer if its status is 2xx, else what the status means. A marketplace whose error bodies say more looks at them first.
pub fn classify(response: Response) -> Result<Response, Error> {
    match failure(&response) {
        None => Ok(response),
        Some(error) => Err(error),
    }
}

/// What a status other than 2xx means.
pub fn failure(response: &Response) -> Option<Error> {
    let said = || {
        let words = excerpt(&response.body, 80);
        let status = response.status;
        if words.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {words}") }
    };
    Some(match response.status {
        200..=299 => return None,
        401 | 403 => Error::Unauthorized(said()),
        404 | 410 => Error::NotFound,
        429 => Error::RateLimited(response.retry_after),
        503 if response.retry_after.is_some() => Error::RateLimited(response.retry_after),
        408 | 425 | 500..=599 => Error::Unavailable(said()),
        _ => Error::Other(said()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<u64>) -> Response {
        Response {
            status,
            headers: vec![("x-wp-total".into(), "7".into())],
            body: b"<p>Sorry</p>".to_vec(),
            retry_after,
        }
    }

    #[test]
    fn statuses_mean_what_the_host_can_act_on() {
        assert!(classify(answer(200, None)).is_ok());
        assert_eq!(failure(&answer(401, None)), Some(Error::Unauthorized("HTTP 401: Sorry".into())));
        assert_eq!(failure(&answer(404, None)), Some(Error::NotFound));
        assert_eq!(failure(&answer(429, Some(9))), Some(Error::RateLimited(Some(9))));
        assert_eq!(failure(&answer(503, Some(9))), Some(Error::RateLimited(Some(9))));
        for status in [408, 425, 500, 502, 503, 508, 520] {
            assert!(matches!(failure(&answer(status, None)), Some(Error::Unavailable(_))), "{status}");
        }
        assert!(matches!(failure(&answer(400, None)), Some(Error::Other(_))));
        assert_eq!(header(&answer(200, None), "x-wp-total"), Some("7"));
    }

    #[test]
    fn queries_are_encoded() {
        let url = Get::new("https://a/?x=1").query("include", "1,2").query("q", "ä/+").request().url;
        assert_eq!(url, "https://a/?x=1&include=1,2&q=%C3%A4%2F%2B");
    }
}
