//! Headers that guests may set, and those they get back.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::exchange::Failure;

/// They frame the message, belong to the connection, or say who is asking: the host's to set.
const REFUSED: [&str; 16] = [
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// About the connection or about cookies, which end here.
const DROPPED: [&str; 9] = [
    "alt-svc",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "set-cookie",
    "set-cookie2",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

const MOST: usize = 100;
const MOST_BYTES: usize = 32 * 1024;

pub(crate) fn from_guest(headers: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > MOST || bytes > MOST_BYTES {
        return Err(Failure::denied(format!("more than {MOST} headers or {} KiB of them", MOST_BYTES / 1024)));
    }
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        if REFUSED.contains(&lower.as_str()) || lower.starts_with("proxy-") {
            return Err(Failure::denied(format!("the header `{lower}` is the host's to set")));
        }
        // A name is shown only once it is known to be one.
        let name = HeaderName::from_bytes(lower.as_bytes())
            .map_err(|_| Failure::denied("a header name holds characters that headers cannot have"))?;
        if value.bytes().any(|b| (b < b' ' && b != b'\t') || b == 0x7f) {
            return Err(Failure::denied(format!(
                "the header `{name}` holds a line break or another control character"
            )));
        }
        let value = HeaderValue::from_bytes(value.as_bytes())
            .map_err(|_| Failure::denied(format!("the header `{name}` cannot be sent")))?;
        map.append(name, value);
    }
    Ok(map)
}

/// What the guest gets of an answer's headers, in lower case.
pub(crate) fn to_guest(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !DROPPED.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

/// As counted against the cap: names, values, and `: ` and line end of each.
pub(crate) fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}
