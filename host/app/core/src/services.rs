//! What all use cases share.

use std::sync::Arc;

use entrepot_adapters::Admission;
use entrepot_egress::Egress;
use entrepot_metrics::Metrics;
use entrepot_queue::Queue;
use entrepot_spool::Area;
use entrepot_store::Db;
use entrepot_vault::KeyRing;

use crate::AppError;
use crate::lease_monitor::LeaseMonitor;
use crate::stopping::Stopping;
use crate::{Options, process};

/// What a host is made of, ready to use.
pub struct Parts {
    pub db: Db,
    pub keys: Arc<KeyRing>,
    pub egress: Egress,
    pub admission: Admission,
    pub queue: Queue,
    /// Where runs keep files that an adapter downloads.
    pub files: Area,
    pub options: Options,
}

/// The host's services, shared by all use cases. Cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

struct Inner {
    parts: Parts,
    host: String,
    lease_monitor: LeaseMonitor,
    stopping: Stopping,
}

impl Services {
    pub fn new(parts: Parts) -> Self {
        let (lease_monitor, stopping) = (LeaseMonitor::default(), Stopping::default());
        Self(Arc::new(Inner { parts, host: process::own_name(), lease_monitor, stopping }))
    }

    pub fn db(&self) -> &Db {
        &self.0.parts.db
    }

    pub fn keys(&self) -> &KeyRing {
        &self.0.parts.keys
    }

    pub fn egress(&self) -> &Egress {
        &self.0.parts.egress
    }

    pub fn admission(&self) -> &Admission {
        &self.0.parts.admission
    }

    pub fn queue(&self) -> &Queue {
        &self.0.parts.queue
    }

    pub fn files(&self) -> &Area {
        &self.0.parts.files
    }

    pub fn options(&self) -> &Options {
        &self.0.parts.options
    }

    /// This process's counters.
    pub fn metrics(&self) -> &Metrics {
        self.egress().metrics()
    }

    /// Names this process in leases.
    pub fn host_name(&self) -> &str {
        &self.0.host
    }

    /// What this process saw of leases that others hold.
    pub fn lease_monitor(&self) -> &LeaseMonitor {
        &self.0.lease_monitor
    }

    /// Work under way ends after its page and is given back, so that another worker goes on with it at once.
    pub fn wind_down(&self) {
        self.0.stopping.wind_down();
    }

    /// Work under way is dropped where it is, and given back. Nothing of an unfinished page was written.
    pub fn let_go(&self) {
        self.0.stopping.let_go();
    }

    pub fn is_winding_down(&self) -> bool {
        self.0.stopping.is_winding_down()
    }

    /// The work, or, if it is to be let go first, [`AppError::Stopping`].
    pub async fn unless_stopped<T>(&self, work: impl Future<Output = Result<T, AppError>>) -> Result<T, AppError> {
        self.0.stopping.unless(work).await
    }
}
