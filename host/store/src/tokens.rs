//! When access tokens end, and who renews one. A refresh token can be used once, so there is one refresher at a time over all hosts.

use std::collections::HashMap;

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;

use crate::runs::Lease;
use crate::{Db, Scoped, ScopedTx, StoreError};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct TokenState {
    pub expires_at: Option<Timestamp>,
    /// 0: never by the host.
    pub renewed_at: Timestamp,
    /// Of the token that the client has in its own name.
    pub application_expires_at: Option<Timestamp>,
}

/// A token that ends soon, of whatever tenant.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ExpiringToken {
    pub tenant_id: String,
    pub channel_id: String,
    pub expires_at: Timestamp,
}

/// What lasts only for a while is left alone for half of it. What its seller has to connect anew is left to the seller.
const EXPIRING: &str = "SELECT t.tenant_id, t.channel_id, t.expires_at FROM channel_tokens t JOIN channels c \
    ON c.tenant_id = t.tenant_id AND c.id = t.channel_id WHERE c.removed_at IS NULL AND c.problem IS NULL AND t.expires_at <= $1 \
    AND (t.renewed_at = 0 OR t.expires_at - $2 <= (t.expires_at - t.renewed_at) / 2) ORDER BY t.expires_at LIMIT $3";
const FIND: &str = "SELECT expires_at, renewed_at, application_expires_at FROM channel_tokens \
    WHERE tenant_id = $1 AND channel_id = $2";
const LEASE: &str = "INSERT INTO channel_tokens (tenant_id, channel_id, expires_at, renewed_at, lease_owner, lease_until) \
    VALUES ($1, $2, NULL, 0, $3, $4) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET \
    lease_owner = excluded.lease_owner, lease_until = excluded.lease_until \
    WHERE channel_tokens.lease_owner = '' OR (channel_tokens.lease_owner = $5 AND channel_tokens.lease_until = $6)";
const LEASED: &str = "SELECT lease_owner, lease_until FROM channel_tokens \
    WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner <> ''";
const RENEWED: &str = "UPDATE channel_tokens SET expires_at = $4, renewed_at = $5, lease_owner = '', lease_until = 0 \
    WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";
const APPLICATION_RENEWED: &str = "UPDATE channel_tokens SET application_expires_at = $4, lease_owner = '', lease_until = 0 \
    WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";
const RELEASE: &str = "UPDATE channel_tokens SET lease_owner = '', lease_until = 0 \
    WHERE tenant_id = $1 AND channel_id = $2 AND lease_owner = $3";
const EXPIRE: &str = "INSERT INTO channel_tokens (tenant_id, channel_id, expires_at, renewed_at, lease_owner, lease_until) \
    VALUES ($1, $2, $4, $3, '', 0) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET expires_at = excluded.expires_at, \
    application_expires_at = excluded.expires_at WHERE channel_tokens.renewed_at = $3";
const CONNECTED: &str = "INSERT INTO channel_tokens (tenant_id, channel_id, expires_at, renewed_at, lease_owner, lease_until) \
    VALUES ($1, $2, $3, $4, '', 0) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET expires_at = excluded.expires_at, \
    renewed_at = excluded.renewed_at, lease_owner = '', lease_until = 0";
const NOTE_REFRESH_END: &str =
    "UPDATE channel_tokens SET refresh_expires_at = $3 WHERE tenant_id = $1 AND channel_id = $2";
const AGREEMENTS: &str = "SELECT channel_id, refresh_expires_at FROM channel_tokens \
    WHERE tenant_id = $1 AND refresh_expires_at < $2";
const FORGET: &str = "DELETE FROM channel_tokens WHERE tenant_id = $1 AND channel_id = $2";

impl Db {
    /// Tokens that end before then, those first that end first.
    pub async fn expiring_tokens(&self, before: Timestamp, limit: i64) -> Result<Vec<ExpiringToken>, StoreError> {
        Ok(read_all!(self, ExpiringToken, EXPIRING, before, self.clock().now(), limit)?)
    }
}

impl Scoped {
    pub async fn token_state(&self, channel: &ChannelId) -> Result<TokenState, StoreError> {
        let state = read_optional!(self, TokenState, FIND, self.tenant().as_str(), channel.as_str())?;
        Ok(state.unwrap_or_default())
    }

    /// Channels whose seller's agreement ends before then, and when.
    pub async fn agreements_ending(&self, before: Timestamp) -> Result<HashMap<String, Timestamp>, StoreError> {
        Ok(read_all!(self, (String, Timestamp), AGREEMENTS, self.tenant().as_str(), before)?.into_iter().collect())
    }

    /// Who renews the channel's tokens at this moment.
    pub async fn token_lease(&self, channel: &ChannelId) -> Result<Option<Lease>, StoreError> {
        type Row = (String, Timestamp);
        let row = read_optional!(self, Row, LEASED, self.tenant().as_str(), channel.as_str())?;
        Ok(row.map(|(owner, until)| Lease { owner, until }))
    }
}

impl ScopedTx {
    /// Takes the lease; from `dead`, too, whose owner is not heard of. False: somebody else renews at this moment.
    pub async fn lease_tokens(
        &mut self,
        channel: &ChannelId,
        owner: &str,
        ttl_ms: i64,
        dead: Option<&Lease>,
    ) -> Result<bool, StoreError> {
        let (tenant, until) = (self.tenant.as_str(), self.clock.now() + ttl_ms);
        let (old, old_until) = Lease::parts(dead);
        Ok(execute!(&mut self.tx, LEASE, tenant, channel.as_str(), owner, until, old, old_until)? == 1)
    }

    /// False: the lease was somebody else's by now.
    pub async fn tokens_renewed(
        &mut self,
        channel: &ChannelId,
        owner: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        Ok(execute!(&mut self.tx, RENEWED, tenant, channel.as_str(), owner, expires_at, now)? == 1)
    }

    /// Of the token that the client has in its own name; the other one stays. False: the lease was somebody else's by now.
    pub async fn application_token_renewed(
        &mut self,
        channel: &ChannelId,
        owner: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant.as_str();
        Ok(execute!(&mut self.tx, APPLICATION_RENEWED, tenant, channel.as_str(), owner, expires_at)? == 1)
    }

    /// The seller has agreed anew: whoever renewed meanwhile renewed what is spent.
    pub async fn tokens_connected(
        &mut self,
        channel: &ChannelId,
        expires_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        execute!(&mut self.tx, CONNECTED, tenant, channel.as_str(), expires_at, now)?;
        Ok(())
    }

    /// When the refresh token ends by itself; `None`: nobody knows, or never.
    pub async fn note_refresh_end(&mut self, channel: &ChannelId, end: Option<Timestamp>) -> Result<(), StoreError> {
        execute!(&mut self.tx, NOTE_REFRESH_END, self.tenant.as_str(), channel.as_str(), end)?;
        Ok(())
    }

    pub async fn release_tokens(&mut self, channel: &ChannelId, owner: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, RELEASE, self.tenant.as_str(), channel.as_str(), owner)?;
        Ok(())
    }

    /// The marketplace refused the token of that renewal, whatever it said of its end. A later one is left alone.
    pub async fn expire_tokens(&mut self, channel: &ChannelId, renewed_at: Timestamp) -> Result<(), StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        execute!(&mut self.tx, EXPIRE, tenant, channel.as_str(), renewed_at, now)?;
        Ok(())
    }

    /// Others are in place.
    pub async fn forget_token_state(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        execute!(&mut self.tx, FORGET, self.tenant.as_str(), channel.as_str())?;
        Ok(())
    }
}
