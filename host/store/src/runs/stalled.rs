//! Runs that bring nothing any more, of whatever tenant.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError};

/// A run that is under way and stands still.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StalledRun {
    pub tenant_id: String,
    pub id: String,
    /// The channel's name.
    pub channel: String,
    pub adapter_id: String,
    /// When something new came last, or the run was made.
    pub since: Timestamp,
    /// Nothing is asked of the marketplace before.
    pub not_before: Option<Timestamp>,
    pub failure: Option<String>,
}

const MARK: &str = "UPDATE runs SET stalled_at = $2 WHERE state IN ('queued', 'running') AND stalled_at IS NULL \
    AND COALESCE(progressed_at, started_at, created_at) <= $1";
const STALLED: &str = "SELECT r.tenant_id, r.id, c.name AS channel, c.adapter_id, COALESCE(r.progressed_at, r.started_at, r.created_at) AS since, \
    r.not_before, r.failure FROM runs r JOIN channels c ON c.tenant_id = r.tenant_id AND c.id = r.channel_id \
    WHERE r.state IN ('queued', 'running') AND r.stalled_at IS NOT NULL ORDER BY since LIMIT 1000";

impl Db {
    /// Notes which runs have brought nothing new since then. How many there are now that were not noted before.
    pub async fn mark_stalled(&self, since: Timestamp) -> Result<u64, StoreError> {
        let now = self.clock().now();
        let mut tx = self.begin().await?;
        let marked = execute!(&mut tx, MARK, since, now)?;
        tx.commit().await?;
        Ok(marked)
    }

    pub async fn stalled_runs(&self) -> Result<Vec<StalledRun>, StoreError> {
        Ok(read_all!(self, StalledRun, STALLED)?)
    }
}
