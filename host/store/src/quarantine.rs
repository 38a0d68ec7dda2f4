//! Channels for which nothing is called for a while.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use serde::Serialize;

use crate::{Db, Scoped, ScopedTx, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Quarantine {
    pub channel_id: String,
    /// The grant under which it was earned; another one is another chance.
    pub generation: i64,
    /// How often in a row.
    pub strikes: i64,
    pub until: Timestamp,
    pub reason: String,
    pub since: Timestamp,
}

const FIND: &str = "SELECT channel_id, generation, strikes, until, reason, since FROM quarantine \
    WHERE tenant_id = $1 AND channel_id = $2";
const OF_ADAPTER: &str = "SELECT q.channel_id, q.generation, q.strikes, q.until, q.reason, q.since FROM quarantine q \
    JOIN channels c ON c.tenant_id = q.tenant_id AND c.id = q.channel_id \
    WHERE c.adapter_id = $1 AND c.removed_at IS NULL ORDER BY q.since LIMIT 1000";
const ALL: &str = "SELECT channel_id, generation, strikes, until, reason, since FROM quarantine ORDER BY channel_id";
const PUT: &str = "INSERT INTO quarantine (tenant_id, channel_id, generation, strikes, until, reason, since) \
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant_id, channel_id) DO UPDATE SET \
    generation = excluded.generation, strikes = excluded.strikes, until = excluded.until, reason = excluded.reason, since = excluded.since";
const END: &str = "DELETE FROM quarantine WHERE tenant_id = $1 AND channel_id = $2";

impl Db {
    /// Over all tenants.
    pub async fn quarantined(&self, adapter: &str) -> Result<Vec<Quarantine>, StoreError> {
        Ok(read_all!(self, Quarantine, OF_ADAPTER, adapter)?)
    }
}

impl Scoped {
    pub async fn quarantine(&self, channel: &ChannelId) -> Result<Option<Quarantine>, StoreError> {
        Ok(read_optional!(self, Quarantine, FIND, self.tenant().as_str(), channel.as_str())?)
    }
}

impl Tx {
    /// Over all tenants, also those that are over.
    pub async fn quarantines(&mut self) -> Result<Vec<Quarantine>, StoreError> {
        Ok(tx_all!(self, Quarantine, ALL)?)
    }
}

impl ScopedTx {
    pub async fn put_quarantine(&mut self, of: &Quarantine) -> Result<(), StoreError> {
        let Quarantine { channel_id, generation, strikes, until, reason, since } = of;
        execute!(&mut self.tx, PUT, self.tenant.as_str(), channel_id, generation, strikes, until, reason, since)?;
        Ok(())
    }

    /// False: it was in none.
    pub async fn end_quarantine(&mut self, channel: &ChannelId) -> Result<bool, StoreError> {
        Ok(execute!(&mut self.tx, END, self.tenant.as_str(), channel.as_str())? == 1)
    }
}
