//! Which jobs this process runs, and how many at a time.

use std::time::Duration;

use entrepot_metrics::Metrics;
use entrepot_store::Db;
use riverqueue::{MaintenanceConfig, QueueConfig, RunHandle};
use tokio::task::JoinHandle;

use crate::job::{Args, JobWorker};
use crate::{Job, QueueError, Recurring, builder};

/// How often due jobs are looked for, and how often a fresh job is noticed where the database does not tell.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
const FETCH_COOLDOWN: Duration = Duration::from_millis(20);
/// A job works for a time slice and one page more; whoever takes longer than this is dead.
const JOB_TIMEOUT: Duration = Duration::from_secs(900);
const RESCUE_AFTER: Duration = Duration::from_secs(960);
const RESCUE_INTERVAL: Duration = Duration::from_secs(30);

/// Collects jobs, queues and recurring work, and starts them.
#[derive(Default)]
pub struct Registry {
    workers: riverqueue::Workers,
    queues: Vec<(&'static str, usize)>,
    recurring: Vec<Recurring>,
}

impl Registry {
    /// Jobs of this kind are run with `context`.
    pub fn job<J: Job>(mut self, context: J::Context) -> Result<Self, QueueError> {
        self.workers.add::<Args<J>, _>(JobWorker::<J>(context))?;
        Ok(self)
    }

    /// At most `workers` jobs of this queue run at a time in this process.
    #[must_use]
    pub fn queue(mut self, name: &'static str, workers: usize) -> Self {
        self.queues.push((name, workers));
        self
    }

    #[must_use]
    pub fn recurring(mut self, work: Recurring) -> Self {
        self.recurring.push(work);
        self
    }

    /// Runs jobs until [`Workers::stop`].
    pub fn start(self, db: &Db, metrics: &Metrics) -> Result<Workers, QueueError> {
        let maintenance = MaintenanceConfig::default()
            .with_scheduler_interval(POLL_INTERVAL)
            .with_rescue_after(RESCUE_AFTER)
            .with_rescuer_interval(RESCUE_INTERVAL);
        let mut client = builder(db)
            .workers(self.workers)
            .fetch_cooldown(FETCH_COOLDOWN)
            .job_timeout(JOB_TIMEOUT)
            .maintenance(maintenance);
        for (name, workers) in self.queues {
            client = client.queue(name, QueueConfig::new(workers).with_fetch_poll_interval(POLL_INTERVAL));
        }
        let jobs = client.build()?.start()?;
        let recurring = self.recurring.into_iter().map(|work| work.start(metrics.clone())).collect();
        Ok(Workers { jobs, recurring })
    }
}

/// Runs jobs until it is stopped.
pub struct Workers {
    jobs: RunHandle,
    recurring: Vec<JoinHandle<()>>,
}

impl Workers {
    /// No further job begins.
    pub fn begin_no_more(&self) {
        self.recurring.iter().for_each(JoinHandle::abort);
        self.jobs.stopper().stop();
    }

    /// Returns when the jobs that are running have ended.
    pub async fn stop(mut self) {
        self.begin_no_more();
        if let Err(error) = self.jobs.stop().await {
            tracing::warn!(error = %error, "the job engine did not stop cleanly");
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.recurring.iter().for_each(JoinHandle::abort);
    }
}
