//! Is an answer something else than what was asked for, as the host can tell?
//!
//! Where a request accepts JSON alone, a web page or half a text is some cache, firewall or broken process speaking, and the next try
//! may meet the shop. What the adapter might still read, warnings around the JSON for one, is its own to judge.

use serde::de::IgnoredAny;

use crate::exchange::{Request, Response};

/// Parsing more takes too long here; its two ends are looked at.
const PARSED: usize = 4 << 20;
/// Where the beginning of a page is looked for.
const HEAD: usize = 512;

pub(crate) fn is_something_else(request: &Request, answer: &Response) -> bool {
    if request.method != "GET" || !accepts_json_alone(request) || matches!(answer.status, 204 | 205) {
        return false;
    }
    let body = answer.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&answer.body).trim_ascii();
    match body {
        [] => true,
        [b'<', ..] => is_page(body),
        [b'{' | b'[', ..] => is_cut_off(body),
        _ => false,
    }
}

fn accepts_json_alone(request: &Request) -> bool {
    let mut accepted = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("accept"));
    let json = |media: &str| {
        let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media == "application/json" || media.ends_with("+json")
    };
    accepted.next().is_some_and(|(_, value)| value.split(',').all(json)) && accepted.next().is_none()
}

fn is_page(body: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&body[..body.len().min(HEAD)]).to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| head.contains(tag))
}

fn is_cut_off(body: &[u8]) -> bool {
    if body.len() > PARSED {
        return !matches!((body.first(), body.last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')));
    }
    serde_json::from_slice::<IgnoredAny>(body).is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_other(accept: &str, body: &str) -> bool {
        let headers = vec![("Accept".to_owned(), accept.to_owned())];
        let answer = Response { status: 200, headers: Vec::new(), body: body.into(), retry_after_ms: None };
        is_something_else(&Request { headers, ..Request::get("https://a/") }, &answer)
    }

    #[test]
    fn pages_and_halves_where_data_was_asked_for() {
        let page = "\u{feff} <!DOCTYPE html>\n<html><title>Wartung</title></html>";
        for body in [page, "<HTML></HTML>", "", " \n", "{\"a\":", "[{\"a\":1},{\"b\"", "[1,2", "{\"a\":\"tex"] {
            assert!(is_other("application/json", body), "{body}");
            assert!(is_other("application/vnd.api+json; charset=utf-8", body), "{body}");
            assert!(!is_other("application/json, */*;q=0.1", body), "{body}");
            assert!(!is_other("text/html", body), "{body}");
        }
        let warned = "<br />\n<b>Warning</b>: x in <b>/a.php</b><br />\n[1]";
        for body in ["{}", "[]", " [1] ", "null", "\"a\"", warned, "Notice: x\n{}", "{\"a\":1}<!-- cached -->", "{a:1}"]
        {
            assert!(!is_other("application/json", body), "{body}");
        }
    }

    #[test]
    fn large_texts_by_their_ends() {
        let items = "{\"id\":1},".repeat(600_000);
        assert!(!is_other("application/json", &format!("[{items}{{}}]")));
        assert!(is_other("application/json", &format!("[{items}{{}}")));
    }
}
