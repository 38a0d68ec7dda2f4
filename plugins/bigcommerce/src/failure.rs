//! What refusals mean, and how long to wait.

use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};

use entrepot_guest::lenient::Raw;

/// A 2xx answer, or what the refusal means.
pub(crate) fn accepted(response: Response) -> Result<Response, Error> {
    let status = response.status;
    let said = || {
        let words = said(&response);
        if words.is_empty() { format!("HTTP {status}") } else { format!("HTTP {status}: {words}") }
    };
    if (200..300).contains(&status) {
        return Ok(response);
    }
    if let Some(error) = http::in_front(&response).or_else(|| http::redirected(&response)) {
        return Err(error);
    }
    Err(match status {
        401 => Error::Unauthorized(format!(
            "BigCommerce refuses the access token: it was deleted, belongs to another store, or the app was uninstalled. Check the \
             store hash, or make a new API account under Settings, API. ({})",
            said()
        )),
        403 => Error::Unauthorized(format!(
            "The API account may not do this: give it the scopes Products, Store inventory and Information & settings, each \
             read-only; to sell, Products and Store inventory: modify. ({})",
            said()
        )),
        404 => Error::NotFound,
        // Without headers it is the platform that sheds load, and the host backs off by itself.
        429 => Error::RateLimited(wait(&response)),
        503 if wait(&response).is_some() => Error::RateLimited(wait(&response)),
        // The page was too large for the server: the next attempt asks for less.
        413 => Error::Unavailable(format!("too much was asked for at once ({})", said())),
        // What only reads and is in conflict with something (409) is told apart by `http::ask`, which knows the request.
        408 | 423 | 425 => Error::Unavailable(said()),
        507 => Error::Unsupported(format!("The store's plan does not allow more. ({})", said())),
        500..=599 => Error::Unavailable(said()),
        _ => Error::Other(said()),
    })
}

/// Another try, with less at a time or for each alone, may fare better: it is not about the account, and nobody asked to wait.
pub(crate) fn is_about_items(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Other(_))
}

/// What a failure says, for a sentence that goes on with it.
pub(crate) fn words(error: Error) -> String {
    match error {
        Error::Unavailable(why) | Error::Unauthorized(why) | Error::Unsupported(why) | Error::Other(why) => why,
        _ => "its answer is invalid".to_owned(),
    }
}

/// The longest of the waits that are given.
pub(crate) fn wait(response: &Response) -> Option<u64> {
    let number = |name| http::header(response, name).and_then(|value| value.trim().parse::<u64>().ok());
    let seconds = number("x-retry-after").map(|seconds| seconds.saturating_mul(1000));
    [response.retry_after, number("x-rate-limit-time-reset-ms"), seconds]
        .into_iter()
        .flatten()
        .max()
        .filter(|ms| *ms > 0)
}

/// What an answer says is wrong. V3 answers an object with a title and, by field, errors; V2 a list of objects with a message.
pub(crate) fn said(response: &Response) -> String {
    let Ok(text) = json::text(response.body.clone()) else { return excerpt(&response.body, 80) };
    let whole = Raw::of(text.as_str());
    let first = whole.items().into_iter().next().filter(|_| text.starts_with('['));
    let fields = first.unwrap_or(whole).fields();
    let words = ["title", "message", "error"].iter().find_map(|name| fields.get(name).word()).unwrap_or_default();
    let errors = fields.get("errors").fields();
    let named: Vec<_> =
        errors.0.iter().take(3).filter_map(|(field, error)| Some(format!("{field}: {}", error.word()?))).collect();
    let all = if named.is_empty() { words.into_owned() } else { format!("{words} ({})", named.join("; ")) };
    excerpt(all.as_bytes(), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str, headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.as_bytes().to_vec(), retry_after: None }
    }

    #[test]
    fn the_longest_wait_counts() {
        let both = answer(429, "", &[("x-rate-limit-time-reset-ms", "1500"), ("x-retry-after", "15")]);
        assert_eq!(accepted(both), Err(Error::RateLimited(Some(15_000))));
        let host = Response { retry_after: Some(20_000), ..answer(429, "", &[("x-rate-limit-time-reset-ms", "1500")]) };
        assert_eq!(accepted(host), Err(Error::RateLimited(Some(20_000))));
        assert_eq!(accepted(answer(429, "", &[])), Err(Error::RateLimited(None)));
        assert_eq!(accepted(answer(429, "", &[("x-rate-limit-time-reset-ms", "soon")])), Err(Error::RateLimited(None)));
    }

    #[test]
    fn both_versions_say_what_is_wrong() {
        let v3 = r#"{"status":422,"title":"Invalid","errors":{"destination":"error.path.missing."}}"#;
        assert_eq!(
            accepted(answer(422, v3, &[])),
            Err(Error::Other("HTTP 422: Invalid (destination: error.path.missing.)".into()))
        );
        let v2 = r#"[{"status":400,"message":"Bad field"}]"#;
        assert_eq!(accepted(answer(400, v2, &[])), Err(Error::Other("HTTP 400: Bad field".into())));
        assert_eq!(accepted(answer(502, "<h1>Bad</h1>", &[])), Err(Error::Unavailable("HTTP 502: Bad".into())));
        for (status, body) in [(401, "{}"), (403, ""), (413, "{}"), (423, ""), (507, ""), (504, "")] {
            assert!(accepted(answer(status, body, &[])).is_err(), "{status}");
        }
    }
}
