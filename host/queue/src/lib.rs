#![doc = include_str!("../README.md")]
// See docs/decisions/0024-jobs-are-nudges.md

mod depth;
mod job;
mod recurring;
mod registry;

use std::time::Duration;

use entrepot_store::{Db, Tx};
use riverqueue::migrate::{PostgresMigrator, SqliteMigrator};
use riverqueue::{Client, InsertOpts};
use thiserror::Error;

pub use depth::Depth;
pub use job::{BoxError, Job, Outcome};
pub use recurring::Recurring;
pub use registry::{Registry, Workers};

use job::Args;

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

const MIGRATION_TRIES: u32 = 5;
const MIGRATION_PAUSE: Duration = Duration::from_millis(300);

/// Inserts jobs.
#[derive(Clone)]
pub struct Queue(Client);

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

    /// Stores a job in the transaction of what causes it: both happen or neither.
    pub async fn enqueue<J: Job>(&self, tx: &mut Tx, job: J) -> Result<(), QueueError> {
        let options = InsertOpts::default().with_max_attempts(J::MAX_ATTEMPTS).with_queue(J::QUEUE);
        let insert = self.0.insert(Args(job)).opts(options);
        match tx {
            Tx::Postgres(tx) => insert.tx(tx).await.map(drop)?,
            Tx::Sqlite(tx) => insert.tx(tx).await.map(drop)?,
        }
        Ok(())
    }
}

fn builder(db: &Db) -> riverqueue::ClientBuilder {
    match db.pools() {
        entrepot_store::Pools::Postgres(pool) => Client::builder(pool.clone()),
        entrepot_store::Pools::Sqlite { jobs, .. } => Client::builder(jobs.clone()),
    }
}
