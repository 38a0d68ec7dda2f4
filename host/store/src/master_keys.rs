//! Which master keys the database was written with, and what proves them.

use std::collections::HashMap;

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownKey {
    pub key_id: String,
    pub check_value: String,
}

const LIST: &str = "SELECT key_id, check_value FROM master_keys ORDER BY known_since, key_id";
const PUT: &str = "INSERT INTO master_keys (key_id, check_value, known_since) VALUES ($1, $2, $3) \
    ON CONFLICT (key_id) DO UPDATE SET check_value = excluded.check_value, known_since = excluded.known_since, retired_at = NULL";
const SINCE: &str = "SELECT key_id, known_since FROM master_keys";
const RETIRED: &str = "SELECT key_id, retired_at FROM master_keys WHERE retired_at IS NOT NULL";
const RETIRE: &str = "UPDATE master_keys SET retired_at = $2 WHERE key_id <> $1 AND retired_at IS NULL";

impl Db {
    /// The longest known first. None at all: nothing was ever written with one, or by a host that did not yet say so.
    pub async fn master_keys(&self) -> Result<Vec<KnownKey>, StoreError> {
        Ok(read_all!(self, KnownKey, LIST)?)
    }

    /// Since when each is known, in milliseconds since 1970.
    pub async fn master_keys_since(&self) -> Result<HashMap<String, i64>, StoreError> {
        Ok(read_all!(self, (String, i64), SINCE)?.into_iter().collect())
    }

    /// Ids of those that another one has taken the place of, and since when, in milliseconds since 1970.
    pub async fn retired_master_keys(&self) -> Result<HashMap<String, i64>, StoreError> {
        Ok(read_all!(self, (String, i64), RETIRED)?.into_iter().collect())
    }
}

impl Tx {
    pub async fn master_keys(&mut self) -> Result<Vec<KnownKey>, StoreError> {
        Ok(tx_all!(self, KnownKey, LIST)?)
    }

    /// All but this one.
    pub async fn retire_other_master_keys(&mut self, key_id: &str, now: i64) -> Result<(), StoreError> {
        execute!(self, RETIRE, key_id, now)?;
        Ok(())
    }

    pub async fn put_master_key(&mut self, key: &KnownKey, now: i64) -> Result<(), StoreError> {
        execute!(self, PUT, &key.key_id, &key.check_value, now)?;
        Ok(())
    }
}
