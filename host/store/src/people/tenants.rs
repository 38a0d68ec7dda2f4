//! Tenants, as they are looked after.

use entrepot_domain::clock::Timestamp;
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::lenient::Lenient;
use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TenantRow {
    pub id: String,
    pub name: String,
    /// active, removed
    pub state: String,
    pub limits: Lenient<Map<String, Value>>,
    pub created_at: Timestamp,
}

const LIST: &str = "SELECT id, name, state, limits, CAST(created_at AS BIGINT) AS created_at FROM tenants WHERE state <> 'removed' ORDER BY name, id";
/// By id or name.
const FIND: &str = "SELECT id, name, state, limits, CAST(created_at AS BIGINT) AS created_at FROM tenants WHERE state <> 'removed' AND (id = $1 OR name = $1) \
    ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1";
const INSERT: &str = "INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)";
const RENAME: &str = "UPDATE tenants SET name = $2 WHERE id = $1 AND state <> 'removed'";
const SET_LIMITS: &str = "UPDATE tenants SET limits = $2 WHERE id = $1 AND state <> 'removed'";
const REMOVE: &str = "UPDATE tenants SET state = 'removed' WHERE id = $1 AND state <> 'removed'";
const CHANNELS: &str = "SELECT COUNT(*) FROM channels WHERE tenant_id = $1 AND removed_at IS NULL";

impl Db {
    /// Those in use, by name.
    pub async fn tenant_rows(&self) -> Result<Vec<TenantRow>, StoreError> {
        Ok(read_sound!(self, TenantRow, "tenants", LIST)?)
    }

    /// By id or name, if it is in use.
    pub async fn tenant_row(&self, tenant: &str) -> Result<Option<TenantRow>, StoreError> {
        Ok(read_optional!(self, TenantRow, FIND, tenant)?)
    }
}

impl Tx {
    pub async fn tenant_row(&mut self, tenant: &str) -> Result<Option<TenantRow>, StoreError> {
        Ok(tx_optional!(self, TenantRow, FIND, tenant)?)
    }

    /// Fails with a conflict where another has the name.
    pub async fn insert_tenant(&mut self, id: &str, name: &str, now: Timestamp) -> Result<(), StoreError> {
        execute!(self, INSERT, id, name, now)?;
        Ok(())
    }

    /// Fails with a conflict where another has the name.
    pub async fn rename_tenant(&mut self, id: &str, name: &str) -> Result<(), StoreError> {
        execute!(self, RENAME, id, name)?;
        Ok(())
    }

    pub async fn set_tenant_limits(&mut self, id: &str, limits: &Map<String, Value>) -> Result<(), StoreError> {
        execute!(self, SET_LIMITS, id, Json(limits))?;
        Ok(())
    }

    /// Out of use: nobody can act for it any more. Its rows stay.
    pub async fn remove_tenant(&mut self, id: &str) -> Result<bool, StoreError> {
        Ok(execute!(self, REMOVE, id)? == 1)
    }

    /// Channels in use.
    pub async fn count_channels(&mut self, tenant: &str) -> Result<i64, StoreError> {
        Ok(tx_optional!(self, (i64,), CHANNELS, tenant)?.map_or(0, |(count,)| count))
    }
}
