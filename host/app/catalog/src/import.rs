//! Importing a channel: starting runs, carrying them page by page, closing them.

mod active_run;
mod advance;
mod checkpoint;
mod close;
mod compare;
mod complete;
mod confirm;
mod conflicts;
mod failure;
mod fetch;
mod held_back;
mod lease;
mod levels;
mod page;
mod page_memory;
mod remap;
mod report;
mod requeue;
mod retry;
mod run_limits;
mod run_outcome;
mod shop_facts;
mod spools;
mod start;
mod stock;
mod unreadable;
mod watermark;
mod withdrawn;
mod write;

use std::sync::Arc;

use entrepot_channels::Channels;
use entrepot_core::{RequeuedLeases, Services};

pub(crate) use compare::{FreshnessContext, UNREAD};
use conflicts::Conflicts;
pub(crate) use failure::{Verdict, is_doubtful, judge};
pub(crate) use page::{ItemMapper, PORTION_BYTES, PreparedPage, REFUSED, distinct, map as map_item, prepare};
use page_memory::Rooms;
pub use report::RunReport;
use spools::Spools;
pub use start::{StartOptions, Started};
use unreadable::UnreadableItems;

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
    pub(crate) requeued: RequeuedLeases,
    pub(crate) unreadable: UnreadableItems,
}

impl Imports {
    pub fn new(channels: Channels) -> Self {
        let services = channels.services().clone();
        let (spools, options) = (Spools::new(services.files().clone()), services.options());
        let rooms = Rooms::new(options.memory, options.page);
        let (conflicts, requeued, unreadable) = Default::default();
        let state = State { spools, rooms, conflicts, requeued, unreadable };
        Self { services, channels, state: Arc::new(state) }
    }
}
