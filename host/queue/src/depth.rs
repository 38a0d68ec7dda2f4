//! How many jobs there are, and in which state.

use entrepot_store::{Db, Pools};

use crate::{Queue, QueueError};

/// Jobs of one queue in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depth {
    pub queue: String,
    pub state: String,
    pub jobs: i64,
}

/// What is done is not counted: the job engine keeps it for a day, and nobody waits for it.
const COUNT: &str = "SELECT queue, CAST(state AS TEXT), COUNT(*) FROM river_job \
    WHERE state IN ('available', 'running', 'scheduled', 'retryable', 'discarded', 'pending') GROUP BY queue, state";

impl Queue {
    /// Over all queues.
    pub async fn depth(db: &Db) -> Result<Vec<Depth>, QueueError> {
        type Row = (String, String, i64);
        let rows: Result<Vec<Row>, sqlx::Error> = match db.pools() {
            Pools::Postgres(pool) => sqlx::query_as(COUNT).fetch_all(pool).await,
            Pools::Sqlite { read, .. } => sqlx::query_as(COUNT).fetch_all(read).await,
        };
        let rows = rows.map_err(|error| QueueError::Store(error.into()))?;
        Ok(rows.into_iter().map(|(queue, state, jobs)| Depth { queue, state, jobs }).collect())
    }
}
