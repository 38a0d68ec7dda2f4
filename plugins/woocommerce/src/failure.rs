//! What a shop's refusals mean. Branches on `code` only: messages are translated.

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json, log};

#[derive(Default)]
struct Body {
    code: String,
    message: String,
}

/// The `code` of a JSON error body; "" where the body is something else.
pub(crate) fn code(response: &Response) -> String {
    body(response).code
}

fn body(response: &Response) -> Body {
    let Ok(text) = json::text(response.body.clone()) else { return Body::default() };
    let fields = Raw::of(&text).fields();
    let said = |name: &str| fields.get(name).text().unwrap_or_default().into_owned();
    let mut message = said("message");
    // Which parameters are meant, whatever the language.
    let params = fields.get("data").fields().get("params").fields();
    for (name, _) in &params.0 {
        if !message.contains(name.as_ref()) {
            message.push_str(&format!(" ({name})"));
        }
    }
    Body { code: said("code"), message }
}

/// By the host, where a signature may have been refused for its time.
const CLOCKS: &str = "entrepot-clocks";

/// The code for a wrong secret; of a signed request it may also be that the key is unknown, or the time is off.
pub(crate) const WRONG: &str = "woocommerce_rest_authentication_error";

/// No signed request got through, and no other either where there was another.
pub(crate) fn signature_refused(response: &Response) -> Error {
    let Body { code, message } = body(response);
    let clocks = http::header(response, CLOCKS).map_or_else(String::new, |said| format!(" Of the clocks: {said}."));
    Error::Unauthorized(format!(
        "The shop does not accept the key: the consumer key is unknown or was deleted, or the secret is another one's, or the shop's \
         clock is more than fifteen minutes off. Enter key and secret again, or make a new key under WooCommerce, Settings, Advanced, \
         REST API.{clocks} (HTTP {}, {code}: {})",
        response.status,
        excerpt(message.as_bytes(), 120)
    ))
}

/// The shop takes no such number of items a page; it says so in a code and the parameter's name, the rest is translated.
pub(crate) fn is_too_many(error: &Error) -> bool {
    matches!(error, Error::Other(said) if said.contains("rest_invalid_param") && said.contains("per_page"))
}

/// Another try, with less at a time or for each alone, may fare better: it is not about the account, and nobody asked to wait.
pub(crate) fn is_about_items(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Other(_))
}

/// What a failure says, for a sentence that goes on with it.
pub(crate) fn words(error: Error) -> String {
    match error {
        Error::Unavailable(why) | Error::Unauthorized(why) | Error::Unsupported(why) | Error::Other(why) => why,
        Error::NotFound => "the shop does not find it".to_owned(),
        _ => "the shop's answer is invalid".to_owned(),
    }
}

/// From this attempt on, lists that the shop fails at are done without: products come without what they say, and say so.
pub(crate) const RESIGNED: u32 = 3;

/// Nothing, and that it is not known, where the shop fails at the list again and again.
pub(crate) fn or_unread<V: Default>(read: Result<V, Error>, attempt: u32) -> Result<(V, bool), Error> {
    match read {
        Err(error) if attempt >= RESIGNED && is_about_items(&error) => {
            log::warn("a list cannot be read and is done without", &[("why", &words(error))]);
            Ok((V::default(), true))
        }
        read => Ok((read?, false)),
    }
}

/// Nothing where the key may not look; other failures stop the discovery.
pub(crate) fn readable<V>(answer: Result<V, Error>) -> Result<Option<V>, Error> {
    match answer {
        Ok(list) => Ok(Some(list)),
        Err(Error::Unauthorized(_) | Error::NotFound | Error::Unsupported(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The list was there when the run began: a route that is missing now is so for the moment.
pub(crate) fn was_there(error: Error) -> Error {
    match error {
        Error::NotFound => Error::Unavailable(
            "HTTP 404 to a request for a list that was there before: the shop's API is out for the moment".to_owned(),
        ),
        other => other,
    }
}

/// The body of a 2xx answer, or what the refusal means.
pub(crate) fn accepted(response: Response) -> Result<Response, Error> {
    let Some(error) = http::failure(&response) else { return Ok(response) };
    let Body { code, message } = body(&response);
    let said = format!("HTTP {}, {code}: {}", response.status, excerpt(message.as_bytes(), 120));
    Err(match (response.status, code.as_str()) {
        (401, WRONG) if http::header(&response, CLOCKS).is_some() => signature_refused(&response),
        (401, WRONG) => Error::Unauthorized(format!(
            "The shop knows the consumer key and refuses the secret. Enter key and secret again, or make a new key under \
             WooCommerce, Settings, Advanced, REST API. ({said})"
        )),
        (401, "") => Error::Unauthorized(format!(
            "The web server in front of the shop asks for a password of its own: {}",
            excerpt(&response.body, 80)
        )),
        (401, _) => Error::Unauthorized(format!(
            "The shop treats the request as nobody's: the key is unknown or was deleted, may not read, or the server drops the \
             Authorization header. Check the key under WooCommerce, Settings, Advanced, REST API. ({said})"
        )),
        // A firewall's page; by tomorrow it may let us in again, and nobody needs to connect anew.
        (403, "") => Error::Unavailable(format!("a firewall or security plugin refuses: {}", excerpt(&response.body, 80))),
        (403, _) => Error::Unauthorized(format!(
            "The key's user may not do this: give the user the role Shop manager, or make a key for one who has it. ({said})"
        )),
        (404, "rest_no_route") => Error::Unsupported(
            "This site has no WooCommerce REST API v3: WooCommerce is not active or older than 3.5, or a plugin hides the API."
                .to_owned(),
        ),
        // Of a whole site, what is asked for first says more.
        (300..=399, _) => Error::Unsupported(match http::header(&response, "location") {
            Some(location) => format!("The shop sends us on to {location}: enter the address that this leads to."),
            None => format!("The shop answers with HTTP {} and no data.", response.status),
        }),
        (400, code) if !code.is_empty() => Error::Other(said),
        _ => error,
    })
}
