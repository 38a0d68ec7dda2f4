//! The job of this context, and what makes it.

use async_trait::async_trait;
use entrepot_core::AppError;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_queue::{BoxError, Job, Outcome};
use serde::{Deserialize, Serialize};

use crate::Listings;

/// "Listings of this channel are to be looked at."
#[derive(Debug, Serialize, Deserialize)]
pub struct SyncListings {
    pub tenant: String,
    pub channel: String,
}

#[async_trait]
impl Job for SyncListings {
    type Context = Listings;
    const KIND: &'static str = "sync_listings";
    /// A change of a price does not wait for imports to have their turn.
    const QUEUE: &'static str = "listings";

    async fn run(self, listings: Listings) -> Result<Outcome, BoxError> {
        Ok(listings.sync(&TenantId::from(self.tenant), &ChannelId::from(self.channel)).await?)
    }
}

impl Listings {
    /// Makes a job for each channel with listings that are due. One too many finds nothing to do.
    pub async fn sync_due(&self) -> Result<usize, AppError> {
        let due = self.services.db().channels_with_due_listings(self.services.db().clock().now()).await?;
        let mut made = 0;
        for (tenant, channel) in due {
            if !self.fields.is_new(&tenant, &channel) {
                continue;
            }
            let mut tx = self.services.db().tenant(&TenantId::from(tenant.as_str())).begin().await?;
            self.services.queue().enqueue(tx.raw(), SyncListings { tenant, channel }).await?;
            tx.commit().await?;
            made += 1;
        }
        Ok(made)
    }
}
