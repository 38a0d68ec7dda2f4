//! What to do when a page did not come.

use std::time::Duration;

use entrepot_runtime::{AdapterError, CallError};

use super::patience::backoff;
use crate::SyncOptions;

pub(crate) enum Verdict {
    /// Again after this long.
    Retry { wait: Duration, counts_as_attempt: bool },
    /// Not before someone has changed something.
    GiveUp { reconnect: bool },
}

pub(crate) fn judge(error: &CallError, attempt: i64, options: &SyncOptions) -> Verdict {
    let later = |asked: Option<u64>, counts_as_attempt| {
        let own = backoff(options.backoff, attempt);
        Verdict::Retry { wait: asked.map_or(own, |ms| Duration::from_millis(ms).max(own / 4)), counts_as_attempt }
    };
    match error {
        // The marketplace said when: waiting for it is no failure, however often.
        CallError::Adapter(AdapterError::RateLimited(Some(ms))) => later(Some(*ms), false),
        CallError::Adapter(AdapterError::RateLimited(None) | AdapterError::Unavailable(_) | AdapterError::Other(_))
        | CallError::Stopped { .. } => {
            if attempt + 1 >= options.attempts {
                Verdict::GiveUp { reconnect: false }
            } else {
                later(None, true)
            }
        }
        CallError::Adapter(AdapterError::Unauthorized(_)) => Verdict::GiveUp { reconnect: true },
        CallError::Adapter(
            AdapterError::Denied(_) | AdapterError::NotFound | AdapterError::Invalid(_) | AdapterError::Unsupported(_),
        )
        | CallError::NotExported(_) => Verdict::GiveUp { reconnect: false },
    }
}

/// For the run's report: what happened and what to do.
pub(crate) fn explain(error: &CallError, attempts: i64) -> String {
    let hint = match error {
        CallError::Adapter(AdapterError::Unauthorized(_)) => {
            "correct the keys with `entrepot channel set`, then import again: it goes on where it stopped"
        }
        CallError::Adapter(AdapterError::Unavailable(_) | AdapterError::RateLimited(_) | AdapterError::Other(_)) => {
            "import again when the shop is well: it goes on where it stopped"
        }
        CallError::Adapter(AdapterError::Denied(_)) => {
            "the adapter may not do that; look at its grant with `entrepot adapter inspect`"
        }
        CallError::Stopped { .. } => "the adapter broke a limit; tell its publisher, or raise the limit in its grant",
        _ => "nothing will change by itself",
    };
    let tries = if attempts > 1 { format!(" ({attempts} tries)") } else { String::new() };
    format!("{error}{tries} — {hint}")
}
