//! Installed artifacts. They belong to the host, not to a tenant.

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
}
