//! Headers that guests may set, and those they get back.

use entrepot_policy::forbidden_header;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::exchange::Failure;

/// Said to the host, and sent to nobody: the request only reads, whatever its method.
pub(crate) const REPEATABLE: &str = "entrepot-repeatable";

/// Said by the host, beside an answer that refuses a signature: what its clock and that of the answers say.
pub(crate) const CLOCKS: &str = "entrepot-clocks";

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

const MAX_HEADERS: usize = 100;
const MAX_NAME_LEN: usize = 100;
const MAX_BYTES: usize = 32 * 1024;

/// Refuses what nobody may set. Whether a rule lets the others through is asked hop by hop.
pub(crate) fn from_guest(headers: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_BYTES {
        return Err(Failure::denied(format!("more than {MAX_HEADERS} headers or {} KiB of them", MAX_BYTES / 1024)));
    }
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        if lower == REPEATABLE {
            continue;
        }
        // A name is shown only once it is known to be one.
        let name = HeaderName::from_bytes(lower.as_bytes())
            .map_err(|_| Failure::denied("a header name holds characters that headers cannot have"))?;
        if lower.len() > MAX_NAME_LEN {
            return Err(Failure::denied(format!("a header name has more than {MAX_NAME_LEN} bytes")));
        }
        if let Some(why) = forbidden_header(&lower) {
            return Err(Failure::denied(format!("the header `{name}` {why}")));
        }
        if value.bytes().any(|b| (b < b' ' && b != b'\t') || b == 0x7f) {
            return Err(Failure::denied(format!(
                "the header `{name}` holds a line break or another control character"
            )));
        }
        // What the body is taken for has to be what was looked for in it.
        if name == CONTENT_TYPE && map.contains_key(CONTENT_TYPE) {
            return Err(Failure::denied("there is more than one content-type"));
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
