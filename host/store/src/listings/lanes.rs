//! Who sends a channel's listings, until when all of them wait, and the channel's rule.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;

use crate::runs::Lease;
use crate::{Scoped, ScopedTx, StoreError};

/// A channel's listings as a whole.
#[derive(Clone, Debug, Default)]
pub struct Lane {
    pub lease: Option<Lease>,
    /// 0: no wait.
    pub not_before: Timestamp,
    /// Why they wait.
    pub problem: Option<String>,
    /// JSON: what the channel does with its listings.
    pub rule: Option<String>,
    /// Listings that the rule would end, which are too many to be believed; 0: none.
    pub ends_held: i64,
    /// So many a person said may be ended.
    pub ends_allowed: i64,
}

const POSTPONE: &str = "UPDATE listing_lanes SET not_before = $4, problem = $5 WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";
const RESUME: &str = "UPDATE listing_lanes SET not_before = 0, problem = NULL WHERE tenant_id = $1 AND channel_id = $2";
const FIND: &str = "SELECT lease_owner, lease_until, not_before, problem, rule, ends_held, ends_allowed FROM listing_lanes WHERE tenant_id = $1 AND channel_id = $2";
const RULE: &str = "INSERT INTO listing_lanes (tenant_id, channel_id, lease_owner, lease_until, not_before, rule) \
    VALUES ($1, $2, '', 0, 0, $3) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET rule = excluded.rule";
/// All that stands there or is to: another rule may make another price of it.
const TOUCH: &str = "UPDATE listings SET touches = touches + 1, tries = 0, \
    not_before = CASE WHEN sync_status IN ('sending', 'waiting') THEN not_before ELSE $3 END \
    WHERE tenant_id = $1 AND channel_id = $2 AND (status <> 'draft' OR external_id IS NOT NULL)";
const STOP: &str = "UPDATE listings SET not_before = NULL, sync_status = 'failed', sync_error = $3 \
    WHERE tenant_id = $1 AND channel_id = $2 AND not_before IS NOT NULL";

impl Scoped {
    pub async fn listing_lane(&self, channel: &ChannelId) -> Result<Lane, StoreError> {
        type Row = (String, Timestamp, Timestamp, Option<String>, Option<String>, i64, i64);
        let row = read_optional!(self, Row, FIND, self.tenant().as_str(), channel.as_str())?;
        let (owner, until, not_before, problem, rule, ends_held, ends_allowed) = row.unwrap_or_default();
        let lease = (!owner.is_empty()).then_some(Lease { owner, until });
        Ok(Lane { lease, not_before, problem, rule, ends_held, ends_allowed })
    }
}

impl ScopedTx {
    /// All listings of the channel wait, and why.
    pub async fn postpone_listing_lane(
        &mut self,
        channel: &ChannelId,
        owner: &str,
        at: Timestamp,
        why: Option<&str>,
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, POSTPONE, self.tenant.as_str(), channel.as_str(), owner, at, why)?;
        Ok(())
    }

    /// Nothing is to be done about the channel's listings any more.
    pub async fn stop_listings(&mut self, channel: &ChannelId, why: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, STOP, self.tenant.as_str(), channel.as_str(), why)?;
        Ok(())
    }

    /// Somebody says that it is worth another try now.
    pub async fn resume_listing_lane(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        execute!(&mut self.tx, RESUME, self.tenant.as_str(), channel.as_str())?;
        Ok(())
    }

    /// Sets the channel's rule, and has all of its listings looked at; where it `lists` by itself, all products, too.
    pub async fn set_listing_rule(&mut self, channel: &ChannelId, rule: &str, lists: bool) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, RULE, self.tenant.as_str(), channel.as_str(), rule)?;
        execute!(&mut self.tx, TOUCH, self.tenant.as_str(), channel.as_str(), now)?;
        self.set_lists(channel, lists).await
    }
}
