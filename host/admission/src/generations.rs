//! What is in use: code and grant together, loaded once per process.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::grants::{Grant, Manifest, generation_for};
use entrepot_runtime::{Adapter, Artifact, Sandbox};
use entrepot_store::Db;
use entrepot_store::grants::{GrantRow, InForce};
use tokio::sync::Mutex;

use crate::{AdmissionError, AuditKeys};

/// An approved adapter, ready to be called.
pub struct Generation {
    pub adapter: Adapter,
    pub manifest: Manifest,
    pub grant: Grant,
    /// Counts up with every approval.
    pub number: i64,
}

impl Generation {
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.grant.expires_at.is_some_and(|end| end <= now)
    }
}

/// The door adapters come in by. Cheap to clone.
#[derive(Clone)]
pub struct Admission(Arc<Inner>);

/// The generations of an adapter that are in use. Locked while one is compiled: two callers shall not compile the same thing, and nobody
/// waits for another adapter.
type Slot = Arc<Mutex<Vec<Arc<Generation>>>>;

pub struct AdmissionOptions {
    pub audit_keys: AuditKeys,
    /// Refuse unsigned artifacts from files and uploads too.
    pub require_signatures: bool,
}

struct Inner {
    db: Db,
    sandbox: Sandbox,
    options: AdmissionOptions,
    /// By adapter id.
    loaded: std::sync::Mutex<HashMap<String, Slot>>,
}

impl Admission {
    pub fn new(db: Db, sandbox: Sandbox, options: AdmissionOptions) -> Self {
        Self(Arc::new(Inner { db, sandbox, options, loaded: std::sync::Mutex::default() }))
    }

    pub(crate) fn audit_keys(&self) -> &AuditKeys {
        &self.0.options.audit_keys
    }

    pub(crate) fn require_signatures(&self) -> bool {
        self.0.options.require_signatures
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.0.sandbox
    }

    fn slot(&self, adapter: &str) -> Slot {
        // A panic elsewhere leaves the map as good as it was.
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.entry(adapter.to_owned()).or_default().clone()
    }

    /// The generation in force for most channels. The database is asked every time, so an approval on one host counts on all.
    pub async fn active(&self, adapter: &str) -> Result<Arc<Generation>, AdmissionError> {
        let InForce { main, canary } = self.in_force(adapter).await?;
        let numbers: Vec<i64> = canary.iter().chain([&main]).map(|row| row.generation).collect();
        self.load(&main, &numbers).await
    }

    /// The generation in force for a channel: it may be among those that try a later one.
    pub async fn active_for(&self, adapter: &str, channel: &ChannelId) -> Result<Arc<Generation>, AdmissionError> {
        let InForce { main, canary } = self.in_force(adapter).await?;
        let in_force: Vec<&GrantRow> = canary.iter().chain([&main]).collect();
        let shares: Vec<(i64, i64)> = in_force.iter().map(|row| (row.generation, row.share)).collect();
        let numbers: Vec<i64> = shares.iter().map(|(number, _)| *number).collect();
        let chosen = generation_for(channel.as_str(), &shares);
        let row = in_force.into_iter().find(|row| Some(row.generation) == chosen).unwrap_or(&main);
        self.load(row, &numbers).await
    }

    async fn in_force(&self, adapter: &str) -> Result<InForce, AdmissionError> {
        if let Some(in_force) = self.db().grants_in_force(adapter).await? {
            return Ok(in_force);
        }
        let installed = self.db().adapter(adapter).await?.is_some();
        let adapter = adapter.to_owned();
        Err(if installed { AdmissionError::NotApproved(adapter) } else { AdmissionError::Unknown(adapter) })
    }

    /// `in_force`: the numbers of those that are still wanted.
    async fn load(&self, row: &GrantRow, in_force: &[i64]) -> Result<Arc<Generation>, AdmissionError> {
        let adapter = row.adapter_id.as_str();
        let unknown = || AdmissionError::Unknown(adapter.to_owned());
        let damaged = || AdmissionError::Damaged(adapter.to_owned());
        let grant = crate::review::grant(row)?;
        if grant.expires_at.is_some_and(|end| end <= self.db().clock().now()) {
            return Err(AdmissionError::Expired { adapter: adapter.to_owned() });
        }
        let slot = self.slot(adapter);
        let mut loaded = slot.lock().await;
        loaded.retain(|generation| in_force.contains(&generation.number));
        if let Some(generation) = loaded.iter().find(|generation| generation.number == row.generation) {
            return Ok(generation.clone());
        }
        let installed = self.db().adapter_version(adapter, &row.version).await?.ok_or_else(unknown)?;
        let manifest: Manifest = serde_json::from_value(installed.manifest.0).map_err(|_| damaged())?;
        let bytes = self.db().artifact(adapter, &row.version, &row.digest).await?.ok_or_else(unknown)?;
        let expected = row.digest.clone();
        let check = tokio::task::spawn_blocking(move || {
            let ours = entrepot_artifact::sha256_hex(&bytes) == expected;
            ours.then(|| Artifact::check(bytes))
        });
        let artifact = check.await.ok().flatten().ok_or_else(damaged)??;
        let code = self.sandbox().load(&artifact, &grant.limits).await?;
        let generation = Arc::new(Generation { adapter: code, manifest, grant, number: row.generation });
        loaded.push(generation.clone());
        Ok(generation)
    }
}
