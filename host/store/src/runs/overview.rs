//! Runs as an overview of all channels shows them.

use super::RunRow;
use crate::{Scoped, StoreError};

const LATEST: &str = concat!(
    "SELECT ",
    run_columns!(),
    " FROM runs r WHERE r.tenant_id = $1 AND r.id = (SELECT MAX(n.id) FROM runs n WHERE n.tenant_id = $1 AND n.channel_id = r.channel_id)"
);
const COUNT_ACTIVE: &str = "SELECT COUNT(*) FROM runs WHERE tenant_id = $1 AND state IN ('queued', 'running')";

impl Scoped {
    /// The latest of each channel.
    pub async fn latest_runs(&self) -> Result<Vec<RunRow>, StoreError> {
        Ok(read_all!(self, RunRow, LATEST, self.tenant().as_str())?)
    }

    pub async fn count_active_runs(&self) -> Result<i64, StoreError> {
        let row = read_optional!(self, (i64,), COUNT_ACTIVE, self.tenant().as_str())?;
        Ok(row.map_or(0, |(count,)| count))
    }
}
