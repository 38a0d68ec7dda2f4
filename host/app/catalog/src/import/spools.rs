//! Files that adapters download stay on this host for as long as their run is worked on here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use entrepot_domain::RunId;
use entrepot_spool::{Area, Spool};

/// A run that this host did not touch for so long goes on elsewhere, or waits for so long that its files are made again.
const IDLE: Duration = Duration::from_secs(60 * 60);

pub(crate) struct Spools {
    area: Area,
    by_run: Mutex<HashMap<String, (Spool, Instant)>>,
}

impl Spools {
    pub(crate) fn new(area: Area) -> Self {
        Self { area, by_run: Mutex::default() }
    }

    /// The run's own, with room for `limit` bytes if it is made now.
    pub(crate) fn of(&self, run: &RunId, limit: u64) -> Spool {
        let mut by_run = self.by_run();
        by_run.retain(|known, (_, touched)| known == run.as_str() || touched.elapsed() < IDLE);
        let (spool, touched) =
            by_run.entry(run.to_string()).or_insert_with(|| (self.area.spool(limit), Instant::now()));
        *touched = Instant::now();
        spool.clone()
    }

    /// The run is over.
    pub(crate) fn forget(&self, run: &RunId) {
        self.by_run().remove(run.as_str());
    }

    fn by_run(&self) -> MutexGuard<'_, HashMap<String, (Spool, Instant)>> {
        self.by_run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
