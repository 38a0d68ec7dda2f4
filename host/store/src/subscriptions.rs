//! How a channel's webhooks are: as they were found last, whether their verification pauses, and whether a look at the shop is wanted.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;

use crate::inboxes::Subscribed;
use crate::{Db, Scoped, ScopedTx, StoreError};

/// A channel's webhooks as they were found last.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct HooksRow {
    pub channel_id: String,
    /// Where the marketplace is to deliver to; `None`: nobody asked it to.
    pub callback_url: Option<String>,
    pub mended_at: Timestamp,
    /// Why they are not in order; `None`: they are.
    pub problem: Option<String>,
    /// Which ones the marketplace had switched off or removed, when that was found last.
    pub lost: Option<String>,
    pub lost_at: Option<Timestamp>,
    /// Until then no delivery is verified, for the adapter was stopped again and again.
    pub paused_until: Timestamp,
    pub pauses: i64,
}

/// A look at a shop that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct WantedLook {
    pub tenant_id: String,
    pub channel_id: String,
    pub look_wanted_at: Timestamp,
    pub looked_at: Timestamp,
}

const HOOKS: &str = "SELECT channel_id, callback_url, mended_at, hooks_problem AS problem, hooks_lost AS lost, hooks_lost_at AS lost_at, \
    paused_until, pauses FROM webhook_inboxes WHERE tenant_id = $1";
const HOOKS_OF: &str = "SELECT channel_id, callback_url, mended_at, hooks_problem AS problem, hooks_lost AS lost, hooks_lost_at AS lost_at, \
    paused_until, pauses FROM webhook_inboxes WHERE tenant_id = $1 AND channel_id = $2";
/// Not where somebody unsubscribed, or subscribed elsewhere, in the meantime.
const FOUND: &str = "UPDATE webhook_inboxes SET hooks_problem = $4, hooks_lost = COALESCE($5, hooks_lost), \
    hooks_lost_at = COALESCE($6, hooks_lost_at), mended_at = $7 WHERE tenant_id = $1 AND channel_id = $2 AND COALESCE(callback_url, '') = $3";
const PAUSE: &str = "INSERT INTO webhook_inboxes (tenant_id, channel_id, lease_owner, lease_until, not_before, mended_at, paused_until, \
    pauses) VALUES ($1, $2, '', 0, 0, 0, $3, $4) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET \
    paused_until = excluded.paused_until, pauses = excluded.pauses";
/// One that is wanted already takes this one along.
const RESUME: &str =
    "UPDATE webhook_inboxes SET paused_until = 0, pauses = 0 WHERE tenant_id = $1 AND channel_id = $2 AND pauses > 0";
const WANT: &str = "INSERT INTO webhook_inboxes (tenant_id, channel_id, lease_owner, lease_until, not_before, mended_at, look_wanted_at) \
    VALUES ($1, $2, '', 0, 0, 0, $3) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET look_wanted_at = excluded.look_wanted_at \
    WHERE webhook_inboxes.look_wanted_at = 0";
/// An instant to come is of a clock that was wrong.
const WANTED: &str = "SELECT i.tenant_id, i.channel_id, i.look_wanted_at, i.looked_at FROM webhook_inboxes i \
    JOIN channels c ON c.tenant_id = i.tenant_id AND c.id = i.channel_id WHERE i.look_wanted_at <> 0 AND c.removed_at IS NULL \
    AND (i.looked_at <= $1 OR i.looked_at > $2) AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.tenant_id = i.tenant_id \
    AND r.channel_id = i.channel_id AND r.state IN ('queued', 'running')) ORDER BY i.look_wanted_at LIMIT 100";
const LOOK: &str = "UPDATE webhook_inboxes SET look_wanted_at = $5, looked_at = $6 \
    WHERE tenant_id = $1 AND channel_id = $2 AND look_wanted_at = $3 AND looked_at = $4";

impl Db {
    /// Looks that are wanted, at channels where the last one began before `before` and no run is under way.
    pub async fn wanted_looks(&self, before: Timestamp) -> Result<Vec<WantedLook>, StoreError> {
        Ok(read_all!(self, WantedLook, WANTED, before, self.clock().now())?)
    }
}

impl Scoped {
    /// Of all channels that were ever delivered to, or subscribed.
    pub async fn all_hooks(&self) -> Result<Vec<HooksRow>, StoreError> {
        Ok(read_all!(self, HooksRow, HOOKS, self.tenant().as_str())?)
    }

    pub async fn hooks(&self, channel: &ChannelId) -> Result<Option<HooksRow>, StoreError> {
        Ok(read_optional!(self, HooksRow, HOOKS_OF, self.tenant().as_str(), channel.as_str())?)
    }
}

impl ScopedTx {
    /// What a look after the subscriptions found. `lost`: which ones were gone. They count as looked after at `at`.
    pub async fn note_hooks(
        &mut self,
        of: &Subscribed,
        problem: Option<&str>,
        lost: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (tenant, lost_at) = (self.tenant.as_str(), lost.map(|_| self.clock.now()));
        let (channel, url) = (of.channel_id.as_str(), of.callback_url.as_str());
        execute!(&mut self.tx, FOUND, tenant, channel, url, problem, lost, lost_at, at)?;
        Ok(())
    }

    /// No delivery is verified until then.
    pub async fn pause_hooks(&mut self, channel: &ChannelId, until: Timestamp, pauses: i64) -> Result<(), StoreError> {
        execute!(&mut self.tx, PAUSE, self.tenant.as_str(), channel.as_str(), until, pauses)?;
        Ok(())
    }

    /// Deliveries are verified again, and it is forgotten how often there was a pause. False: there was none.
    pub async fn resume_hooks(&mut self, channel: &ChannelId) -> Result<bool, StoreError> {
        Ok(execute!(&mut self.tx, RESUME, self.tenant.as_str(), channel.as_str())? == 1)
    }

    /// A run of what changed is to begin as soon as one may.
    pub async fn request_import(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, WANT, self.tenant.as_str(), channel.as_str(), now)?;
        Ok(())
    }

    /// True for the one host that begins the look. `still_wanted`: it cannot begin now, and is wanted again later.
    pub async fn claim_look(&mut self, look: &WantedLook, still_wanted: bool) -> Result<bool, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        let left = if still_wanted { look.look_wanted_at } else { 0 };
        let WantedLook { channel_id, look_wanted_at, looked_at, .. } = look;
        Ok(execute!(&mut self.tx, LOOK, tenant, channel_id, *look_wanted_at, *looked_at, left, now)? == 1)
    }
}
