//! Bodies from which a server would take another method or route than the request has.

use std::collections::BTreeMap;

use entrepot_policy::{is_override, override_in_form};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use memchr::memmem;
use serde::de::IgnoredAny;

use crate::exchange::Failure;

/// No rule can allow it: methods and paths are what rules name.
pub(crate) fn check(headers: &HeaderMap, body: Option<&[u8]>) -> Result<(), Failure> {
    let Some(body) = body.filter(|body| !body.is_empty()) else { return Ok(()) };
    let content_type = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    let found = if content_type.contains("json") {
        in_json(body)
    } else if content_type.contains("multipart") {
        in_multipart(body)
    } else {
        override_in_form(body)
    };
    match found {
        Some(name) => Err(Failure::denied(format!(
            "the field `{name}` of the body can say another method or place than the request has, and nobody can grant it"
        ))),
        None => Ok(()),
    }
}

fn in_json(body: &[u8]) -> Option<String> {
    match serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(body) {
        Ok(fields) => fields.into_keys().find(|name| is_override(name.as_bytes())),
        // A list, several documents, or what only a lenient parser reads.
        Err(_) => memmem::find(body, b"\"_method\"").map(|_| "_method".to_owned()),
    }
}

/// Wherever a part could say its name, for parsers differ in where they look.
fn in_multipart(body: &[u8]) -> Option<String> {
    let lower = body.to_ascii_lowercase();
    let named = |at: usize| {
        let rest = lower.get(at + NAME.len()..).unwrap_or_default();
        let rest = rest.trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
        rest.split(|b| b"\"';\r\n".contains(b)).next().unwrap_or_default()
    };
    let found = memmem::find_iter(&lower, NAME).map(named).find(|name| is_override(name));
    found.map(|name| String::from_utf8_lossy(name).chars().take(64).collect())
}

const NAME: &[u8] = b"name=";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_cannot_say_another_method() {
        let denied = |content_type: &str, body: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
            check(&headers, Some(body.as_bytes())).is_err()
        };
        let (form, json) = ("application/x-www-form-urlencoded", "application/json; charset=utf-8");
        for body in
            ["_method=DELETE", "a=b&_METHOD=x", "a;%5fmethod[]=x", "+_method=x", "rest.route=/x", "rest[route=/x"]
        {
            assert!(denied(form, body), "{body}");
        }
        for body in [r#"{"a": 1, "_method": "PUT"}"#, r#"{"\u005fmethod": 1}"#, r#"{"a": 1, "_method": 2,}"#] {
            assert!(denied(json, body), "{body}");
        }
        let part =
            |name: &str| format!("--x\r\nContent-Disposition: form-data; Name={name}\r\n\r\nDELETE\r\n--x--\r\n");
        for name in ["\"_method\"", "_method", "\"_method[]\"; filename=\"a\"", "'rest_route'"] {
            assert!(denied("multipart/form-data; boundary=x", &part(name)), "{name}");
        }
        assert!(!denied("multipart/form-data; boundary=x", &part("\"method\"")));
        assert!(!denied(form, "method=flat&rest=route&a=_method"));
        assert!(!denied(json, r#"{"query": "a&_method=b", "variables": {"_method": 1}}"#));
        // A guest that does not say what it is leaves it to the server.
        assert!(check(&HeaderMap::new(), Some(b"_method=DELETE")).is_err());
        assert!(check(&HeaderMap::new(), None).is_ok());
    }
}
