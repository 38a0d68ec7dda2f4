use async_trait::async_trait;
use entrepot_domain::{ChannelId, TenantId};
use entrepot_queue::{BoxError, Job, Outcome};
use serde::{Deserialize, Serialize};

use crate::Deliveries;

/// "Deliveries have come for this channel."
#[derive(Debug, Serialize, Deserialize)]
pub struct ProcessInbox {
    pub tenant: String,
    pub channel: String,
}

impl ProcessInbox {
    pub fn new(tenant: &TenantId, channel: &ChannelId) -> Self {
        Self { tenant: tenant.to_string(), channel: channel.to_string() }
    }
}

#[async_trait]
impl Job for ProcessInbox {
    type Context = Deliveries;
    const KIND: &'static str = "process_inbox";
    /// Deliveries do not wait for imports to have their turn.
    const QUEUE: &'static str = "inboxes";

    async fn run(self, deliveries: Deliveries) -> Result<Outcome, BoxError> {
        Ok(deliveries.process_inbox(&TenantId::from(self.tenant), &ChannelId::from(self.channel)).await?)
    }
}
