//! Waiting: between tries of a page, and for a database that is away.

use std::future::Future;
use std::time::{Duration, Instant};

use entrepot_store::StoreError;

use crate::SyncError;

const LONGEST: Duration = Duration::from_secs(60);

/// Doubled with each attempt, at most a minute, and spread between half and all of it, so that many do not come back at once.
pub(crate) fn backoff(base: Duration, attempt: i64) -> Duration {
    let doublings = u32::try_from(attempt.clamp(0, 16)).unwrap_or(16);
    let full = base.saturating_mul(1 << doublings).min(LONGEST);
    full.mul_f64(0.5 + rand::random::<f64>() / 2.0)
}

/// Errors that may be of the database's moment.
pub(crate) trait Passing: std::fmt::Display {
    fn passes(&self) -> bool;
}

impl Passing for StoreError {
    fn passes(&self) -> bool {
        self.is_transient()
    }
}

impl Passing for SyncError {
    fn passes(&self) -> bool {
        self.is_transient()
    }
}

/// Tries again for as long as the database is away, busy or full. What was fetched and mapped is held meanwhile, not lost.
pub(crate) async fn with_patience<T, E, F>(patience: Duration, mut work: impl FnMut() -> F) -> Result<T, E>
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
                tracing::warn!(
                    wait_ms = wait.as_millis() as u64,
                    "the database is not available; trying again: {error}"
                );
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
    fn waits_grow_to_a_minute_and_are_spread() {
        let base = Duration::from_secs(1);
        for attempt in 0..40 {
            let wait = backoff(base, attempt);
            assert!(wait >= base / 2 && wait <= LONGEST, "{attempt}: {wait:?}");
        }
        assert!(backoff(base, 20) >= LONGEST / 2);
    }
}
