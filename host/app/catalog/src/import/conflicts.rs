//! Rows that are there already, though nobody was known to have written them. Of the moment they are met once: another worker was faster,
//! and the next try finds its rows. What is met again and again is a row that no try finds (half a backup that was put back), and the
//! item it belongs to is set aside instead of being tried for ever.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use entrepot_domain::ChannelId;

use entrepot_core::AppError;

/// In a row, without anything being written in between.
const LASTING: u32 = 5;

#[derive(Default)]
pub(crate) struct Conflicts(Mutex<HashMap<ChannelId, u32>>);

impl Conflicts {
    /// A write met one, and is begun again.
    pub(crate) fn note(&self, channel: &ChannelId, error: &AppError) {
        tracing::warn!(channel = channel.as_str(), "a write met rows of another worker and is begun again: {error}");
        let mut all = self.all();
        let count = all.entry(channel.clone()).or_default();
        *count = count.saturating_add(1);
    }

    /// Something was written.
    pub(crate) fn clear(&self, channel: &ChannelId) {
        self.all().remove(channel);
    }

    /// Another worker explains them no longer.
    pub(crate) fn last(&self, channel: &ChannelId) -> bool {
        self.all().get(channel).is_some_and(|count| *count >= LASTING)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<ChannelId, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
