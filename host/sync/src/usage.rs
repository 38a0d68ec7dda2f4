//! What was counted while an adapter worked, handed over to be written down.

use entrepot_domain::TenantId;
use entrepot_store::Scoped;
use entrepot_store::usage::UsedBy;

use crate::channels::OpenChannel;
use crate::import::with_patience;
use crate::{Sync, SyncError};

impl Sync {
    /// Writes down what was counted since the last time. True: it went so badly that the version before is in use again.
    pub(crate) async fn account(&self, scoped: &Scoped, channel: &OpenChannel) -> bool {
        let entries = channel.view.ledger.take();
        let by = UsedBy {
            adapter: &channel.view.adapter,
            generation: channel.generation.number,
            tenant: scoped.tenant(),
            channel: &channel.id,
        };
        let account = async || self.admission().account(by, &entries).await.map_err(SyncError::from);
        match with_patience(self.parts().options.database_patience, account).await {
            Ok(withdrawn) => withdrawn,
            Err(error) => {
                // The work itself is done and committed.
                tracing::error!(
                    channel = channel.id.as_str(),
                    "what the adapter did could not be written down: {error}"
                );
                false
            }
        }
    }

    /// Ends the quarantine of a channel. False: it was in none.
    pub async fn release_channel(&self, tenant: &TenantId, channel: &str, by: &str) -> Result<bool, SyncError> {
        let row = self.channel(tenant, channel).await?;
        let scoped = self.db().tenant(tenant);
        Ok(self.admission().release(&scoped, &row.id.into(), &row.adapter_id, by).await?)
    }
}
