//! What Shopify says when it does not answer: by status, by `errors`, and by a wait.

use entrepot_guest::prelude::*;
use entrepot_plugin_shopify::catalog::fetch_page;
use serde_json::json;

use crate::shop::{Run, channel, read, request, shop, status};

fn refused(answer: impl Fn() -> Response) -> Error {
    let host = shop(move |_, _| answer());
    match Run::full(&host) {
        Err(error) => error,
        Ok(run) => panic!("{run:?}"),
    }
}

fn errors(code: &str) -> Error {
    let body = json!({"errors": [{"message": "Sorry", "extensions": {"code": code}}]}).to_string();
    refused(|| status(200, body.clone()))
}

#[test]
fn statuses_say_what_to_do() {
    for (code, word) in [(401, "Connect the shop again"), (403, "scope"), (404, "no such shop")] {
        match refused(|| status(code, r#"{"errors":"No"}"#)) {
            Error::Unauthorized(message) => assert!(message.contains(word) && message.contains("No"), "{message}"),
            other => panic!("{code}: {other:?}"),
        }
    }
    for (code, word) in [(402, "frozen"), (423, "locked"), (430, "protection"), (540, "disabled"), (504, "504")] {
        match refused(|| status(code, "<html><body>Sorry</body></html>")) {
            Error::Unavailable(message) => assert!(message.contains(word), "{message}"),
            other => panic!("{code}: {other:?}"),
        }
    }
}

/// `errors` may be a bare text.
#[test]
fn an_invalid_token_is_no_outage() {
    let body = r#"{"errors":"[API] Invalid API key or access token (unrecognized login or wrong password)"}"#;
    let text = read("responses/invalid-token-errors-is-a-string.json").unwrap_or_else(|| body.to_owned());
    for code in [200, 401] {
        let error = refused(|| status(code, text.clone()));
        assert!(matches!(error, Error::Unauthorized(ref message) if message.contains("Connect")), "{code}: {error:?}");
    }
}

/// Throttling is HTTP 200 with a code and no data; only other limits are 429.
#[test]
fn throttling_is_a_200() {
    let made = r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":752,
        "actualQueryCost":null,"throttleStatus":{"maximumAvailable":1000.0,"currentlyAvailable":666,"restoreRate":50.0}}}}"#;
    let text = read("responses/throttled-http200.json").unwrap_or_else(|| made.to_owned());
    // (752 - 666) / 50 seconds.
    assert_eq!(refused(|| status(200, text.clone())), Error::RateLimited(Some(1_720)));
    let poor = r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}"#;
    assert_eq!(refused(|| status(200, poor)), Error::RateLimited(Some(2_000)), "without numbers: a guess, not nothing");
    let full = made.replace("666", "800");
    assert_eq!(refused(|| status(200, full.clone())), Error::RateLimited(Some(1_000)), "at least a second");
    let odd = made.replace("50.0", "0").replace("752", "1e300");
    assert_eq!(refused(|| status(200, odd.clone())), Error::RateLimited(Some(3_600_000)), "nonsense ends somewhere");
}

/// Seconds, as the host reads `Retry-After`; the guest does not count them as milliseconds.
#[test]
fn other_limits_are_429_with_seconds() {
    let answer = || Response { retry_after: Some(4_000), ..status(429, r#"{"errors":"Exceeded 2 calls per second"}"#) };
    assert_eq!(refused(answer), Error::RateLimited(Some(4_000)));
    assert_eq!(refused(|| status(429, "")), Error::RateLimited(None));
}

#[test]
fn codes_say_what_to_do() {
    assert!(matches!(errors("ACCESS_DENIED"), Error::Unauthorized(message) if message.contains("scope")));
    assert!(matches!(errors("INTERNAL_SERVER_ERROR"), Error::Unavailable(_)));
    assert!(matches!(errors("SHOP_INACTIVE"), Error::Unavailable(message) if message.contains("inactive")));
    assert!(matches!(errors("MAX_COST_EXCEEDED"), Error::Unavailable(message) if message.contains("expensive")));
    assert!(matches!(errors("undefinedField"), Error::Other(message) if message.contains("Sorry")));
}

/// What comes beside an error is not known to be all: a null under it is no deletion.
#[test]
fn data_beside_errors_is_not_used() {
    let body = json!({"data": {"shop": {"currencyCode": "EUR"}, "locations": null},
        "errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}, "path": ["locations"]}]});
    assert!(matches!(refused(|| status(200, body.to_string())), Error::Unavailable(_)));
}

#[test]
fn what_is_no_answer_is_tried_again() {
    for body in ["", "<html>Bad gateway</html>", "{\"data\":{\"shop\":{\"curr", "{}", "{\"data\":null}", "[]", "null"] {
        assert!(matches!(refused(|| status(200, body)), Error::Unavailable(_)), "{body:?}");
    }
    let no_currency = json!({"data": {"shop": {}, "locations": {"nodes": []}}}).to_string();
    assert!(matches!(refused(|| status(200, no_currency.clone())), Error::Unavailable(_)));
}

/// A misspelt field is ignored and everything is returned, with a warning only.
#[test]
fn a_filter_that_was_not_understood_fails() {
    let made = r#"{"data":{"products":{"nodes":[]}},"extensions":{"search":[{"path":["products"],"query":"name:x",
        "warnings":[{"field":"name","message":"Invalid search field for this query."}]}]}}"#;
    let text = read("responses/search-invalid-field-warning.json").unwrap_or_else(|| made.to_owned());
    let error = refused(|| status(200, text.clone()));
    assert!(matches!(error, Error::Other(ref message) if message.contains("Invalid search field")), "{error:?}");
    let quiet = made.replace("{\"field\":\"name\",\"message\":\"Invalid search field for this query.\"}", "");
    assert!(matches!(refused(|| status(200, quiet.clone())), Error::Unavailable(_)), "no warnings, no complaint");
}

#[test]
fn a_cursor_of_another_version_is_not_a_new_beginning() {
    let host = shop(|_, _| panic!("nothing is asked"));
    let page = fetch_page(&host, &channel(), &request(Scope::Everything, None, Some("{\"phase\":\"x\"}".into()), None));
    assert!(matches!(page, Err(Error::Other(_))), "{page:?}");
}

/// Nothing that is said repeats what must stay secret.
#[test]
fn messages_hold_no_signed_address() {
    let host = shop(|name, variables| match name {
        "GET" => status(403, "<Error>Expired</Error>"),
        _ => crate::bulk::answer(name, variables, "", 2),
    });
    let error = Run::full(&host).unwrap_err();
    assert!(!format!("{error:?}").contains("Signature"), "{error:?}");
}
