//! Time is a parameter: what depends on it takes a [`Clock`], and tests move it by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Timestamp = i64;

/// A span as timestamps count it; of more than there are, as many as there are.
pub fn millis(span: std::time::Duration) -> Timestamp {
    Timestamp::try_from(span.as_millis()).unwrap_or(Timestamp::MAX)
}

/// Where the time comes from: a parameter, so that tests can move it. Clones of one clock move together.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// For tests: stands still until it is moved.
    Manual(Arc<AtomicI64>),
    /// For tests: runs on with the system's, and somebody sets it forward or back.
    Shifted(Arc<AtomicI64>),
}

impl Clock {
    /// Stands at this moment until it is moved.
    pub fn manual(now: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now)))
    }

    /// The system's time, until it is moved.
    pub fn shifted() -> Self {
        Self::Shifted(Arc::new(AtomicI64::new(0)))
    }

    /// Milliseconds since 1970 UTC. It may go back: whoever sets the machine's clock sets this one.
    pub fn now(&self) -> Timestamp {
        let system = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        match self {
            Self::System => system(),
            Self::Manual(now) => now.load(Ordering::SeqCst),
            Self::Shifted(by) => system() + by.load(Ordering::SeqCst),
        }
    }

    /// Moves a manual or shifted clock, in either direction; the system clock is left alone.
    pub fn advance(&self, milliseconds: i64) {
        if let Self::Manual(moved) | Self::Shifted(moved) = self {
            moved.fetch_add(milliseconds, Ordering::SeqCst);
        }
    }
}
