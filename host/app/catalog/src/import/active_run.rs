//! A run that this worker has leased, and what a step of it leads to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use entrepot_channels::OpenChannel;
use entrepot_domain::RunId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::Counts;
use entrepot_queue::Outcome;
use entrepot_store::Scoped;
use entrepot_store::pages::Seen;
use entrepot_store::runs::RunRow;

use super::fetch::{Fetching, Position};

/// Shorter waits are slept through; longer ones give the worker back.
pub(super) const SHORT_WAIT: Duration = Duration::from_secs(3);

/// A run in the hands of this worker.
pub(super) struct ActiveRun {
    pub(super) scoped: Scoped,
    pub(super) channel: Arc<OpenChannel>,
    pub(super) row: RunRow,
    pub(super) run: RunId,
    pub(super) owner: String,
    pub(super) seq: i64,
    pub(super) position: Position,
    pub(super) counts: Counts,
    pub(super) seen: Seen,
    /// What a full run finds of before that moment, deltas and webhooks have missed. `None`: nothing was known before it.
    pub(super) watermark: Option<Timestamp>,
    /// Facts of the shop, as this run found them.
    pub(super) facts: Option<BTreeMap<String, String>>,
    /// Items that the adapter was asked to map, and on how many of them it was stopped.
    pub(super) mapped: usize,
    pub(super) stopped: usize,
    /// What the page under way brought so far that the run had not seen.
    pub(super) brought: usize,
    /// Pages in a row that brought nothing, and when something came last.
    pub(super) fruitless: i64,
    pub(super) progressed_at: Timestamp,
}

impl ActiveRun {
    /// When work on it began.
    pub(super) fn began(&self) -> Timestamp {
        self.row.started_at.unwrap_or(self.row.created_at)
    }
}

/// What a step leads to.
pub(super) enum Step {
    /// The next page is on its way.
    On(Fetching),
    Pause(Duration),
    Over,
}

impl Step {
    pub(super) fn outcome(self) -> Result<Fetching, Outcome> {
        match self {
            Self::On(next) => Ok(next),
            Self::Pause(wait) => Err(Outcome::Later(wait)),
            Self::Over => Err(Outcome::Done),
        }
    }
}

/// How a run ends that does not come to its last page.
#[derive(Clone, Copy)]
pub(super) enum End<'a> {
    Cancelled,
    /// A stable reason, and words.
    Failed {
        code: &'static str,
        why: &'a str,
    },
}
