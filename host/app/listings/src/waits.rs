//! How long listings wait after an answer that is not about them alone.

use std::time::Duration;

use entrepot_channels::OpenChannel;
use entrepot_core::{AppError, at_most_a_day};
use entrepot_sandbox::{AdapterError, CallError, PushOutcome};
use entrepot_store::Scoped;

use crate::Listings;

/// What another token may be taken for.
const RENEWED: Duration = Duration::from_millis(50);
/// Refused credentials do not become good by themselves.
const UNAUTHORIZED: Duration = Duration::from_secs(15 * 60);
const DENIED: Duration = Duration::from_secs(60);
const SLOW_DOWN: Duration = Duration::from_secs(5);

impl Listings {
    /// How long all listings of a channel wait after such an answer. A token may be too old before its time: another is got when the channel
    /// is opened again.
    pub(crate) async fn wait_after(
        &self,
        scoped: &Scoped,
        channel: &OpenChannel,
        error: &CallError,
    ) -> Result<Duration, AppError> {
        let is_refused = matches!(error, CallError::Adapter(AdapterError::Unauthorized(_)));
        match is_refused && self.channels.token_refused(scoped, channel).await? {
            true => Ok(RENEWED),
            false => Ok(wait_for_all(error)),
        }
    }
}

fn wait_for_all(error: &CallError) -> Duration {
    match error {
        CallError::Adapter(AdapterError::RateLimited(Some(ms))) => at_most_a_day(*ms).0.max(Duration::from_millis(50)),
        CallError::Adapter(AdapterError::RateLimited(None)) => SLOW_DOWN,
        // A grant may be restored at any moment.
        CallError::Adapter(AdapterError::Denied(_)) => DENIED,
        _ => UNAUTHORIZED,
    }
}

/// The next ones would fare no better.
pub(crate) fn concerns_all(error: &CallError) -> bool {
    use AdapterError::{Denied, RateLimited, Unauthorized};
    matches!(error, CallError::Adapter(RateLimited(_) | Unauthorized(_) | Denied(_)) | CallError::NotExported(_))
}

pub(crate) fn is_away(error: &CallError) -> bool {
    matches!(error, CallError::Adapter(AdapterError::Unavailable(_)))
}

/// As [`concerns_all`], of one that was told beside others.
pub(crate) fn asks_to_wait(outcome: &PushOutcome) -> Option<CallError> {
    match outcome {
        PushOutcome::Failed(
            error @ (AdapterError::RateLimited(_) | AdapterError::Unauthorized(_) | AdapterError::Denied(_)),
        ) => Some(CallError::Adapter(error.clone())),
        _ => None,
    }
}
