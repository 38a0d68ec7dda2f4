//! Which master keys the database was written with, and what proves them.

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownKey {
    pub key_id: String,
    pub check_value: String,
}

const LIST: &str = "SELECT key_id, check_value FROM master_keys ORDER BY known_since, key_id";
const PUT: &str = "INSERT INTO master_keys (key_id, check_value, known_since) VALUES ($1, $2, $3) \
    ON CONFLICT (key_id) DO UPDATE SET check_value = excluded.check_value, known_since = excluded.known_since";

impl Db {
    /// The longest known first. None at all: nothing was ever written with one, or by a host that did not yet say so.
    pub async fn master_keys(&self) -> Result<Vec<KnownKey>, StoreError> {
        Ok(read_all!(self, KnownKey, LIST)?)
    }
}

impl Tx {
    pub async fn master_keys(&mut self) -> Result<Vec<KnownKey>, StoreError> {
        Ok(tx_all!(self, KnownKey, LIST)?)
    }

    pub async fn put_master_key(&mut self, key: &KnownKey, now: i64) -> Result<(), StoreError> {
        execute!(self, PUT, &key.key_id, &key.check_value, now)?;
        Ok(())
    }
}
