//! What is read of all tenants at once: by who looks after the whole database, and to find out whose something is.

use std::collections::HashMap;

use entrepot_domain::TenantId;

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SecretOf {
    pub tenant_id: String,
    pub channel_id: String,
    pub name: String,
    pub sealed: Vec<u8>,
}

const SECRETS: &str =
    "SELECT tenant_id, channel_id, name, sealed FROM channel_secrets ORDER BY tenant_id, channel_id, name";
/// Ids are random: no two tenants have the same.
const OF_CHANNELS: &str = "SELECT id, tenant_id FROM channels WHERE removed_at IS NULL";
const OF_STATE: &str = "SELECT tenant_id FROM connections WHERE state_hash = $1";
const TENANTS: &str = "SELECT id FROM tenants ORDER BY id";

impl Db {
    pub async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let rows = read_all!(self, (String,), TENANTS)?;
        Ok(rows.into_iter().map(|(id,)| TenantId::from(id)).collect())
    }

    /// Whose each channel in use is, by the channel's id.
    pub async fn tenants_of_channels(&self) -> Result<HashMap<String, TenantId>, StoreError> {
        let rows = read_all!(self, (String, String), OF_CHANNELS)?;
        Ok(rows.into_iter().map(|(id, tenant)| (id, tenant.into())).collect())
    }

    /// Whose connection a browser comes back for.
    pub async fn tenant_of_connection(&self, state_hash: &str) -> Result<Option<TenantId>, StoreError> {
        let row = read_optional!(self, (String,), OF_STATE, state_hash)?;
        Ok(row.map(|(tenant,)| tenant.into()))
    }
}

impl Tx {
    pub async fn all_secrets(&mut self) -> Result<Vec<SecretOf>, StoreError> {
        Ok(tx_all!(self, SecretOf, SECRETS)?)
    }
}
