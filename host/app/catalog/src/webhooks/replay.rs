//! Working once more on deliveries that are kept.

use entrepot_domain::{ChannelId, TenantId};
use entrepot_store::ScopedTx;
use entrepot_store::deliveries::WhichDeliveries;

use crate::{Deliveries, ProcessInbox};
use entrepot_core::AppError;

impl Deliveries {
    /// Puts deliveries back to where they were when they came, with a job. What the catalogue has learnt since then stays: an item
    /// is applied only if it is not older than what is stored. The number of deliveries.
    pub async fn replay_deliveries(
        &self,
        tenant: &TenantId,
        channel: &str,
        which: &WhichDeliveries,
    ) -> Result<u64, AppError> {
        let channel = ChannelId::from(self.channels.channel(tenant, channel).await?.id);
        let scoped = self.services.db().tenant(tenant);
        if let WhichDeliveries::These(ids) = which {
            for id in ids {
                let known = scoped.delivery(id).await?.filter(|row| row.channel_id == channel.as_str());
                known.ok_or_else(|| AppError::NoDelivery(id.clone()))?;
            }
        }
        let mut tx = scoped.begin().await?;
        let refreshed = self.replay_in(&mut tx, &channel, which).await?;
        tx.commit().await?;
        Ok(refreshed)
    }

    /// The same in a transaction of others, of deliveries that are there.
    pub(crate) async fn replay_in(
        &self,
        tx: &mut ScopedTx,
        channel: &ChannelId,
        which: &WhichDeliveries,
    ) -> Result<u64, AppError> {
        let refreshed = tx.refresh_deliveries(channel, which).await?;
        if refreshed > 0 {
            tx.resume_inbox(channel).await?;
            let job = ProcessInbox::new(&tx.tenant().clone(), channel);
            self.services.queue().enqueue(tx.raw(), job).await?;
        }
        Ok(refreshed)
    }
}
