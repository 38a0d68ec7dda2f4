//! Runs that a worker has, of whatever tenant: whether it is still there is the host's business.

use entrepot_domain::clock::Timestamp;

use crate::{Db, StoreError};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LeasedRun {
    pub tenant_id: String,
    pub id: String,
    pub lease_owner: String,
    pub lease_until: Timestamp,
}

const LEASED: &str = "SELECT tenant_id, id, lease_owner, lease_until FROM runs \
    WHERE state IN ('queued', 'running') AND lease_owner IS NOT NULL AND lease_until IS NOT NULL ORDER BY lease_until LIMIT 1000";

impl Db {
    /// Active runs that some worker has, those first whose lease ends first.
    pub async fn leased_runs(&self) -> Result<Vec<LeasedRun>, StoreError> {
        Ok(read_all!(self, LeasedRun, LEASED)?)
    }
}
