//! A run that waits for the marketplace, and what it waits for is there.

use entrepot_domain::{ChannelId, RunId};

use crate::{ScopedTx, StoreError};

const WAKE: &str = "UPDATE runs SET not_before = $3 WHERE tenant_id = $1 AND channel_id = $2 \
    AND state IN ('queued', 'running') AND not_before > $3 RETURNING id";

impl ScopedTx {
    /// Ends the wait of the channel's active run. `None`: there is none that waits.
    pub async fn wake_run(&mut self, channel: &ChannelId) -> Result<Option<RunId>, StoreError> {
        let now = self.clock.now();
        let row = tx_optional!(&mut self.tx, (String,), WAKE, self.tenant.as_str(), channel.as_str(), now)?;
        Ok(row.map(|(id,)| RunId::from(id)))
    }
}
