#![doc = include_str!("../README.md")]
// See docs/decisions/0024-jobs-are-nudges.md

mod depth;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entrepot_store::{Db, Tx};
use riverqueue::migrate::{PostgresMigrator, SqliteMigrator};
use riverqueue::{Client, InsertOpts, JobArgs, MaintenanceConfig, QueueConfig, RunHandle, Workers};
use thiserror::Error;

pub use depth::Depth;
use worker::{InboxArgs, InboxWorker, RunArgs, RunWorker};

/// What wants to be worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Job {
    /// "This run wants to go on."
    Run { tenant: String, run: String },
    /// "Something came for this channel."
    Inbox { tenant: String, channel: String },
}

/// What a handler made of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Again after this long; does not count as a failed attempt.
    Later(Duration),
}

#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// An error is unexpected: the job is tried again with River's backoff.
    async fn handle(&self, job: Job) -> Result<Outcome, Box<dyn std::error::Error + Send + Sync>>;
}

#[derive(Debug, Error)]
pub enum QueueError {
    #[error("the job engine answered: {0}")]
    River(riverqueue::Error),
    #[error("the job engine's tables could not be brought up to date: {0}")]
    Migrate(String),
    #[error(transparent)]
    Store(#[from] entrepot_store::StoreError),
}

impl From<riverqueue::Error> for QueueError {
    fn from(error: riverqueue::Error) -> Self {
        match error {
            // What the database says is the same whoever asked it.
            riverqueue::Error::Database(error) => Self::Store(error.into()),
            error => Self::River(error),
        }
    }
}

/// How often due jobs are looked for, and how often a fresh job is noticed where the database does not tell.
const POLL: Duration = Duration::from_millis(250);
const COOLDOWN: Duration = Duration::from_millis(20);
/// A handler works for a time slice and one page more; whoever takes longer than this is dead.
const JOB_TIMEOUT: Duration = Duration::from_secs(900);
const RESCUE_AFTER: Duration = Duration::from_secs(960);
const QUEUE: &str = "default";
/// Deliveries do not wait for imports to have their turn.
const INBOX_QUEUE: &str = "inboxes";
const INBOX_WORKERS: usize = 2;
const MIGRATION_TRIES: u32 = 5;
const MIGRATION_PAUSE: Duration = Duration::from_millis(300);

/// Inserts jobs.
#[derive(Clone)]
pub struct Queue(Client);

/// Works jobs until it is stopped.
pub struct Running(RunHandle);

impl Queue {
    /// Brings the job engine's own tables up to date.
    pub async fn migrate(db: &Db) -> Result<(), QueueError> {
        let fail = |error: &dyn std::fmt::Display| QueueError::Migrate(error.to_string());
        match db.pools() {
            entrepot_store::Pools::Postgres(pool) => {
                let mut tries = 0;
                // Of two hosts that make the tables at the same moment one fails, and finds them made when it looks again.
                while let Err(error) = PostgresMigrator::new(pool.clone()).migrate_up().await {
                    tries += 1;
                    if tries >= MIGRATION_TRIES {
                        return Err(fail(&error));
                    }
                    tokio::time::sleep(MIGRATION_PAUSE).await;
                }
            }
            entrepot_store::Pools::Sqlite { write, .. } => {
                SqliteMigrator::new(write.clone()).migrate_up().await.map_err(|error| fail(&error))?;
            }
        }
        Ok(())
    }

    pub fn new(db: &Db) -> Result<Self, QueueError> {
        Ok(Self(builder(db).build()?))
    }

    /// In the transaction of what causes the job: both happen or neither.
    pub async fn enqueue(&self, tx: &mut Tx, job: Job) -> Result<(), QueueError> {
        match job {
            Job::Run { tenant, run } => self.insert(tx, QUEUE, RunArgs { tenant, run }).await,
            Job::Inbox { tenant, channel } => self.insert(tx, INBOX_QUEUE, InboxArgs { tenant, channel }).await,
        }
    }

    async fn insert(&self, tx: &mut Tx, queue: &str, args: impl JobArgs) -> Result<(), QueueError> {
        let insert = self.0.insert(args).opts(InsertOpts::default().with_max_attempts(25).with_queue(queue));
        match tx {
            Tx::Postgres(tx) => insert.tx(tx).await.map(drop)?,
            Tx::Sqlite(tx) => insert.tx(tx).await.map(drop)?,
        }
        Ok(())
    }

    /// Works jobs with `handler`, at most `workers` runs at a time and a few inboxes beside them.
    pub fn work(db: &Db, handler: Arc<dyn Handler>, workers: usize) -> Result<Running, QueueError> {
        let mut known = Workers::new();
        known.add(RunWorker(handler.clone()))?;
        known.add(InboxWorker(handler))?;
        let queue = |workers| QueueConfig::new(workers).with_fetch_poll_interval(POLL);
        let maintenance = MaintenanceConfig::default()
            .with_scheduler_interval(POLL)
            .with_rescue_after(RESCUE_AFTER)
            .with_rescuer_interval(Duration::from_secs(30));
        let client = builder(db)
            .workers(known)
            .queue(QUEUE, queue(workers))
            .queue(INBOX_QUEUE, queue(INBOX_WORKERS))
            .fetch_cooldown(COOLDOWN)
            .job_timeout(JOB_TIMEOUT)
            .maintenance(maintenance)
            .build()?;
        Ok(Running(client.start()?))
    }
}

fn builder(db: &Db) -> riverqueue::ClientBuilder {
    match db.pools() {
        entrepot_store::Pools::Postgres(pool) => Client::builder(pool.clone()),
        entrepot_store::Pools::Sqlite { jobs, .. } => Client::builder(jobs.clone()),
    }
}

impl Running {
    /// No job is begun any more.
    pub fn begin_no_more(&self) {
        self.0.stopper().stop();
    }

    /// Ends when the jobs under way have ended.
    pub async fn stop(mut self) {
        if let Err(error) = self.0.stop().await {
            tracing::warn!("the job engine did not stop cleanly: {error}");
        }
    }
}
