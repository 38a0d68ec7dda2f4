//! Work on a channel that one worker at a time does over all hosts: its lease.

use entrepot_domain::ChannelId;

use crate::runs::Lease;
use crate::{ScopedTx, StoreError};

/// What the worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelWork {
    /// Takes in what was delivered.
    Deliveries,
    /// Sends listings.
    Listings,
}

// From an owner who is thought dead, as long as it is still the lease that was thought about.
const LEASE_DELIVERIES: &str = "INSERT INTO webhook_inboxes (tenant_id, channel_id, lease_owner, lease_until, not_before, mended_at) \
    VALUES ($1, $2, $3, $4, 0, 0) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET \
    lease_owner = excluded.lease_owner, lease_until = excluded.lease_until \
    WHERE webhook_inboxes.lease_owner = '' OR (webhook_inboxes.lease_owner = $5 AND webhook_inboxes.lease_until = $6)";
const LEASE_LISTINGS: &str = "INSERT INTO listing_lanes (tenant_id, channel_id, lease_owner, lease_until, not_before) \
    VALUES ($1, $2, $3, $4, 0) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET \
    lease_owner = excluded.lease_owner, lease_until = excluded.lease_until \
    WHERE listing_lanes.lease_owner = '' OR (listing_lanes.lease_owner = $5 AND listing_lanes.lease_until = $6)";
const HOLD_DELIVERIES: &str =
    "UPDATE webhook_inboxes SET lease_until = $4 WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";
const HOLD_LISTINGS: &str =
    "UPDATE listing_lanes SET lease_until = $4 WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";
const RELEASE_DELIVERIES: &str = "UPDATE webhook_inboxes SET lease_owner = '', lease_until = 0 \
    WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";
const RELEASE_LISTINGS: &str = "UPDATE listing_lanes SET lease_owner = '', lease_until = 0 \
    WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";

impl ChannelWork {
    fn statement(self, deliveries: &'static str, listings: &'static str) -> &'static str {
        match self {
            Self::Deliveries => deliveries,
            Self::Listings => listings,
        }
    }
}

impl ScopedTx {
    /// Takes work that is free; from `dead`, too, whose owner is not heard of. False: another worker has it.
    pub async fn lease_channel_work(
        &mut self,
        work: ChannelWork,
        channel: &ChannelId,
        owner: &str,
        ttl_ms: i64,
        dead: Option<&Lease>,
    ) -> Result<bool, StoreError> {
        let (tenant, until) = (self.tenant.as_str(), self.clock.now() + ttl_ms);
        let (old, old_until) = Lease::parts(dead);
        let lease = work.statement(LEASE_DELIVERIES, LEASE_LISTINGS);
        Ok(execute!(&mut self.tx, lease, tenant, channel.as_str(), owner, until, old, old_until)? == 1)
    }

    /// Renews the lease. Fails, and with it everything in this transaction, when another worker has taken it.
    pub async fn hold_channel_work(
        &mut self,
        work: ChannelWork,
        channel: &ChannelId,
        owner: &str,
        ttl_ms: i64,
    ) -> Result<(), StoreError> {
        let (tenant, until) = (self.tenant.as_str(), self.clock.now() + ttl_ms);
        let hold = work.statement(HOLD_DELIVERIES, HOLD_LISTINGS);
        let touched = execute!(&mut self.tx, hold, tenant, channel.as_str(), owner, until)?;
        if touched == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    pub async fn release_channel_work(
        &mut self,
        work: ChannelWork,
        channel: &ChannelId,
        owner: &str,
    ) -> Result<(), StoreError> {
        let release = work.statement(RELEASE_DELIVERIES, RELEASE_LISTINGS);
        execute!(&mut self.tx, release, self.tenant.as_str(), channel.as_str(), owner)?;
        Ok(())
    }
}
