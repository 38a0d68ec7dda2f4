//! What Etsy's refusals mean. Decided by status: the texts are for people and change.

use entrepot_guest::prelude::*;
use entrepot_guest::text::excerpt;
use entrepot_guest::{http, json};

use entrepot_guest::lenient::Raw;

/// The day's limit is a sliding window, so a little of it comes back all the time.
const DAY_IS_SPENT: u64 = 15 * 60 * 1000;

/// The body of a 2xx answer, or what the refusal means.
pub(crate) fn accepted(response: Response) -> Result<Response, Error> {
    let Some(error) = http::failure(&response) else { return Ok(response) };
    if http::in_front(&response).is_some() {
        return Err(error);
    }
    let said = format!("HTTP {}: {}", response.status, words(&response));
    Err(match response.status {
        401 => Error::Unauthorized(format!(
            "Etsy refuses the access token. Connect the shop again; a changed password or a withdrawn permission ends the old \
             connection. ({said})"
        )),
        403 => Error::Unauthorized(format!(
            "Etsy refuses the app's key or what the connection may do. Check keystring and shared secret on \
             etsy.com/developers/your-apps, that the shop ID is that of the connected shop, and connect the shop again. ({said})"
        )),
        429 => Error::RateLimited(response.retry_after.or_else(|| day_is_spent(&response))),
        400 | 409 | 413 | 422 => Error::Other(said),
        _ => error,
    })
}

/// Etsy's own words, or what is in their place.
fn words(response: &Response) -> String {
    let text = json::text(response.body.clone()).unwrap_or_default();
    let fields = Raw::of(&text).fields();
    let said: Vec<_> = ["error", "error_description"].iter().filter_map(|name| fields.get(name).word()).collect();
    if said.is_empty() { excerpt(&response.body, 120) } else { excerpt(said.join(", ").as_bytes(), 160) }
}

/// A refusal without `retry-after`, where the headers tell that it is the day's limit: asking every second would be in vain.
fn day_is_spent(response: &Response) -> Option<u64> {
    (Quota::of(response).left_today == Some(0)).then_some(DAY_IS_SPENT)
}

/// What Etsy tells of its limits with each answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) per_second: Option<u64>,
    pub(crate) per_day: Option<u64>,
    pub(crate) left_today: Option<u64>,
}

impl Quota {
    pub(crate) fn of(response: &Response) -> Self {
        let number = |name| http::header(response, name)?.trim().parse().ok();
        Self {
            per_second: number("x-limit-per-second"),
            per_day: number("x-limit-per-day"),
            left_today: number("x-remaining-today"),
        }
    }
}
