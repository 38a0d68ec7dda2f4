//! Channels and their sealed secrets.

use std::collections::{BTreeMap, BTreeSet};

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::types::Json;

use crate::lenient::Lenient;
use crate::{Scoped, ScopedTx, StoreError, Tx};

#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct ChannelRow {
    pub id: String,
    pub adapter_id: String,
    pub name: String,
    pub settings: Lenient<Map<String, Value>>,
    pub account: Option<Lenient<Value>>,
    pub problem: Option<String>,
    pub created_at: Timestamp,
    /// Over tenant, id, adapter, name and settings.
    #[serde(skip)]
    pub mac: Option<String>,
    /// In which the last full run found prices. `None`: none has yet.
    #[serde(skip)]
    pub currencies: Option<Lenient<BTreeSet<String>>>,
    /// Milliseconds by which the shop's clock is ahead of ours. `None`: nobody knows.
    #[serde(skip)]
    pub clock_ahead: Option<i64>,
    /// Facts of the shop that mapping depends on, as the last full run found them.
    #[serde(skip)]
    pub facts: Option<Lenient<BTreeMap<String, String>>>,
}

impl ChannelRow {
    /// One that nothing is known of yet.
    pub fn new(
        id: &ChannelId,
        adapter: impl Into<String>,
        name: impl Into<String>,
        settings: Map<String, Value>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: id.as_str().to_owned(),
            adapter_id: adapter.into(),
            name: name.into(),
            settings: Lenient(settings),
            account: None,
            problem: None,
            created_at: now,
            mac: None,
            currencies: None,
            clock_ahead: None,
            facts: None,
        }
    }
}

const LIST: &str = "SELECT id, adapter_id, name, settings, account, problem, created_at, currencies, clock_ahead, facts, mac FROM channels \
    WHERE tenant_id = $1 AND removed_at IS NULL ORDER BY id";
/// By id or by name: people type names.
const FIND: &str = "SELECT id, adapter_id, name, settings, account, problem, created_at, currencies, clock_ahead, facts, mac FROM channels \
    WHERE tenant_id = $1 AND removed_at IS NULL AND (id = $2 OR name = $2)";
const INSERT: &str = "INSERT INTO channels (tenant_id, id, adapter_id, name, settings, account, created_at, mac) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const UPDATE_SETTINGS: &str = "UPDATE channels SET settings = $3, mac = $4, problem = NULL WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL";
const UPDATE_PROBLEM: &str = "UPDATE channels SET problem = $3 WHERE tenant_id = $1 AND id = $2";
const UPDATE_ACCOUNT: &str =
    "UPDATE channels SET account = $3, problem = NULL WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL";
const REMOVE: &str = "UPDATE channels SET removed_at = $3, mac = NULL WHERE tenant_id = $1 AND id = $2";
/// Keeps the row as it is until the transaction ends.
const HOLD: &str =
    "UPDATE channels SET removed_at = removed_at WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL";
const EVERYBODYS: &str = "SELECT id FROM channels WHERE removed_at IS NULL";
const UPDATE_CURRENCIES: &str = "UPDATE channels SET currencies = $3 WHERE tenant_id = $1 AND id = $2";
const UPDATE_FACTS: &str = "UPDATE channels SET facts = $3 WHERE tenant_id = $1 AND id = $2";
const UPDATE_CLOCK: &str = "UPDATE channels SET clock_ahead = $3 WHERE tenant_id = $1 AND id = $2";
const CURRENCIES: &str = "SELECT DISTINCT v.currency FROM variants v JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id \
    WHERE p.tenant_id = $1 AND p.channel_id = $2 AND p.deleted_at IS NULL AND v.currency IS NOT NULL";
const FORGET_SECRETS: &str = "DELETE FROM channel_secrets WHERE tenant_id = $1 AND channel_id = $2";
const PUT_SECRET: &str = "INSERT INTO channel_secrets (tenant_id, channel_id, name, sealed, updated_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, channel_id, name) \
    DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at";
const REMOVE_SECRET: &str = "DELETE FROM channel_secrets WHERE tenant_id = $1 AND channel_id = $2 AND name = $3";
const SECRETS: &str = "SELECT name, sealed FROM channel_secrets WHERE tenant_id = $1 AND channel_id = $2 ORDER BY name";
const NAMES_OF_SECRETS: &str = "SELECT channel_id, name FROM channel_secrets WHERE tenant_id = $1";
const ANY_SECRET: &str =
    "SELECT name, sealed FROM channel_secrets WHERE tenant_id = $1 ORDER BY channel_id, name LIMIT 1";

impl Scoped {
    pub async fn channels(&self) -> Result<Vec<ChannelRow>, StoreError> {
        Ok(read_all!(self, ChannelRow, LIST, self.tenant().as_str())?)
    }

    /// A channel by its id or its name.
    pub async fn channel(&self, id_or_name: &str) -> Result<Option<ChannelRow>, StoreError> {
        Ok(read_optional!(self, ChannelRow, FIND, self.tenant().as_str(), id_or_name)?)
    }

    /// In which its products have prices.
    pub async fn currencies(&self, channel: &ChannelId) -> Result<BTreeSet<String>, StoreError> {
        let rows = read_all!(self, (String,), CURRENCIES, self.tenant().as_str(), channel.as_str())?;
        Ok(rows.into_iter().map(|(currency,)| currency).collect())
    }

    /// Names and sealed values of a channel's secrets.
    pub async fn sealed_secrets(&self, channel: &ChannelId) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        Ok(read_all!(self, (String, Vec<u8>), SECRETS, self.tenant().as_str(), channel.as_str())?)
    }

    /// Of all channels, each with its channel.
    pub async fn names_of_secrets(&self) -> Result<BTreeSet<(String, String)>, StoreError> {
        let names = read_all!(self, (String, String), NAMES_OF_SECRETS, self.tenant().as_str())?;
        Ok(names.into_iter().collect())
    }

    /// Is anything sealed at all? Then the key it was sealed with must not be lost.
    pub async fn has_secrets(&self) -> Result<bool, StoreError> {
        Ok(read_optional!(self, (String, Vec<u8>), ANY_SECRET, self.tenant().as_str())?.is_some())
    }
}

impl Tx {}

impl Tx {
    /// Of all channels, whosever they are.
    pub async fn channel_ids(&mut self) -> Result<Vec<String>, StoreError> {
        let rows = tx_all!(self, (String,), EVERYBODYS)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

impl ScopedTx {
    pub async fn insert_channel(&mut self, row: &ChannelRow) -> Result<(), StoreError> {
        let ChannelRow { id, adapter_id, name, settings, account, created_at, mac, .. } = row;
        let (tenant, account) = (self.tenant.as_str(), account.as_ref().map(|account| Json(&account.0)));
        let settings = Json(&settings.0);
        execute!(&mut self.tx, INSERT, tenant, id, adapter_id, name, settings, account, created_at, mac.as_deref())?;
        Ok(())
    }

    pub async fn update_channel_settings(
        &mut self,
        channel: &ChannelId,
        settings: &Map<String, Value>,
        mac: &str,
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, UPDATE_SETTINGS, self.tenant.as_str(), channel.as_str(), Json(settings), mac)?;
        Ok(())
    }

    pub async fn note_currencies(
        &mut self,
        channel: &ChannelId,
        currencies: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, UPDATE_CURRENCIES, self.tenant.as_str(), channel.as_str(), Json(currencies))?;
        Ok(())
    }

    pub async fn note_facts(
        &mut self,
        channel: &ChannelId,
        facts: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, UPDATE_FACTS, self.tenant.as_str(), channel.as_str(), Json(facts))?;
        Ok(())
    }

    /// By how many milliseconds its clock is ahead of ours.
    pub async fn note_clock(&mut self, channel: &ChannelId, ahead: i64) -> Result<(), StoreError> {
        execute!(&mut self.tx, UPDATE_CLOCK, self.tenant.as_str(), channel.as_str(), ahead)?;
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

    /// Nobody removes the channel before the transaction ends. False: somebody has.
    pub async fn hold_channel(&mut self, channel: &ChannelId) -> Result<bool, StoreError> {
        Ok(execute!(&mut self.tx, HOLD, self.tenant.as_str(), channel.as_str())? == 1)
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
