//! What an answer says about when to come back.

use std::time::{Duration, UNIX_EPOCH};

use entrepot_domain::Clock;
use http::HeaderMap;

/// Servers that ask for longer are asked again after a day.
const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// An answer that was given and says that the next will not be: what names a later moment than this counts windows of another kind, or is
/// wrong, and the next answer tells.
const MAX_RESET: Duration = Duration::from_secs(60 * 60);

/// Retry-After, in seconds or as a date, as time from now.
pub(crate) fn retry_after(headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    let value = text(headers, "retry-after")?;
    if let Some(seconds) = number(value) {
        return seconds_from_now(seconds);
    }
    let at = httpdate::parse_http_date(value).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(until(at.as_millis(), clock))
}

/// How long to hold back because the answer says that nothing is left, in the spellings that are common.
pub(crate) fn exhausted(headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    const REMAINING: [&str; 6] = [
        "x-ratelimit-remaining",
        "x-rate-limit-remaining",
        "ratelimit-remaining",
        "x-rate-limit-requests-left",
        "x-remaining-this-second",
        "x-ratelimit-requests-remaining",
    ];
    let nothing_left = REMAINING.iter().any(|name| text(headers, name).and_then(number) == Some(0.0));
    if nothing_left {
        let reset = reset(headers, clock).filter(|reset| *reset <= MAX_RESET);
        return Some(reset.unwrap_or(Duration::from_secs(1)));
    }
    // A leaky bucket told as "used/size": a full one loses a drop every half second at the slowest plan.
    let bucket = text(headers, "x-shopify-shop-api-call-limit").and_then(|value| value.split_once('/'));
    match bucket.map(|(used, size)| (used.trim().parse::<u64>(), size.trim().parse::<u64>())) {
        Some((Ok(used), Ok(size))) if size > 0 && used >= size => Some(Duration::from_millis(500)),
        _ => None,
    }
}

fn reset(headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    if let Some(ms) = text(headers, "x-rate-limit-time-reset-ms").and_then(|value| value.parse::<u64>().ok()) {
        return Some(Duration::from_millis(ms).min(MAX_WAIT));
    }
    const RESET: [&str; 3] = ["x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset"];
    let value = RESET.iter().find_map(|name| text(headers, name)).and_then(number)?;
    // Nobody says which it is: seconds from now, seconds since 1970 or milliseconds since 1970.
    if value >= 1e12 {
        Some(until(value as u128, clock))
    } else if value >= 1e9 {
        Some(until((value * 1000.0) as u128, clock))
    } else {
        seconds_from_now(value)
    }
}

fn seconds_from_now(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds.min(MAX_WAIT.as_secs_f64())).ok()
}

fn until(at_ms: u128, clock: &Clock) -> Duration {
    let now = u128::try_from(clock.now()).unwrap_or(0);
    Duration::from_millis(u64::try_from(at_ms.saturating_sub(now)).unwrap_or(u64::MAX)).min(MAX_WAIT)
}

/// Rust would also read "inf" and "nan".
fn number(text: &str) -> Option<f64> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain { text.parse().ok() } else { None }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
