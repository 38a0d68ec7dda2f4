//! Installed artifacts and what was granted to them. These belong to the host, not to a tenant.

use entrepot_domain::clock::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sqlx::types::Json;

use crate::{Db, StoreError, Tx};

/// An installed artifact without its bytes.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct AdapterRow {
    pub adapter_id: String,
    pub version: String,
    pub digest: String,
    pub publisher: String,
    pub state: String,
    #[serde(serialize_with = "crate::adapters::plain")]
    pub manifest: Json<Value>,
    #[serde(serialize_with = "crate::adapters::plain")]
    pub imports: Json<Vec<String>>,
    #[serde(serialize_with = "crate::adapters::plain")]
    pub exports: Json<Vec<String>>,
    pub size: i64,
    /// Where it was installed from.
    pub source: String,
    /// Fingerprint of the trusted key that signed it.
    pub signer: Option<String>,
    pub installed_at: Timestamp,
}

pub(crate) fn plain<T: Serialize, S: serde::Serializer>(json: &Json<T>, serializer: S) -> Result<S::Ok, S::Error> {
    json.0.serialize(serializer)
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GrantRow {
    pub adapter_id: String,
    pub generation: i64,
    pub version: String,
    pub digest: String,
    pub body: Json<Value>,
    pub approved_by: String,
    pub approved_at: Timestamp,
}

pub struct NewAdapter<'a> {
    pub adapter_id: &'a str,
    pub version: &'a str,
    pub digest: &'a str,
    pub publisher: &'a str,
    pub manifest: &'a Value,
    pub imports: &'a [String],
    pub exports: &'a [String],
    pub artifact: &'a [u8],
    pub source: &'a str,
    pub signer: Option<&'a str>,
}

const COLUMNS: &str =
    "adapter_id, version, digest, publisher, state, manifest, imports, exports, size, source, signer, installed_at";
const LIST: &str = "SELECT adapter_id, version, digest, publisher, state, manifest, imports, exports, size, source, signer, installed_at \
    FROM adapters ORDER BY adapter_id, installed_at DESC";
const FIND: &str = "SELECT adapter_id, version, digest, publisher, state, manifest, imports, exports, size, source, signer, installed_at \
    FROM adapters WHERE adapter_id = $1 ORDER BY installed_at DESC LIMIT 1";
const NAMED: &str = "SELECT adapter_id, version, digest, publisher, state, manifest, imports, exports, size, source, signer, installed_at \
    FROM adapters WHERE adapter_id = $1 ORDER BY installed_at DESC";
const FIND_VERSION: &str = "SELECT adapter_id, version, digest, publisher, state, manifest, imports, exports, size, source, signer, installed_at \
    FROM adapters WHERE adapter_id = $1 AND version = $2";
const ARTIFACT: &str = "SELECT artifact FROM adapters WHERE adapter_id = $1 AND version = $2 AND digest = $3";
const INSERT: &str = "INSERT INTO adapters \
    (adapter_id, version, digest, publisher, state, manifest, imports, exports, artifact, size, source, signer, installed_at) \
    VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10, $11, $12)";
const GRANT_IN_FORCE: &str = "SELECT adapter_id, generation, version, digest, body, approved_by, approved_at FROM grants \
    WHERE adapter_id = $1 AND revoked_at IS NULL ORDER BY generation DESC LIMIT 1";
const INSERT_GRANT: &str = "INSERT INTO grants (adapter_id, generation, version, digest, body, approved_by, approved_at) \
    SELECT $1, COALESCE(MAX(generation), 0) + 1, $2, $3, $4, $5, $6 FROM grants WHERE adapter_id = $1";
const REVOKE: &str = "UPDATE grants SET revoked_at = $2 WHERE adapter_id = $1 AND revoked_at IS NULL";
const STATE_REVOKED: &str = "UPDATE adapters SET state = 'revoked' WHERE adapter_id = $1 AND state = 'approved'";
const HISTORY: &str = "SELECT adapter_id, generation, version, digest, body, approved_by, approved_at FROM grants \
    WHERE adapter_id = $1 AND revoked_at IS NULL ORDER BY generation DESC LIMIT 100";
const APPROVE: &str = "UPDATE adapters SET state = 'approved' WHERE adapter_id = $1 AND version = $2";

impl Db {
    pub async fn adapters(&self) -> Result<Vec<AdapterRow>, StoreError> {
        debug_assert!(LIST.contains(COLUMNS));
        Ok(read_all!(self, AdapterRow, LIST)?)
    }

    /// Every installed version of an adapter.
    pub async fn adapters_named(&self, adapter: &str) -> Result<Vec<AdapterRow>, StoreError> {
        Ok(read_all!(self, AdapterRow, NAMED, adapter)?)
    }

    /// The version that was installed last.
    pub async fn adapter(&self, adapter: &str) -> Result<Option<AdapterRow>, StoreError> {
        Ok(read_optional!(self, AdapterRow, FIND, adapter)?)
    }

    pub async fn adapter_version(&self, adapter: &str, version: &str) -> Result<Option<AdapterRow>, StoreError> {
        Ok(read_optional!(self, AdapterRow, FIND_VERSION, adapter, version)?)
    }

    pub async fn artifact(&self, adapter: &str, version: &str, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = read_optional!(self, (Vec<u8>,), ARTIFACT, adapter, version, digest)?;
        Ok(row.map(|(bytes,)| bytes))
    }

    /// The grant an adapter runs under, if one is in force.
    pub async fn grant_in_force(&self, adapter: &str) -> Result<Option<GrantRow>, StoreError> {
        Ok(read_optional!(self, GrantRow, GRANT_IN_FORCE, adapter)?)
    }
}

impl Tx {
    pub async fn insert_adapter(&mut self, new: &NewAdapter<'_>, now: Timestamp) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT,
            new.adapter_id,
            new.version,
            new.digest,
            new.publisher,
            Json(new.manifest),
            Json(new.imports),
            Json(new.exports),
            new.artifact,
            new.artifact.len() as i64,
            new.source,
            new.signer,
            now
        )?;
        Ok(())
    }

    /// The grant in force, seen from inside the transaction that is about to replace it.
    pub async fn grant_in_force(&mut self, adapter: &str) -> Result<Option<GrantRow>, StoreError> {
        Ok(tx_optional!(self, GrantRow, GRANT_IN_FORCE, adapter)?)
    }

    /// The last hundred grants of an adapter that were not revoked, newest first.
    pub async fn grants_of(&mut self, adapter: &str) -> Result<Vec<GrantRow>, StoreError> {
        Ok(tx_all!(self, GrantRow, HISTORY, adapter)?)
    }

    /// Ends every grant of an adapter. The number of those that were in force.
    pub async fn revoke_grants(&mut self, adapter: &str, now: Timestamp) -> Result<u64, StoreError> {
        let revoked = execute!(self, REVOKE, adapter, now)?;
        execute!(self, STATE_REVOKED, adapter)?;
        Ok(revoked)
    }

    /// Records what was approved; from the commit on, new calls run under it.
    pub async fn insert_grant(
        &mut self,
        adapter: &str,
        version: &str,
        digest: &str,
        body: &Value,
        approved_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(self, INSERT_GRANT, adapter, version, digest, Json(body), approved_by, now)?;
        execute!(self, APPROVE, adapter, version)?;
        Ok(())
    }
}
