//! What is written under a master key: how much of it there is, and the same under another key.

use entrepot_domain::ChannelId;

use crate::adapters::AdapterRow;
use crate::channels::ChannelRow;
use crate::grants::GrantRow;
use crate::heads::Head;
use crate::inboxes::Callback;
use crate::{Db, ScopedTx, StoreError, Tx};

/// How what is of one master key begins.
#[derive(Clone, Debug)]
pub struct Marks {
    /// MACs of rows: `ID:`.
    pub mac: String,
    /// Sealed values.
    pub sealed: Vec<u8>,
}

impl Marks {
    fn mac_length(&self) -> i64 {
        i64::try_from(self.mac.chars().count()).unwrap_or(i64::MAX)
    }

    fn sealed_length(&self) -> i64 {
        i64::try_from(self.sealed.len()).unwrap_or(i64::MAX)
    }
}

/// How much needs a master key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct KeyUse {
    /// Rows with a MAC.
    pub rows: i64,
    /// Sealed values.
    pub sealed: i64,
    /// Entries of the audit log.
    pub entries: i64,
}

impl KeyUse {
    pub const fn is_none(&self) -> bool {
        self.rows == 0 && self.sealed == 0 && self.entries == 0
    }
}

/// A connection that is under way, sealed for its browser's way back.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SealedConnection {
    pub tenant_id: String,
    pub id: String,
    pub adapter_id: String,
    pub name: String,
    pub channel_id: Option<String>,
    pub settings: crate::Lenient<serde_json::Map<String, serde_json::Value>>,
    pub redirect_uri: String,
    pub sealed: Vec<u8>,
}

const USE: &str = "SELECT \
    (SELECT COUNT(*) FROM heads WHERE substr(mac, 1, CAST($2 AS INTEGER)) = $1) \
    + (SELECT COUNT(*) FROM adapters WHERE substr(mac, 1, CAST($2 AS INTEGER)) = $1) \
    + (SELECT COUNT(*) FROM grants WHERE substr(mac, 1, CAST($2 AS INTEGER)) = $1) \
    + (SELECT COUNT(*) FROM channels WHERE removed_at IS NULL AND substr(mac, 1, CAST($2 AS INTEGER)) = $1) \
    + (SELECT COUNT(*) FROM webhook_inboxes WHERE substr(mac, 1, CAST($2 AS INTEGER)) = $1) AS \"rows\", \
    (SELECT COUNT(*) FROM channel_secrets WHERE substr(sealed, 1, CAST($4 AS INTEGER)) = $3) \
    + (SELECT COUNT(*) FROM connections WHERE substr(sealed, 1, CAST($4 AS INTEGER)) = $3) \
    + (SELECT COUNT(*) FROM users WHERE substr(totp, 1, CAST($4 AS INTEGER)) = $3) \
    + (SELECT COUNT(*) FROM users WHERE substr(totp_new, 1, CAST($4 AS INTEGER)) = $3) AS sealed, \
    (SELECT COUNT(*) FROM audit_log a WHERE a.key_id = $5 AND NOT EXISTS (SELECT 1 FROM audit_proofs p WHERE p.seq = a.seq)) \
    + (SELECT COUNT(*) FROM audit_proofs WHERE substr(proof, 1, CAST($2 AS INTEGER)) = $1) AS entries";
const HEADS: &str = "SELECT name, body, mac FROM heads WHERE substr(mac, 1, CAST($2 AS INTEGER)) <> $1 ORDER BY name";
const GRANTS: &str = "SELECT adapter_id, generation, version, digest, body, share, approved_by, approved_at, mac FROM grants \
    WHERE substr(mac, 1, CAST($2 AS INTEGER)) <> $1 ORDER BY adapter_id, generation";
const ADAPTERS: &str = "SELECT adapter_id, version, digest, publisher, state, manifest, imports, exports, size, source, signer, \
    installed_at, mac FROM adapters WHERE substr(mac, 1, CAST($2 AS INTEGER)) <> $1 ORDER BY adapter_id, version";
const SIGN_GRANT: &str = "UPDATE grants SET mac = $3 WHERE adapter_id = $1 AND generation = $2";
const SIGN_ADAPTER: &str = "UPDATE adapters SET mac = $3 WHERE adapter_id = $1 AND version = $2";
const CHANNELS: &str = "SELECT c.tenant_id, c.id FROM channels c WHERE c.removed_at IS NULL \
    AND (c.tenant_id > $1 OR (c.tenant_id = $1 AND c.id > $2)) AND (substr(c.mac, 1, CAST($4 AS INTEGER)) <> $3 \
    OR EXISTS (SELECT 1 FROM channel_secrets s WHERE s.tenant_id = c.tenant_id AND s.channel_id = c.id \
    AND substr(s.sealed, 1, CAST($6 AS INTEGER)) <> $5) \
    OR EXISTS (SELECT 1 FROM webhook_inboxes i WHERE i.tenant_id = c.tenant_id AND i.channel_id = c.id \
    AND substr(i.mac, 1, CAST($4 AS INTEGER)) <> $3)) ORDER BY c.tenant_id, c.id LIMIT $7";
const CONNECTIONS: &str = "SELECT tenant_id, id, adapter_id, name, channel_id, settings, redirect_uri, sealed FROM connections \
    WHERE (tenant_id > $1 OR (tenant_id = $1 AND id > $2)) AND substr(sealed, 1, CAST($4 AS INTEGER)) <> $3 \
    ORDER BY tenant_id, id LIMIT $5";
const RESEAL_CONNECTION: &str = "UPDATE connections SET sealed = $4 WHERE tenant_id = $1 AND id = $2 AND sealed = $3";
const CHANNEL: &str = "SELECT id, adapter_id, name, settings, account, problem, created_at, currencies, clock_ahead, facts, mac \
    FROM channels WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL";
const SECRETS: &str = "SELECT name, sealed FROM channel_secrets WHERE tenant_id = $1 AND channel_id = $2 ORDER BY name";
const CALLBACK: &str = "SELECT callback_url, mac FROM webhook_inboxes WHERE tenant_id = $1 AND channel_id = $2 AND callback_url IS NOT NULL";
const SIGN_CHANNEL: &str = "UPDATE channels SET mac = $3 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL";
const SIGN_CALLBACK: &str = "UPDATE webhook_inboxes SET mac = $3 WHERE tenant_id = $1 AND channel_id = $2";
const RESEAL: &str =
    "UPDATE channel_secrets SET sealed = $5 WHERE tenant_id = $1 AND channel_id = $2 AND name = $3 AND sealed = $4";

impl Db {
    /// How much is written under that key alone.
    pub async fn key_use(&self, key_id: &str, marks: &Marks) -> Result<KeyUse, StoreError> {
        let (mac, sealed) = (&marks.mac, &marks.sealed);
        let found = read_optional!(
            self,
            KeyUse,
            USE,
            mac,
            marks.mac_length(),
            sealed.as_slice(),
            marks.sealed_length(),
            key_id
        )?;
        Ok(found.unwrap_or_default())
    }

    /// Tenants and ids of channels after that one of which something is under another key.
    pub async fn channels_not_under(
        &self,
        marks: &Marks,
        after: &(String, String),
        limit: i64,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let Marks { mac, sealed } = marks;
        let ((tenant, id), sealed) = (after, sealed.as_slice());
        let (mac_length, sealed_length) = (marks.mac_length(), marks.sealed_length());
        Ok(read_all!(self, (String, String), CHANNELS, tenant, id, mac, mac_length, sealed, sealed_length, limit)?)
    }

    /// Connections after that one that are under another key.
    pub async fn connections_not_under(
        &self,
        marks: &Marks,
        after: &(String, String),
        limit: i64,
    ) -> Result<Vec<SealedConnection>, StoreError> {
        let ((tenant, id), sealed, length) = (after, marks.sealed.as_slice(), marks.sealed_length());
        Ok(read_all!(self, SealedConnection, CONNECTIONS, tenant, id, sealed, length, limit)?)
    }
}

impl Tx {
    pub async fn heads_not_under(&mut self, marks: &Marks) -> Result<Vec<Head>, StoreError> {
        Ok(tx_all!(self, Head, HEADS, &marks.mac, marks.mac_length())?)
    }

    pub async fn grants_not_under(&mut self, marks: &Marks) -> Result<Vec<GrantRow>, StoreError> {
        Ok(tx_all!(self, GrantRow, GRANTS, &marks.mac, marks.mac_length())?)
    }

    pub async fn adapters_not_under(&mut self, marks: &Marks) -> Result<Vec<AdapterRow>, StoreError> {
        Ok(tx_all!(self, AdapterRow, ADAPTERS, &marks.mac, marks.mac_length())?)
    }

    pub async fn sign_grant(&mut self, row: &GrantRow, mac: &str) -> Result<(), StoreError> {
        execute!(self, SIGN_GRANT, &row.adapter_id, row.generation, mac)?;
        Ok(())
    }

    pub async fn sign_adapter(&mut self, row: &AdapterRow, mac: &str) -> Result<(), StoreError> {
        execute!(self, SIGN_ADAPTER, &row.adapter_id, &row.version, mac)?;
        Ok(())
    }

    /// False: it has ended, or was sealed anew, meanwhile.
    pub async fn reseal_connection(&mut self, old: &SealedConnection, sealed: &[u8]) -> Result<bool, StoreError> {
        let before = old.sealed.as_slice();
        Ok(execute!(self, RESEAL_CONNECTION, &old.tenant_id, &old.id, before, sealed)? == 1)
    }
}

impl ScopedTx {
    pub async fn channel_to_sign(&mut self, channel: &ChannelId) -> Result<Option<ChannelRow>, StoreError> {
        Ok(tx_optional!(&mut self.tx, ChannelRow, CHANNEL, self.tenant.as_str(), channel.as_str())?)
    }

    pub async fn secrets_to_reseal(&mut self, channel: &ChannelId) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        Ok(tx_all!(&mut self.tx, (String, Vec<u8>), SECRETS, self.tenant.as_str(), channel.as_str())?)
    }

    pub async fn callback_to_sign(&mut self, channel: &ChannelId) -> Result<Option<Callback>, StoreError> {
        Ok(tx_optional!(&mut self.tx, Callback, CALLBACK, self.tenant.as_str(), channel.as_str())?)
    }

    pub async fn sign_channel(&mut self, channel: &ChannelId, mac: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, SIGN_CHANNEL, self.tenant.as_str(), channel.as_str(), mac)?;
        Ok(())
    }

    pub async fn sign_callback(&mut self, channel: &ChannelId, mac: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, SIGN_CALLBACK, self.tenant.as_str(), channel.as_str(), mac)?;
        Ok(())
    }

    /// False: it was given or renewed meanwhile.
    pub async fn reseal_secret(
        &mut self,
        channel: &ChannelId,
        name: &str,
        before: &[u8],
        sealed: &[u8],
    ) -> Result<bool, StoreError> {
        let tenant = self.tenant.as_str();
        Ok(execute!(&mut self.tx, RESEAL, tenant, channel.as_str(), name, before, sealed)? == 1)
    }
}
