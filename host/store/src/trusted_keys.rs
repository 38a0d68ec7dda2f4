//! Publishers' keys that operators trust.

use entrepot_domain::clock::Timestamp;
use serde::Serialize;

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct TrustedKey {
    pub publisher: String,
    pub key_id: String,
    pub public_key: String,
    pub trusted_by: String,
    pub trusted_at: Timestamp,
}

const LIST: &str = "SELECT publisher, key_id, public_key, trusted_by, trusted_at FROM trusted_keys WHERE removed_at IS NULL \
    ORDER BY publisher, trusted_at, key_id";
const TRUST: &str = "INSERT INTO trusted_keys (publisher, key_id, public_key, trusted_by, trusted_at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (publisher, key_id) DO UPDATE SET public_key = excluded.public_key, trusted_by = excluded.trusted_by, \
    trusted_at = excluded.trusted_at, removed_at = NULL";
const REMOVE: &str = "UPDATE trusted_keys SET removed_at = $2 WHERE key_id = $1 AND removed_at IS NULL";

impl Db {
    pub async fn trusted_keys(&self) -> Result<Vec<TrustedKey>, StoreError> {
        Ok(read_all!(self, TrustedKey, LIST)?)
    }
}

impl Tx {
    pub async fn trusted_keys(&mut self) -> Result<Vec<TrustedKey>, StoreError> {
        Ok(tx_all!(self, TrustedKey, LIST)?)
    }

    pub async fn trust_key(&mut self, key: &TrustedKey) -> Result<(), StoreError> {
        execute!(self, TRUST, &key.publisher, &key.key_id, &key.public_key, &key.trusted_by, key.trusted_at)?;
        Ok(())
    }

    /// Whether it was trusted.
    pub async fn remove_key(&mut self, key_id: &str, now: Timestamp) -> Result<bool, StoreError> {
        Ok(execute!(self, REMOVE, key_id, now)? > 0)
    }
}
