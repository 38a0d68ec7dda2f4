//! Importing a channel: starting runs, carrying them page by page, closing them.

mod abandoned;
mod active_run;
mod advance;
mod again;
mod boundary;
mod checkpoint;
mod close;
mod compare;
mod complete;
mod conflicts;
mod facts;
mod failure;
mod fetch;
mod lease;
mod levels;
mod page;
mod progress;
mod report;
mod room;
mod setback;
mod spools;
mod start;
mod stock;
mod watermark;
mod write;

use std::sync::Arc;

use entrepot_channels::Channels;
use entrepot_core::Services;

use abandoned::Nudged;
pub(crate) use compare::{Circumstances, UNREAD};
use conflicts::Conflicts;
pub(crate) use failure::{Verdict, is_doubtful, judge};
pub(crate) use lease::Heartbeat;
pub(crate) use page::{PORTION_BYTES, PreparedPage, REFUSED, distinct, map as map_item, prepare};
pub use report::RunReport;
use room::Rooms;
use spools::Spools;
pub use start::{StartOptions, Started};

/// Runs: starting, carrying on page by page, ending. Cheap to clone.
#[derive(Clone)]
pub struct Imports {
    pub(crate) services: Services,
    pub(crate) channels: Channels,
    pub(crate) state: Arc<State>,
}

/// What this process keeps of runs beside the database.
pub(crate) struct State {
    pub(crate) spools: Spools,
    pub(crate) rooms: Rooms,
    pub(crate) conflicts: Conflicts,
    pub(crate) nudged: Nudged,
}

impl Imports {
    pub fn new(channels: Channels) -> Self {
        let services = channels.services().clone();
        let (spools, options) = (Spools::new(services.files().clone()), services.options());
        let rooms = Rooms::new(options.memory, options.page);
        let state = State { spools, rooms, conflicts: Conflicts::default(), nudged: Nudged::default() };
        Self { services, channels, state: Arc::new(state) }
    }
}
