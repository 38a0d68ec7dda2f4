//! Code and grant in force together, loaded once per process.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use entrepot_domain::clock::Timestamp;
use entrepot_policy::{Grant, Manifest};
use entrepot_sandbox::Adapter;
use tokio::sync::Mutex;

/// An approved adapter, ready to be called.
pub struct Generation {
    pub adapter: Adapter,
    pub manifest: Manifest,
    pub grant: Grant,
    /// Counts up with every approval.
    pub number: i64,
}

impl Generation {
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.grant.expires_at.is_some_and(|end| end <= now)
    }
}

/// The generations of an adapter that are in use. Locked while one is compiled: two callers shall not compile the same thing, and nobody
/// waits for another adapter.
pub(crate) type Slot = Arc<Mutex<Vec<Arc<Generation>>>>;

/// What this process has loaded, by adapter id.
#[derive(Default)]
pub(crate) struct Loaded(std::sync::Mutex<HashMap<String, Slot>>);

impl Loaded {
    pub(crate) fn slot(&self, adapter: &str) -> Slot {
        // A panic elsewhere leaves the map as good as it was.
        let mut loaded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.entry(adapter.to_owned()).or_default().clone()
    }
}
