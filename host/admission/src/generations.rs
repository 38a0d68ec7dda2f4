//! What is in use: code and grant together, loaded once per process.
// See docs/decisions/0015-grant-change-during-run.md

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::grants::{Ceilings, Grant, Manifest, generation_for};
use entrepot_runtime::{Adapter, Artifact, Sandbox};
use entrepot_store::Db;
use entrepot_store::grants::GrantRow;
use tokio::sync::Mutex;

use crate::audit::Followed;
use crate::heads::GrantHead;
use crate::{AdmissionError, MacKeys};

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
    /// What authenticates the audit log.
    pub audit_keys: MacKeys,
    /// What authenticates rows.
    pub row_keys: MacKeys,
    /// Refuse unsigned artifacts from files and uploads too.
    pub require_signatures: bool,
    /// More than this no grant gives, whatever a manifest asks for.
    pub ceilings: Ceilings,
    /// For development: manifests may name this machine, as requests may go there.
    pub allow_loopback: bool,
}

struct Inner {
    db: Db,
    sandbox: Sandbox,
    options: AdmissionOptions,
    /// By adapter id.
    loaded: std::sync::Mutex<HashMap<String, Slot>>,
    followed: Mutex<Followed>,
}

impl Admission {
    pub fn new(db: Db, sandbox: Sandbox, options: AdmissionOptions) -> Self {
        Self(Arc::new(Inner { db, sandbox, options, loaded: std::sync::Mutex::default(), followed: Mutex::default() }))
    }

    pub(crate) fn audit_keys(&self) -> &MacKeys {
        &self.0.options.audit_keys
    }

    /// What rows of other parts of the host are authenticated with, too.
    pub fn row_keys(&self) -> &MacKeys {
        &self.0.options.row_keys
    }

    pub fn ceilings(&self) -> &Ceilings {
        &self.0.options.ceilings
    }

    /// Whether what the manifest names can be a marketplace at all.
    pub(crate) fn check_places(&self, manifest: &Manifest) -> Result<(), AdmissionError> {
        let nowhere = manifest.nowhere().filter(|_| !self.0.options.allow_loopback);
        nowhere.map_or(Ok(()), |nowhere| Err(nowhere.into()))
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

    /// The log, as far as this process has followed it.
    pub(crate) fn followed(&self) -> &Mutex<Followed> {
        &self.0.followed
    }

    fn slot(&self, adapter: &str) -> Slot {
        // A panic elsewhere leaves the map as good as it was.
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.entry(adapter.to_owned()).or_default().clone()
    }

    /// The generation in force for most channels. The database is asked every time, so an approval on one host counts on all.
    pub async fn active(&self, adapter: &str) -> Result<Arc<Generation>, AdmissionError> {
        let head = self.in_force(adapter).await?;
        let main = head.main.ok_or_else(|| AdmissionError::NotApproved(adapter.to_owned()))?;
        self.load(adapter, main, &head).await
    }

    /// The generation in force for a channel: it may be among those that try a later one.
    pub async fn active_for(&self, adapter: &str, channel: &ChannelId) -> Result<Arc<Generation>, AdmissionError> {
        let head = self.in_force(adapter).await?;
        let chosen = generation_for(channel.as_str(), &head.shares());
        let chosen = chosen.ok_or_else(|| AdmissionError::NotApproved(adapter.to_owned()))?;
        self.load(adapter, chosen, &head).await
    }

    /// The number of the generation that is in force for a channel, if one is: quick enough to be asked before each page.
    pub async fn in_force_for(&self, adapter: &str, channel: &ChannelId) -> Result<Option<i64>, AdmissionError> {
        match self.grant_head(adapter).await {
            Err(error) if error.is_changed() => Ok(None),
            head => Ok(generation_for(channel.as_str(), &head?.unwrap_or_default().shares())),
        }
    }

    async fn in_force(&self, adapter: &str) -> Result<GrantHead, AdmissionError> {
        if let Some(head) = self.grant_head(adapter).await?.filter(|head| head.main.is_some()) {
            return Ok(head);
        }
        let installed = !self.db().adapters_named(adapter).await?.is_empty();
        let adapter = adapter.to_owned();
        Err(if installed { AdmissionError::NotApproved(adapter) } else { AdmissionError::Unknown(adapter) })
    }

    async fn load(&self, adapter: &str, number: i64, head: &GrantHead) -> Result<Arc<Generation>, AdmissionError> {
        let row = self.db().grant(adapter, number).await?;
        let row = row.ok_or_else(|| AdmissionError::changed_grant(adapter, number, crate::Unfit::Gone))?;
        // Every time: what was loaded is of no use any more when the row was changed since.
        // And the ceilings of this host hold, whatever was granted under others.
        let (grant, _) = self.granted(&row)?.capped(self.ceilings());
        if grant.expires_at.is_some_and(|end| end <= self.db().clock().now()) {
            return Err(AdmissionError::Expired { adapter: adapter.to_owned() });
        }
        let slot = self.slot(adapter);
        let mut loaded = slot.lock().await;
        let wanted = head.shares();
        loaded.retain(|generation| wanted.iter().any(|(number, _)| *number == generation.number));
        if let Some(generation) = loaded.iter().find(|known| known.number == number && known.grant == grant) {
            return Ok(generation.clone());
        }
        let (component, manifest) = self.granted_artifact(&row).await?;
        let code = self.sandbox().load(&component, &grant.limits).await?;
        let generation = Arc::new(Generation { adapter: code, manifest, grant, number });
        loaded.push(generation.clone());
        Ok(generation)
    }

    /// The bytes that were granted something, and what they say of themselves: not what the database says of them.
    async fn granted_artifact(&self, row: &GrantRow) -> Result<(Artifact, Manifest), AdmissionError> {
        let GrantRow { adapter_id: adapter, version, digest, .. } = row;
        let damaged = || AdmissionError::Damaged(adapter.clone());
        let bytes = self.db().artifact(adapter, version, digest).await?.ok_or_else(damaged)?;
        let expected = digest.clone();
        let check = tokio::task::spawn_blocking(move || {
            let ours = entrepot_artifact::sha256_hex(&bytes) == expected;
            ours.then(|| {
                let component = Artifact::check(bytes.clone())?;
                let manifest = Manifest::parse(entrepot_artifact::Artifact::read(bytes)?.manifest_text())?;
                Ok::<_, AdmissionError>((component, manifest))
            })
        });
        check.await.ok().flatten().ok_or_else(damaged)?
    }
}
