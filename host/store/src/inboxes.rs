//! A channel's inbox: one worker at a time over all hosts, and whether the marketplace is to deliver to it.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;

use crate::runs::Lease;
use crate::{Db, Scoped, ScopedTx, StoreError};

/// Who has a channel's deliveries, and until when they wait.
#[derive(Clone, Debug)]
pub struct Inbox {
    pub lease: Option<Lease>,
    /// 0: no wait.
    pub not_before: Timestamp,
}

/// A channel whose subscriptions somebody should look after.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Subscribed {
    pub tenant_id: String,
    pub channel_id: String,
    /// Empty: they were made by hand.
    pub callback_url: String,
    /// What was found the last time.
    pub problem: Option<String>,
    pub mended_at: Timestamp,
    /// Over tenant, channel and address.
    pub mac: Option<String>,
}

/// Where a marketplace is to deliver to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Callback {
    pub callback_url: String,
    pub mac: Option<String>,
}

const POSTPONE: &str = "UPDATE webhook_inboxes SET not_before = $4 \
    WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";
const RESUME: &str = "UPDATE webhook_inboxes SET not_before = 0 WHERE tenant_id = $1 AND channel_id = $2";
const FIND: &str =
    "SELECT lease_owner, lease_until, not_before FROM webhook_inboxes WHERE tenant_id = $1 AND channel_id = $2";
const SUBSCRIBE: &str = "INSERT INTO webhook_inboxes (tenant_id, channel_id, lease_owner, lease_until, not_before, callback_url, \
    mended_at, mac) VALUES ($1, $2, '', 0, 0, $3, $4, $5) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET \
    callback_url = excluded.callback_url, mended_at = excluded.mended_at, mac = excluded.mac, hooks_problem = NULL";
const UNSUBSCRIBE: &str = "UPDATE webhook_inboxes SET callback_url = NULL, mac = NULL, hooks_problem = NULL, hooks_lost = NULL, hooks_lost_at = NULL WHERE tenant_id = $1 AND channel_id = $2";
const CALLBACK: &str = "SELECT callback_url, mac FROM webhook_inboxes WHERE tenant_id = $1 AND channel_id = $2 AND callback_url IS NOT NULL";
/// Also of channels that are delivered to without a subscription of ours: by webhooks that were made by hand.
const DUE: &str = "SELECT i.tenant_id, i.channel_id, COALESCE(i.callback_url, '') AS callback_url, i.mended_at, i.mac, \
    i.hooks_problem AS problem FROM webhook_inboxes i JOIN channels c ON c.tenant_id = i.tenant_id AND c.id = i.channel_id \
    WHERE i.mended_at < $1 AND c.removed_at IS NULL AND (i.callback_url IS NOT NULL OR (SELECT d.received_at FROM webhook_deliveries d \
    WHERE d.tenant_id = i.tenant_id AND d.channel_id = i.channel_id ORDER BY d.id DESC LIMIT 1) > $2) ORDER BY i.mended_at LIMIT 100";
const CLAIM: &str = "UPDATE webhook_inboxes SET mended_at = $4 \
    WHERE tenant_id = $1 AND channel_id = $2 AND mended_at = $3 AND COALESCE(callback_url, '') = $5";

const DELETIONS: &str =
    "SELECT deleting_since, deleted, deleted_of FROM webhook_inboxes WHERE tenant_id = $1 AND channel_id = $2";
const NOTE_DELETIONS: &str = "INSERT INTO webhook_inboxes (tenant_id, channel_id, lease_owner, lease_until, not_before, mended_at, \
    deleting_since, deleted, deleted_of) VALUES ($1, $2, '', 0, 0, 0, $3, $4, $5) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET \
    deleting_since = excluded.deleting_since, deleted = excluded.deleted, deleted_of = excluded.deleted_of";

/// What runs and deliveries deleted since a moment, and of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Deletions {
    #[sqlx(rename = "deleting_since")]
    pub since: Timestamp,
    pub deleted: i64,
    #[sqlx(rename = "deleted_of")]
    pub of: i64,
}

impl Db {
    /// Channels whose subscriptions nobody looked after since then; those made by hand, where something came since `told`.
    pub async fn subscriptions_due(&self, before: Timestamp, told: Timestamp) -> Result<Vec<Subscribed>, StoreError> {
        Ok(read_all!(self, Subscribed, DUE, before, told)?)
    }
}

impl Scoped {
    pub async fn inbox(&self, channel: &ChannelId) -> Result<Inbox, StoreError> {
        type Row = (String, Timestamp, Timestamp);
        let row = read_optional!(self, Row, FIND, self.tenant().as_str(), channel.as_str())?;
        let (owner, until, not_before) = row.unwrap_or_default();
        Ok(Inbox { lease: (!owner.is_empty()).then_some(Lease { owner, until }), not_before })
    }

    pub async fn deletions(&self, channel: &ChannelId) -> Result<Deletions, StoreError> {
        let row = read_optional!(self, Deletions, DELETIONS, self.tenant().as_str(), channel.as_str())?;
        Ok(row.unwrap_or_default())
    }

    /// Where the marketplace is to deliver to; `None`: no subscriptions are wanted.
    pub async fn wanted_callback(&self, channel: &ChannelId) -> Result<Option<Callback>, StoreError> {
        Ok(read_optional!(self, Callback, CALLBACK, self.tenant().as_str(), channel.as_str())?)
    }
}

impl ScopedTx {
    /// Whoever has the inbox was told to wait.
    pub async fn postpone_inbox(&mut self, channel: &ChannelId, owner: &str, at: Timestamp) -> Result<(), StoreError> {
        execute!(&mut self.tx, POSTPONE, self.tenant.as_str(), channel.as_str(), owner, at)?;
        Ok(())
    }

    /// What runs and deliveries deleted by now.
    pub async fn note_deletions(&mut self, channel: &ChannelId, by_now: Deletions) -> Result<(), StoreError> {
        let Deletions { since, deleted, of } = by_now;
        execute!(&mut self.tx, NOTE_DELETIONS, self.tenant.as_str(), channel.as_str(), since, deleted, of)?;
        Ok(())
    }

    /// Somebody says that it is worth another try now.
    pub async fn resume_inbox(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        execute!(&mut self.tx, RESUME, self.tenant.as_str(), channel.as_str())?;
        Ok(())
    }

    pub async fn want_subscriptions(
        &mut self,
        channel: &ChannelId,
        callback_url: &str,
        mac: &str,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, SUBSCRIBE, self.tenant.as_str(), channel.as_str(), callback_url, now, mac)?;
        Ok(())
    }

    pub async fn forget_subscriptions(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        execute!(&mut self.tx, UNSUBSCRIBE, self.tenant.as_str(), channel.as_str())?;
        Ok(())
    }

    /// True for the one host that is to look after these subscriptions now.
    pub async fn claim_subscriptions(&mut self, of: &Subscribed) -> Result<bool, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        let (channel, url) = (of.channel_id.as_str(), of.callback_url.as_str());
        Ok(execute!(&mut self.tx, CLAIM, tenant, channel, of.mended_at, now, url)? == 1)
    }
}
