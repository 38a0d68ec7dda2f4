//! How often it is said that deliveries are refused.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use entrepot_domain::ChannelId;

/// One line of a channel in this time.
const PAUSE: Duration = Duration::from_secs(10);

/// For channels that exist: strangers make no others.
#[derive(Default)]
pub(super) struct Refusals(Mutex<HashMap<ChannelId, (Instant, u64)>>);

impl Refusals {
    /// `Some`: it is to be said, and so many before were not.
    pub(super) fn note(&self, channel: &ChannelId, now: Instant) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match said.get_mut(channel) {
            Some((last, unsaid)) if now.saturating_duration_since(*last) < PAUSE => {
                *unsaid += 1;
                None
            }
            Some((last, unsaid)) => {
                *last = now;
                Some(std::mem::take(unsaid))
            }
            None => {
                said.insert(channel.clone(), (now, 0));
                Some(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_a_line_now_and_then() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        let (one, other) = (ChannelId::from("chn_1"), ChannelId::from("chn_2"));
        let said: Vec<_> = (0..1_000).filter_map(|_| refusals.note(&one, now)).collect();
        assert_eq!(said, [0]);
        assert_eq!(refusals.note(&other, now), Some(0), "another channel is heard");
        assert_eq!(refusals.note(&one, now + PAUSE), Some(999));
        assert_eq!(refusals.note(&one, now + PAUSE), None);
    }
}
