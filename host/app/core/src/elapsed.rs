use std::time::Instant;

/// Microseconds since then.
pub fn micros_since(since: Instant) -> i64 {
    i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX)
}
