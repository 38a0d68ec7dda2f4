#![doc = include_str!("../README.md")]

mod channels;
mod connect;
mod deletions;
mod error;
mod import;
mod key_checks;
mod linking;
mod opened;
mod options;
mod process;
mod replay;
mod rows;
mod sanitise;
mod schedules;
mod scrape;
mod stopping;
mod tokens;
mod trace;
mod usage;
mod webhooks;

use std::sync::Arc;

use entrepot_admission::Admission;
use entrepot_egress::Egress;
use entrepot_metrics::Metrics;
use entrepot_queue::Queue;
use entrepot_spool::Area;
use entrepot_store::Db;
use entrepot_vault::KeyRing;

use import::{Conflicts, Nudged, Rooms, Spools, Watch};
use scrape::Readings;
use stopping::Stopping;
use webhooks::{Doors, Intake};

pub use channels::{AccountReport, NewChannel};
pub use connect::{Begun, CameBack, ConnectionReport, NewConnection};
pub use error::SyncError;
pub use import::{RunReport, StartOptions, Started};
pub use linking::{
    Applied, ChangedSince, Decision, LeftOut, LinkBatchReport, LinkMemberReport, LinkPairReport, LinkReport,
    ProductReference, Undone, WhichProposals,
};
pub use options::SyncOptions;
pub use replay::{Replay, Replayed};
pub use sanitise::clean_html;
pub use schedules::{ScheduleChange, Ticked};
pub use webhooks::{Incoming, Received, Refusal, SubscriptionReport};

/// Everything the use cases stand on. Cheap to clone.
#[derive(Clone)]
pub struct Sync(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) db: Db,
    pub(crate) keys: KeyRing,
    pub(crate) egress: Egress,
    pub(crate) admission: Admission,
    pub(crate) queue: Queue,
    pub(crate) options: SyncOptions,
    /// Names this process in leases.
    pub(crate) host: String,
    pub(crate) spools: Spools,
    pub(crate) rooms: Rooms,
    pub(crate) watch: Watch,
    pub(crate) conflicts: Conflicts,
    pub(crate) nudged: Nudged,
    pub(crate) doors: Doors,
    pub(crate) readings: Readings,
    pub(crate) intake: Intake,
    pub(crate) stopping: Stopping,
}

impl Sync {
    pub fn new(
        db: Db,
        keys: KeyRing,
        egress: Egress,
        admission: Admission,
        queue: Queue,
        files: Area,
        options: SyncOptions,
    ) -> Self {
        let host = process::own_name();
        let spools = Spools::new(files);
        let (watch, nudged, doors) = (Watch::default(), Nudged::default(), Doors::default());
        let (intake, readings, stopping) = (Intake::default(), Readings::default(), Stopping::default());
        let rooms = Rooms::new(options.memory, options.page);
        Self(Arc::new(Parts {
            db,
            keys,
            egress,
            admission,
            queue,
            options,
            host,
            spools,
            rooms,
            watch,
            conflicts: Conflicts::default(),
            nudged,
            doors,
            readings,
            intake,
            stopping,
        }))
    }

    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Where this host counts.
    pub fn metrics(&self) -> &Metrics {
        self.0.egress.metrics()
    }

    pub fn admission(&self) -> &Admission {
        &self.0.admission
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.0
    }
}
