//! What a shop's refusals mean. Branches on `code` only: messages are translated.

use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};
use serde::Deserialize;

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// The `code` of a JSON error body; "" where the body is something else.
pub(crate) fn code(response: &Response) -> String {
    body(response).code
}

fn body(response: &Response) -> Body {
    json::text(response.body.clone()).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// The body of a 2xx answer, or what the refusal means.
pub(crate) fn accepted(response: Response) -> Result<Response, Error> {
    let Some(error) = http::failure(&response) else { return Ok(response) };
    let Body { code, message } = body(&response);
    let said = format!("HTTP {}, {code}: {}", response.status, excerpt(message.as_bytes(), 120));
    Err(match (response.status, code.as_str()) {
        (401, "woocommerce_rest_authentication_error") => Error::Unauthorized(format!(
            "The shop knows the consumer key and refuses the secret (or the time of the request). Enter key and secret again, \
             or make a new key under WooCommerce, Settings, Advanced, REST API. ({said})"
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
        (300..=399, _) => Error::Unsupported(match http::header(&response, "location") {
            Some(location) => format!("The shop sends us on to {location}: enter the address that this leads to."),
            None => format!("The shop answers with HTTP {} and no data.", response.status),
        }),
        (400, code) if !code.is_empty() => Error::Other(said),
        _ => error,
    })
}
