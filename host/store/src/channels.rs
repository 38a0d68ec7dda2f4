//! Channels and their sealed secrets.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, Id};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::{Scoped, ScopedTx, StoreError};

#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct ChannelRow {
    pub id: String,
    pub adapter_id: String,
    pub name: String,
    #[serde(serialize_with = "crate::adapters::plain")]
    pub settings: Json<Map<String, Value>>,
    #[serde(serialize_with = "plain_option")]
    pub account: Option<Json<Value>>,
    pub problem: Option<String>,
    pub created_at: Timestamp,
}

fn plain_option<S: serde::Serializer>(json: &Option<Json<Value>>, serializer: S) -> Result<S::Ok, S::Error> {
    json.as_ref().map(|json| &json.0).serialize(serializer)
}

const LIST: &str = "SELECT id, adapter_id, name, settings, account, problem, created_at FROM channels \
    WHERE tenant_id = $1 AND removed_at IS NULL ORDER BY id";
const IDS: &str = "SELECT id FROM channels WHERE tenant_id = $1 AND removed_at IS NULL";
/// By id or by name: people type names.
const FIND: &str = "SELECT id, adapter_id, name, settings, account, problem, created_at FROM channels \
    WHERE tenant_id = $1 AND removed_at IS NULL AND (id = $2 OR name = $2)";
const INSERT: &str = "INSERT INTO channels (tenant_id, id, adapter_id, name, settings, account, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const UPDATE_SETTINGS: &str = "UPDATE channels SET settings = $3, problem = NULL WHERE tenant_id = $1 AND id = $2";
const UPDATE_PROBLEM: &str = "UPDATE channels SET problem = $3 WHERE tenant_id = $1 AND id = $2";
const UPDATE_ACCOUNT: &str =
    "UPDATE channels SET account = $3, problem = NULL WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL";
const REMOVE: &str = "UPDATE channels SET removed_at = $3 WHERE tenant_id = $1 AND id = $2";
const FORGET_SECRETS: &str = "DELETE FROM channel_secrets WHERE tenant_id = $1 AND channel_id = $2";
const PUT_SECRET: &str = "INSERT INTO channel_secrets (tenant_id, channel_id, name, sealed, updated_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, channel_id, name) \
    DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at";
const REMOVE_SECRET: &str = "DELETE FROM channel_secrets WHERE tenant_id = $1 AND channel_id = $2 AND name = $3";
const SECRETS: &str = "SELECT name, sealed FROM channel_secrets WHERE tenant_id = $1 AND channel_id = $2 ORDER BY name";
const ANY_SECRET: &str =
    "SELECT name, sealed FROM channel_secrets WHERE tenant_id = $1 ORDER BY channel_id, name LIMIT 1";

impl Scoped {
    pub async fn channels(&self) -> Result<Vec<ChannelRow>, StoreError> {
        Ok(read_all!(self, ChannelRow, LIST, self.tenant().as_str())?)
    }

    /// Ids of all channels in use.
    pub async fn channel_ids(&self) -> Result<Vec<String>, StoreError> {
        let rows = read_all!(self, (String,), IDS, self.tenant().as_str())?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// A channel by its id or its name.
    pub async fn channel(&self, id_or_name: &str) -> Result<Option<ChannelRow>, StoreError> {
        Ok(read_optional!(self, ChannelRow, FIND, self.tenant().as_str(), id_or_name)?)
    }

    /// Names and sealed values of a channel's secrets.
    pub async fn sealed_secrets(&self, channel: &ChannelId) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        Ok(read_all!(self, (String, Vec<u8>), SECRETS, self.tenant().as_str(), channel.as_str())?)
    }

    /// Is anything sealed at all? Then the key it was sealed with must not be lost.
    pub async fn has_secrets(&self) -> Result<bool, StoreError> {
        Ok(read_optional!(self, (String, Vec<u8>), ANY_SECRET, self.tenant().as_str())?.is_some())
    }
}

impl ScopedTx {
    pub async fn insert_channel(
        &mut self,
        adapter: &str,
        name: &str,
        settings: &Map<String, Value>,
        account: Option<&Value>,
    ) -> Result<ChannelId, StoreError> {
        let now = self.clock.now();
        let id = ChannelId::make(now);
        let (tenant, account) = (self.tenant.as_str(), account.map(Json));
        execute!(&mut self.tx, INSERT, tenant, id.as_str(), adapter, name, Json(settings), account, now)?;
        Ok(id)
    }

    pub async fn update_channel_settings(
        &mut self,
        channel: &ChannelId,
        settings: &Map<String, Value>,
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, UPDATE_SETTINGS, self.tenant.as_str(), channel.as_str(), Json(settings))?;
        Ok(())
    }

    pub async fn set_channel_problem(&mut self, channel: &ChannelId, problem: Option<&str>) -> Result<(), StoreError> {
        execute!(&mut self.tx, UPDATE_PROBLEM, self.tenant.as_str(), channel.as_str(), problem)?;
        Ok(())
    }

    /// False: it was removed.
    pub async fn set_channel_account(&mut self, channel: &ChannelId, account: &Value) -> Result<bool, StoreError> {
        Ok(execute!(&mut self.tx, UPDATE_ACCOUNT, self.tenant.as_str(), channel.as_str(), Json(account))? == 1)
    }

    pub async fn put_secret(&mut self, channel: &ChannelId, name: &str, sealed: &[u8]) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, PUT_SECRET, self.tenant.as_str(), channel.as_str(), name, sealed, now)?;
        Ok(())
    }

    pub async fn remove_secret(&mut self, channel: &ChannelId, name: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, REMOVE_SECRET, self.tenant.as_str(), channel.as_str(), name)?;
        Ok(())
    }

    /// Takes a channel out of use: its secrets are gone at once, its catalogue stays.
    pub async fn remove_channel(&mut self, channel: &ChannelId) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, FORGET_SECRETS, self.tenant.as_str(), channel.as_str())?;
        execute!(&mut self.tx, REMOVE, self.tenant.as_str(), channel.as_str(), now)?;
        Ok(())
    }
}
