//! Installed artifacts. They belong to the host, not to a tenant.

use entrepot_domain::clock::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sqlx::types::Json;

use crate::lenient::Lenient;
use crate::{Db, StoreError, Tx};

/// An installed artifact without its bytes.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct AdapterRow {
    pub adapter_id: String,
    pub version: String,
    pub digest: String,
    pub publisher: String,
    pub state: String,
    pub manifest: Lenient<Value>,
    pub imports: Lenient<Vec<String>>,
    pub exports: Lenient<Vec<String>>,
    pub size: i64,
    /// Where it was installed from.
    pub source: String,
    /// Fingerprint of the trusted key that signed it.
    pub signer: Option<String>,
    pub installed_at: Timestamp,
    /// Over all of it but its state. None: it is from before there were any.
    #[serde(skip)]
    pub mac: Option<String>,
}

// Numbers are read as numbers, whatever stands there: what is installed can be taken out of use all the same.
macro_rules! adapters {
    ($tail:literal) => {
        concat!(
            "SELECT adapter_id, version, digest, publisher, state, manifest, imports, exports, CAST(size AS BIGINT) AS size, source, signer, \
             CAST(installed_at AS BIGINT) AS installed_at, mac FROM adapters ",
            $tail
        )
    };
}

const LIST: &str = adapters!("ORDER BY adapter_id, installed_at DESC");
const NAMED: &str = adapters!("WHERE adapter_id = $1 ORDER BY installed_at DESC");
const FIND_VERSION: &str = adapters!("WHERE adapter_id = $1 AND version = $2");
const ARTIFACT: &str = "SELECT artifact FROM adapters WHERE adapter_id = $1 AND version = $2 AND digest = $3";
const INSERT: &str = "INSERT INTO adapters \
    (adapter_id, version, digest, publisher, state, manifest, imports, exports, artifact, size, source, signer, installed_at, mac) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const REMOVE: &str = "DELETE FROM adapters WHERE adapter_id = $1 AND version = $2";

impl Db {
    pub async fn adapters(&self) -> Result<Vec<AdapterRow>, StoreError> {
        Ok(read_sound!(self, AdapterRow, "adapters", LIST)?)
    }

    /// Every installed version of an adapter, the one installed last first.
    pub async fn adapters_named(&self, adapter: &str) -> Result<Vec<AdapterRow>, StoreError> {
        Ok(read_sound!(self, AdapterRow, "adapters", NAMED, adapter)?)
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
    pub async fn installed_adapters(&mut self) -> Result<Vec<AdapterRow>, StoreError> {
        Ok(tx_sound!(self, AdapterRow, "adapters", LIST)?)
    }

    pub async fn insert_adapter(&mut self, row: &AdapterRow, artifact: &[u8]) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT,
            &row.adapter_id,
            &row.version,
            &row.digest,
            &row.publisher,
            &row.state,
            Json(&row.manifest.0),
            Json(&row.imports.0),
            Json(&row.exports.0),
            artifact,
            row.size,
            &row.source,
            row.signer.as_deref(),
            row.installed_at,
            row.mac.as_deref()
        )?;
        Ok(())
    }

    /// False: it was not there.
    pub async fn remove_adapter(&mut self, adapter: &str, version: &str) -> Result<bool, StoreError> {
        Ok(execute!(self, REMOVE, adapter, version)? == 1)
    }
}
