//! Runs whose lease is over, of whatever tenant: housekeeping is the host's business.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AbandonedRun {
    pub tenant_id: String,
    pub id: String,
    pub lease_until: Timestamp,
}

const ABANDONED: &str = "SELECT tenant_id, id, lease_until FROM runs \
    WHERE state IN ('queued', 'running') AND lease_until < $1 LIMIT 1000";

impl Db {
    /// Active runs whose lease was over at `now`.
    pub async fn abandoned_runs(&self, now: Timestamp) -> Result<Vec<AbandonedRun>, StoreError> {
        Ok(read_all!(self, AbandonedRun, ABANDONED, now)?)
    }
}
