//! Waiting: between tries of a page, and for a database that is away.

use std::future::Future;
use std::time::{Duration, Instant};

use entrepot_domain::clock::millis;
use entrepot_store::StoreError;

use crate::AppError;

const LONGEST: Duration = Duration::from_secs(60);
/// Whatever a marketplace or an adapter asks for: nobody waits for longer than a day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// So many milliseconds, at most a day. True: it was that or more.
pub fn at_most_a_day(ms: u64) -> (Duration, bool) {
    let asked = Duration::from_millis(ms);
    (asked.min(DAY), asked >= DAY)
}

/// Doubled with each attempt, at most a minute, and spread between half and all of it, so that many do not come back at once.
pub fn backoff(base: Duration, attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(0, 16)).unwrap_or(16);
    let full = base.saturating_mul(1 << doublings).min(LONGEST);
    full.mul_f64(0.5 + rand::random::<f64>() / 2.0)
}

/// Errors that may be of the database's moment.
pub trait Passing: std::fmt::Display {
    fn passes(&self) -> bool;
}

impl Passing for StoreError {
    fn passes(&self) -> bool {
        self.is_transient()
    }
}

impl Passing for AppError {
    fn passes(&self) -> bool {
        self.is_transient()
    }
}

/// Tries again for as long as the database is away, busy or full. What was fetched and mapped is held meanwhile, not lost.
pub async fn retry_transient<T, E, F>(patience: Duration, mut work: impl FnMut() -> F) -> Result<T, E>
where
    E: Passing,
    F: Future<Output = Result<T, E>>,
{
    let begun = Instant::now();
    let mut attempt = 0;
    loop {
        match work().await {
            Err(error) if error.passes() && begun.elapsed() < patience => {
                let wait = backoff(Duration::from_millis(200), attempt).min(Duration::from_secs(5));
                tracing::warn!(wait_ms = millis(wait), "the database is not available; trying again: {error}");
                tokio::time::sleep(wait).await;
                attempt += 1;
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_four_hundred_years() {
        assert_eq!(at_most_a_day(1_000), (Duration::from_secs(1), false));
        for ms in [400 * 365 * 24 * 60 * 60 * 1000, i64::MAX as u64, u64::MAX] {
            assert_eq!(at_most_a_day(ms), (DAY, true));
            assert!(millis(at_most_a_day(ms).0) > 0);
        }
    }

    #[test]
    fn waits_grow_to_a_minute_and_are_spread() {
        let base = Duration::from_secs(1);
        for attempt in 0..40 {
            let wait = backoff(base, attempt);
            assert!(wait >= base / 2 && wait <= LONGEST, "{attempt}: {wait:?}");
        }
        assert!(backoff(base, 20) >= LONGEST / 2);
    }
}
