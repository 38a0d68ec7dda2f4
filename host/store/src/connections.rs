//! Accounts that are being connected by their sellers' browsers.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, ConnectionId};
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::lenient::Lenient;
use crate::{Db, Scoped, ScopedTx, StoreError};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ConnectionRow {
    pub id: String,
    pub adapter_id: String,
    pub name: String,
    /// While it is under way: the channel that is connected anew.
    pub channel_id: Option<String>,
    pub settings: Lenient<Map<String, Value>>,
    /// `None`: it has ended.
    pub sealed: Option<Vec<u8>>,
    pub redirect_uri: String,
    /// pending, working, done, failed, expired
    pub state: String,
    pub failure: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// What is known when the browser is sent off.
#[derive(Clone, Copy, Debug)]
pub struct NewConnection<'a> {
    pub id: &'a ConnectionId,
    pub state_hash: &'a str,
    pub adapter: &'a str,
    pub name: &'a str,
    pub channel: Option<&'a str>,
    pub settings: &'a Map<String, Value>,
    pub sealed: &'a [u8],
    pub redirect_uri: &'a str,
    pub expires_at: Timestamp,
}

const INSERT: &str = "INSERT INTO connections (tenant_id, id, state_hash, adapter_id, name, channel_id, settings, sealed, redirect_uri, \
    state, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $11)";
const FIND: &str = "SELECT id, adapter_id, name, channel_id, settings, sealed, redirect_uri, state, failure, created_at, expires_at, \
    ended_at FROM connections WHERE tenant_id = $1 AND id = $2";
const OF_STATE: &str = "SELECT id, adapter_id, name, channel_id, settings, sealed, redirect_uri, state, failure, created_at, expires_at, \
    ended_at FROM connections WHERE tenant_id = $1 AND state_hash = $2 AND state = 'pending' AND expires_at > $3";
const CLAIM: &str = "UPDATE connections SET state = 'working', expires_at = $4 \
    WHERE tenant_id = $1 AND id = $2 AND state = 'pending' AND expires_at > $3";
const END: &str = "UPDATE connections SET state = $3, channel_id = COALESCE($4, channel_id), failure = $5, sealed = NULL, ended_at = $6 \
    WHERE tenant_id = $1 AND id = $2 AND state = 'working'";
const EXPIRE: &str = "UPDATE connections SET state = 'expired', sealed = NULL, ended_at = $1 \
    WHERE state IN ('pending', 'working') AND expires_at <= $1";
const FORGET: &str = "DELETE FROM connections WHERE ended_at < $1";

impl Db {
    /// Ends what nobody came back for, with its secrets, and forgets what ended before then. How many have expired.
    pub async fn forget_old_connections(&self, ended_before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let expired = execute!(&mut tx, EXPIRE, self.clock().now())?;
        execute!(&mut tx, FORGET, ended_before)?;
        tx.commit().await?;
        Ok(expired)
    }
}

impl Scoped {
    pub async fn connection(&self, id: &str) -> Result<Option<ConnectionRow>, StoreError> {
        Ok(read_optional!(self, ConnectionRow, FIND, self.tenant().as_str(), id)?)
    }

    /// The one whose browser is on its way with that state, if there is still time.
    pub async fn pending_connection(&self, state_hash: &str) -> Result<Option<ConnectionRow>, StoreError> {
        Ok(read_optional!(self, ConnectionRow, OF_STATE, self.tenant().as_str(), state_hash, self.clock().now())?)
    }
}

impl ScopedTx {
    pub async fn insert_connection(&mut self, new: &NewConnection<'_>) -> Result<(), StoreError> {
        let NewConnection { id, state_hash, adapter, name, channel, settings, sealed, redirect_uri, expires_at } = *new;
        let (tenant, now, id) = (self.tenant.as_str(), self.clock.now(), id.as_str());
        let settings = Json(settings);
        execute!(
            &mut self.tx,
            INSERT,
            tenant,
            id,
            state_hash,
            adapter,
            name,
            channel,
            settings,
            sealed,
            redirect_uri,
            now,
            expires_at
        )?;
        Ok(())
    }

    /// Makes the browser's way back ours, until `expires_at`. False: it was somebody else's, or too late.
    pub async fn claim_connection(&mut self, id: &str, expires_at: Timestamp) -> Result<bool, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        Ok(execute!(&mut self.tx, CLAIM, tenant, id, now, expires_at)? == 1)
    }

    /// With the channel, or why there is none. Its secrets are gone. False: it took too long and had ended already.
    pub async fn end_connection(&mut self, id: &str, outcome: Result<&ChannelId, &str>) -> Result<bool, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        let state = if outcome.is_ok() { "done" } else { "failed" };
        let (channel, failure) = (outcome.ok().map(ChannelId::as_str), outcome.err());
        Ok(execute!(&mut self.tx, END, tenant, id, state, channel, failure, now)? == 1)
    }
}
