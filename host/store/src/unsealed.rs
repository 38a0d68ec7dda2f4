//! Rows from before there were MACs: read once, to be given theirs.

use entrepot_domain::{ChannelId, TenantId};

use crate::{Db, StoreError, Tx};

/// A channel or the address its marketplace delivers to, of whichever tenant.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CallbackOf {
    pub tenant_id: String,
    pub channel_id: String,
    pub callback_url: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SecretOf {
    pub tenant_id: String,
    pub channel_id: String,
    pub name: String,
    pub sealed: Vec<u8>,
}

/// Any of them: this database is not from before.
const SEALED_BEFORE: &str = "SELECT seq FROM audit_log WHERE action = 'seal' OR (action IN ('approve', 'upgrade', 'canary', 'promote') \
    AND details LIKE '%\"generation\":%') LIMIT 1";
const ANY_MAC: &str = "SELECT CAST(1 AS BIGINT) WHERE EXISTS (SELECT 1 FROM adapters WHERE mac IS NOT NULL) \
    OR EXISTS (SELECT 1 FROM grants WHERE mac IS NOT NULL) OR EXISTS (SELECT 1 FROM channels WHERE mac IS NOT NULL) \
    OR EXISTS (SELECT 1 FROM heads)";
const CALLBACKS: &str = "SELECT tenant_id, channel_id, callback_url FROM webhook_inboxes WHERE callback_url IS NOT NULL ORDER BY tenant_id, channel_id";
const SECRETS: &str =
    "SELECT tenant_id, channel_id, name, sealed FROM channel_secrets ORDER BY tenant_id, channel_id, name";
const TENANTS: &str = "SELECT id FROM tenants ORDER BY id";
const ADAPTER_MAC: &str = "UPDATE adapters SET mac = $3 WHERE adapter_id = $1 AND version = $2";
const GRANT_MAC: &str = "UPDATE grants SET mac = $3 WHERE adapter_id = $1 AND generation = $2";
const CHANNEL_MAC: &str = "UPDATE channels SET mac = $3 WHERE tenant_id = $1 AND id = $2";
const CALLBACK_MAC: &str = "UPDATE webhook_inboxes SET mac = $3 WHERE tenant_id = $1 AND channel_id = $2";
const RESEAL: &str = "UPDATE channel_secrets SET sealed = $4 WHERE tenant_id = $1 AND channel_id = $2 AND name = $3";

impl Db {
    pub async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let rows = read_all!(self, (String,), TENANTS)?;
        Ok(rows.into_iter().map(|(id,)| TenantId::from(id)).collect())
    }
}

impl Tx {
    pub async fn has_macs(&mut self) -> Result<bool, StoreError> {
        Ok(tx_optional!(self, (i64,), ANY_MAC)?.is_some())
    }

    /// Were rows that have no MAC given one before?
    pub async fn was_sealed(&mut self) -> Result<bool, StoreError> {
        Ok(tx_optional!(self, (i64,), SEALED_BEFORE)?.is_some())
    }

    pub async fn tenants(&mut self) -> Result<Vec<TenantId>, StoreError> {
        let rows = tx_all!(self, (String,), TENANTS)?;
        Ok(rows.into_iter().map(|(id,)| TenantId::from(id)).collect())
    }

    pub async fn all_callbacks(&mut self) -> Result<Vec<CallbackOf>, StoreError> {
        Ok(tx_all!(self, CallbackOf, CALLBACKS)?)
    }

    pub async fn all_secrets(&mut self) -> Result<Vec<SecretOf>, StoreError> {
        Ok(tx_all!(self, SecretOf, SECRETS)?)
    }

    pub async fn give_adapter_mac(&mut self, adapter: &str, version: &str, mac: &str) -> Result<(), StoreError> {
        execute!(self, ADAPTER_MAC, adapter, version, mac)?;
        Ok(())
    }

    pub async fn give_grant_mac(&mut self, adapter: &str, generation: i64, mac: &str) -> Result<(), StoreError> {
        execute!(self, GRANT_MAC, adapter, generation, mac)?;
        Ok(())
    }

    pub async fn give_channel_mac(
        &mut self,
        tenant: &TenantId,
        channel: &ChannelId,
        mac: &str,
    ) -> Result<(), StoreError> {
        execute!(self, CHANNEL_MAC, tenant.as_str(), channel.as_str(), mac)?;
        Ok(())
    }

    pub async fn give_callback_mac(&mut self, of: &CallbackOf, mac: &str) -> Result<(), StoreError> {
        execute!(self, CALLBACK_MAC, &of.tenant_id, &of.channel_id, mac)?;
        Ok(())
    }

    pub async fn reseal(&mut self, of: &SecretOf) -> Result<(), StoreError> {
        execute!(self, RESEAL, &of.tenant_id, &of.channel_id, &of.name, &of.sealed)?;
        Ok(())
    }
}
