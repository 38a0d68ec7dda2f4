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
    /// Of entries about a channel's row.
    pub channel_id: Option<String>,
    /// JSON text, byte for byte as it was authenticated.
    pub details: String,
    /// Which master key the authenticating key was derived from.
    pub key_id: String,
    /// Hex.
    pub hash: String,
    /// Under a later master key: the entry as it stood when the one in use was changed. None: its own still is.
    #[serde(skip)]
    pub proof: Option<String>,
}

/// An entry with the hash of the one before it, which it is authenticated together with.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ChainedRow {
    #[sqlx(flatten)]
    pub row: AuditRow,
    /// None: there is none before it.
    pub hash_before: Option<String>,
}

// An entry whose time is none does not fit its MAC, and is named for that; the others are read.
macro_rules! entries {
    ($rest:literal) => {
        concat!(
            "SELECT seq, CAST(at AS BIGINT) AS at, actor, action, adapter_id, channel_id, details, key_id, hash, \
             (SELECT f.proof FROM audit_proofs f WHERE f.seq = audit_log.seq) AS proof FROM audit_log ",
            $rest
        )
    };
}

macro_rules! chained {
    ($rest:literal) => {
        concat!(
            "SELECT a.seq, CAST(a.at AS BIGINT) AS at, a.actor, a.action, a.adapter_id, a.channel_id, a.details, a.key_id, a.hash, p.hash AS hash_before, \
             (SELECT f.proof FROM audit_proofs f WHERE f.seq = a.seq) AS proof FROM audit_log a LEFT JOIN audit_log p ON p.seq = a.seq - 1 WHERE ",
            $rest
        )
    };
}

/// The highest number; where somebody who can write the database has left no number after it, the last one before the first gap: an
/// emergency has to be written down all the same.
const HEAD: &str = entries!(
    "WHERE seq = (SELECT CASE WHEN MAX(seq) < 9223372036854775806 THEN MAX(seq) ELSE \
     (SELECT MIN(a.seq) FROM audit_log a WHERE a.seq >= 1 AND a.seq < 9223372036854775806 \
     AND NOT EXISTS (SELECT 1 FROM audit_log b WHERE b.seq = a.seq + 1)) END \
     FROM audit_log WHERE seq >= 1 AND seq < 9223372036854775807)"
);
/// A number that no entry has, because none comes before the first, nor could one follow the last.
const STRAY: &str = "SELECT seq FROM audit_log WHERE seq < 1 OR seq = 9223372036854775807 ORDER BY seq LIMIT 1";
const INSERT: &str = "INSERT INTO audit_log (seq, at, actor, action, adapter_id, channel_id, details, key_id, hash) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const PAGE: &str = entries!("WHERE seq > $1 AND seq >= 1 AND seq < 9223372036854775807 ORDER BY seq LIMIT 1000");
const OF_ADAPTER: &str = entries!("WHERE adapter_id = $1 AND seq >= 1 AND seq < $3 ORDER BY seq DESC LIMIT $2");
/// What was there before rows had MACs is told in an entry of its own, once.
const OF_GRANTS: &str = chained!(
    "a.seq = (SELECT MAX(n.seq) FROM (SELECT MAX(seq) AS seq FROM audit_log WHERE adapter_id = $1 \
     AND seq < 9223372036854775807 AND action IN ('approve', 'upgrade', 'canary', 'promote', 'rollback', 'revoke') \
     UNION ALL SELECT MAX(seq) FROM audit_log WHERE action = 'seal') AS n)"
);
const OF_CHANNEL: &str = chained!(
    "a.seq = (SELECT MAX(n.seq) FROM (SELECT MAX(seq) AS seq FROM audit_log WHERE channel_id = $1 \
     AND seq < 9223372036854775807 UNION ALL SELECT MAX(seq) FROM audit_log WHERE action = 'seal') AS n)"
);
/// Those that no proof under that key has.
const TO_PROVE: &str = chained!(
    "a.seq > $1 AND a.seq < 9223372036854775807 AND a.key_id <> $2 AND NOT EXISTS (SELECT 1 FROM audit_proofs e \
     WHERE e.seq = a.seq AND substr(e.proof, 1, CAST($4 AS INTEGER)) = $3) ORDER BY a.seq LIMIT 500"
);
const PROVE: &str =
    "INSERT INTO audit_proofs (seq, proof) VALUES ($1, $2) ON CONFLICT (seq) DO UPDATE SET proof = excluded.proof";
const OF_KEYS: &str = chained!("a.action IN ('seal', 'trust', 'untrust', 'rotate') ORDER BY a.seq");
const OF_CHANNELS: &str = chained!(
    "a.seq IN (SELECT MAX(seq) FROM audit_log WHERE channel_id IS NOT NULL AND seq < 9223372036854775807 GROUP BY channel_id) \
     OR a.action = 'seal' ORDER BY a.seq"
);

impl Db {
    /// The number of an entry that cannot be the host's own.
    pub async fn audit_stray(&self) -> Result<Option<i64>, StoreError> {
        Ok(read_optional!(self, (i64,), STRAY)?.map(|(seq,)| seq))
    }

    /// A thousand entries after `after`, oldest first.
    pub async fn audit_page(&self, after: i64) -> Result<Vec<AuditRow>, StoreError> {
        Ok(read_sound!(self, AuditRow, "audit_log", PAGE, after)?)
    }

    /// Newest first.
    pub async fn audit_of(&self, adapter: &str, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        self.audit_of_before(adapter, i64::MAX, limit).await
    }

    /// The same of entries before that one.
    pub async fn audit_of_before(&self, adapter: &str, before: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        Ok(read_sound!(self, AuditRow, "audit_log", OF_ADAPTER, adapter, limit, before)?)
    }

    /// The last entry about what is granted to an adapter.
    pub async fn audit_of_grants(&self, adapter: &str) -> Result<Option<ChainedRow>, StoreError> {
        Ok(read_optional!(self, ChainedRow, OF_GRANTS, adapter)?)
    }

    /// All about trusted keys, oldest first.
    pub async fn audit_of_keys(&self) -> Result<Vec<ChainedRow>, StoreError> {
        Ok(read_sound!(self, ChainedRow, "audit_log", OF_KEYS)?)
    }

    /// The last entry about a channel's row.
    pub async fn audit_of_channel(&self, channel: &str) -> Result<Option<ChainedRow>, StoreError> {
        Ok(read_optional!(self, ChainedRow, OF_CHANNEL, channel)?)
    }

    /// The last entry of each channel, oldest first.
    pub async fn audit_of_channels(&self) -> Result<Vec<ChainedRow>, StoreError> {
        Ok(read_sound!(self, ChainedRow, "audit_log", OF_CHANNELS)?)
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

    pub async fn audit_of_grants(&mut self, adapter: &str) -> Result<Option<ChainedRow>, StoreError> {
        Ok(tx_optional!(self, ChainedRow, OF_GRANTS, adapter)?)
    }

    pub async fn audit_of_channel(&mut self, channel: &str) -> Result<Option<ChainedRow>, StoreError> {
        Ok(tx_optional!(self, ChainedRow, OF_CHANNEL, channel)?)
    }

    pub async fn audit_of_keys(&mut self) -> Result<Vec<ChainedRow>, StoreError> {
        Ok(tx_sound!(self, ChainedRow, "audit_log", OF_KEYS)?)
    }

    /// Up to 500 entries after `after`, oldest first, that neither are of the master key nor have a proof under it.
    pub async fn audit_to_prove(&mut self, after: i64, key_id: &str) -> Result<Vec<ChainedRow>, StoreError> {
        let prefix = format!("{key_id}:");
        let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
        Ok(tx_all!(self, ChainedRow, TO_PROVE, after, key_id, &prefix, length)?)
    }

    pub async fn put_audit_proof(&mut self, seq: i64, proof: &str) -> Result<(), StoreError> {
        execute!(self, PROVE, seq, proof)?;
        Ok(())
    }

    pub async fn insert_audit(&mut self, row: &AuditRow) -> Result<(), StoreError> {
        let AuditRow { seq, at, actor, action, adapter_id, channel_id, details, key_id, hash, proof: _ } = row;
        execute!(self, INSERT, seq, at, actor, action, adapter_id, channel_id, details, key_id, hash)?;
        Ok(())
    }
}
