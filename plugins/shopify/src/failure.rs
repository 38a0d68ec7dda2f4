//! What Shopify's refusals mean. There are three places for them: the status, `errors`, and a mutation's `userErrors`.

use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};
use serde_json::Value;

/// Why a document has no answer.
#[derive(Debug)]
pub(crate) enum Refused {
    /// It asks for more than a single query may cost: less has to be asked for.
    TooDear,
    Because(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Because(error)
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooDear => Self::Unavailable("Shopify finds the query too expensive".to_owned()),
            Refused::Because(error) => error,
        }
    }
}

/// Another try, with less at a time or for each alone, may fare better: it is not about the account, and nobody asked to wait.
pub(crate) fn is_about_items(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Other(_))
}

/// What a failure says, for a sentence that goes on with it.
pub(crate) fn words(error: Error) -> String {
    match error {
        Error::Unavailable(why) | Error::Unauthorized(why) | Error::Unsupported(why) | Error::Other(why) => why,
        _ => "the answer is invalid".to_owned(),
    }
}

/// What a status other than 2xx means.
pub(crate) fn of_status(response: &Response) -> Option<Error> {
    let general = http::failure(response)?;
    if let Some(error) = http::in_front(response) {
        return Some(error);
    }
    let words = json::text(response.body.clone())
        .ok()
        .and_then(|text| serde_json::from_str::<Value>(&text).ok())
        .and_then(|body| body.get("errors").map(messages))
        .unwrap_or_else(|| excerpt(&response.body, 80));
    let said = if words.is_empty() {
        format!("HTTP {}", response.status)
    } else {
        format!("HTTP {}: {words}", response.status)
    };
    Some(match response.status {
        301 | 302 | 303 | 307 | 308 => Error::Unsupported(match http::header(response, "location") {
            Some(location) => format!(
                "The shop answers under another name ({location}): enter the name it has now, the part before .myshopify.com."
            ),
            None => format!("The shop sends us elsewhere ({said}): check the shop's name."),
        }),
        401 => Error::Unauthorized(format!(
            "Shopify refuses the access token: it is wrong, has expired, or the app was uninstalled. Connect the shop again. ({said})"
        )),
        402 => Error::Unavailable(format!("The shop is frozen until its bill with Shopify is paid. ({said})")),
        403 => Error::Unauthorized(format!(
            "The access token lacks a permission. Add the missing access scope to the app and connect the shop again. ({said})"
        )),
        404 => Error::Unauthorized(format!(
            "There is no such shop, or it is closed: check the shop's name (the part before .myshopify.com). ({said})"
        )),
        423 => {
            Error::Unavailable(format!("Shopify has locked the shop; its owner should ask Shopify's support. ({said})"))
        }
        430 => Error::Unavailable(format!("Shopify's protection refuses the request for now. ({said})")),
        540 => Error::Unavailable(format!("The shop is temporarily disabled. ({said})")),
        _ => general,
    })
}

/// What `errors` of a 200 answer mean: a list, or a bare text. `None`: there are none.
pub(crate) fn of_errors(body: &Value) -> Option<Refused> {
    let errors = body.get("errors").filter(|errors| !errors.is_null())?;
    if errors.as_array().is_some_and(Vec::is_empty) {
        return None;
    }
    let said = messages(errors);
    let has = |code: &str| {
        errors
            .as_array()
            .into_iter()
            .flatten()
            .any(|error| error.pointer("/extensions/code").and_then(Value::as_str) == Some(code))
    };
    Some(Refused::Because(if has("THROTTLED") {
        Error::RateLimited(Some(wait(body)))
    } else if has("MAX_COST_EXCEEDED") {
        return Some(Refused::TooDear);
    } else if has("ACCESS_DENIED") {
        Error::Unauthorized(format!(
            "The app may not read this. Add the missing access scope to the app and connect the shop again. ({said})"
        ))
    } else if has("SHOP_INACTIVE") {
        Error::Unavailable(format!("The shop is inactive. ({said})"))
    } else if has("INTERNAL_SERVER_ERROR") || has("TIMEOUT") {
        Error::Unavailable(format!("Shopify could not answer: {said}"))
    } else if said.contains("Invalid API key or access token") {
        Error::Unauthorized(format!("Shopify refuses the access token. Connect the shop again. ({said})"))
    } else {
        Error::Other(format!("Shopify refuses the query: {said}"))
    }))
}

/// What is said in `errors` or `userErrors`, shortened.
pub(crate) fn messages(errors: &Value) -> String {
    let said: Vec<&str> = match errors {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(|error| error.get("message")?.as_str()).collect(),
        _ => Vec::new(),
    };
    let said = if said.is_empty() { errors.to_string() } else { said.join("; ") };
    excerpt(said.as_bytes(), 240)
}

/// Until enough points have come back for what was asked; the cost is reserved before the query runs. At least a second.
fn wait(body: &Value) -> u64 {
    let number = |at: &str| body.pointer(at).and_then(Value::as_f64).filter(|number| number.is_finite());
    let missing = number("/extensions/cost/requestedQueryCost").unwrap_or(100.0)
        - number("/extensions/cost/throttleStatus/currentlyAvailable").unwrap_or(0.0);
    let rate = number("/extensions/cost/throttleStatus/restoreRate").filter(|rate| *rate > 0.0).unwrap_or(50.0);
    // Saturates for nonsense; a bucket is never larger than what an hour fills.
    ((missing / rate * 1000.0).ceil() as u64).clamp(1_000, 3_600_000)
}
