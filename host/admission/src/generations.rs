//! What is in use: code and grant together, loaded once per process.

use std::collections::HashMap;
use std::sync::Arc;

use entrepot_domain::grants::{Grant, Manifest};
use entrepot_runtime::{Adapter, Sandbox};
use entrepot_store::Db;
use tokio::sync::Mutex;

use crate::AdmissionError;

/// An approved adapter, ready to be called.
pub struct Generation {
    pub adapter: Adapter,
    pub manifest: Manifest,
    pub grant: Grant,
    /// Counts up with every approval.
    pub number: i64,
}

/// The door adapters come in by. Cheap to clone.
#[derive(Clone)]
pub struct Admission(Arc<Inner>);

struct Inner {
    db: Db,
    sandbox: Sandbox,
    /// By adapter id. The lock is held while one is compiled: two callers shall not compile the same thing.
    loaded: Mutex<HashMap<String, Arc<Generation>>>,
}

impl Admission {
    pub fn new(db: Db, sandbox: Sandbox) -> Self {
        Self(Arc::new(Inner { db, sandbox, loaded: Mutex::new(HashMap::new()) }))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.0.sandbox
    }

    /// The generation in force. The database is asked every time, so an approval on one host counts on all.
    pub async fn active(&self, adapter: &str) -> Result<Arc<Generation>, AdmissionError> {
        let unknown = || AdmissionError::Unknown(adapter.to_owned());
        let damaged = || AdmissionError::Damaged(adapter.to_owned());
        let Some(row) = self.db().grant_in_force(adapter).await? else {
            let installed = self.db().adapter(adapter).await?.is_some();
            return Err(if installed { AdmissionError::NotApproved(adapter.to_owned()) } else { unknown() });
        };
        let grant: Grant = serde_json::from_value(row.body.0).map_err(|_| damaged())?;
        if grant.expires_at.is_some_and(|end| end <= self.db().clock().now()) {
            return Err(AdmissionError::Expired { adapter: adapter.to_owned() });
        }
        let mut loaded = self.0.loaded.lock().await;
        if let Some(generation) = loaded.get(adapter).filter(|generation| generation.number == row.generation) {
            return Ok(generation.clone());
        }
        let installed = self.db().adapter_version(adapter, &row.version).await?.ok_or_else(unknown)?;
        let manifest: Manifest = serde_json::from_value(installed.manifest.0).map_err(|_| damaged())?;
        let bytes = self.db().artifact(adapter, &row.version, &row.digest).await?.ok_or_else(unknown)?;
        if crate::artifact::digest(&bytes) != row.digest {
            return Err(damaged());
        }
        let (sandbox, limits) = (self.sandbox().clone(), grant.limits);
        let work = tokio::task::spawn_blocking(move || sandbox.load(&bytes, &limits));
        let code = work.await.map_err(|_| damaged())??;
        let generation = Arc::new(Generation { adapter: code, manifest, grant, number: row.generation });
        loaded.insert(adapter.to_owned(), generation.clone());
        Ok(generation)
    }
}
