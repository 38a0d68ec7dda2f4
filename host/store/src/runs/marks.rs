//! Small changes of runs beside their pages: a wait that ends, a reason that gets its name.

use entrepot_domain::{ChannelId, RunId};

use crate::{ScopedTx, StoreError};

const WAKE: &str = "UPDATE runs SET not_before = $3 WHERE tenant_id = $1 AND channel_id = $2 \
    AND state IN ('queued', 'running') AND not_before > $3 RETURNING id";

const CODE: &str = "UPDATE runs SET code = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'failed'";

impl ScopedTx {
    /// Why it failed, as a stable reason.
    pub async fn code_run(&mut self, run: &RunId, code: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, CODE, self.tenant.as_str(), run.as_str(), code)?;
        Ok(())
    }

    /// Ends the wait of the channel's active run. `None`: there is none that waits.
    pub async fn wake_run(&mut self, channel: &ChannelId) -> Result<Option<RunId>, StoreError> {
        let now = self.clock.now();
        let row = tx_optional!(&mut self.tx, (String,), WAKE, self.tenant.as_str(), channel.as_str(), now)?;
        Ok(row.map(|(id,)| RunId::from(id)))
    }
}
