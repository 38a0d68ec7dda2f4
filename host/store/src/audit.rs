//! The audit log: rows that are only ever added. Who may add them, and what authenticates them, is admission's business.

use entrepot_domain::clock::Timestamp;
use serde::Serialize;

use crate::{Db, StoreError, Tx};

/// One entry, with what authenticates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct AuditRow {
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub adapter_id: Option<String>,
    /// JSON text, byte for byte as it was authenticated.
    pub details: String,
    /// Which master key the authenticating key was derived from.
    pub key_id: String,
    /// Hex.
    pub hash: String,
}

const HEAD: &str =
    "SELECT seq, at, actor, action, adapter_id, details, key_id, hash FROM audit_log ORDER BY seq DESC LIMIT 1";
const INSERT: &str = "INSERT INTO audit_log (seq, at, actor, action, adapter_id, details, key_id, hash) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const PAGE: &str = "SELECT seq, at, actor, action, adapter_id, details, key_id, hash FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT 1000";
const OF_ADAPTER: &str = "SELECT seq, at, actor, action, adapter_id, details, key_id, hash FROM audit_log WHERE adapter_id = $1 \
    ORDER BY seq DESC LIMIT $2";

impl Db {
    /// A thousand entries after `after`, oldest first.
    pub async fn audit_page(&self, after: i64) -> Result<Vec<AuditRow>, StoreError> {
        Ok(read_all!(self, AuditRow, PAGE, after)?)
    }

    /// Newest first.
    pub async fn audit_of(&self, adapter: &str, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        Ok(read_all!(self, AuditRow, OF_ADAPTER, adapter, limit)?)
    }
}

impl Tx {
    /// The last entry. Whoever asks is alone with the chain until the transaction ends.
    pub async fn audit_head(&mut self) -> Result<Option<AuditRow>, StoreError> {
        if let Self::Postgres(tx) = self {
            // SQLite's writers are alone anyway.
            sqlx::query("LOCK TABLE audit_log IN EXCLUSIVE MODE").execute(&mut **tx).await?;
        }
        Ok(tx_optional!(self, AuditRow, HEAD)?)
    }

    pub async fn insert_audit(&mut self, row: &AuditRow) -> Result<(), StoreError> {
        let AuditRow { seq, at, actor, action, adapter_id, details, key_id, hash } = row;
        execute!(self, INSERT, seq, at, actor, action, adapter_id, details, key_id, hash)?;
        Ok(())
    }
}
