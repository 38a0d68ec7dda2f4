//! The handle: what all uses of admission have in common.

use std::sync::Arc;

use entrepot_policy::{Ceilings, Manifest};
use entrepot_sandbox::Sandbox;
use entrepot_store::Db;
use tokio::sync::Mutex;

use crate::audit::Followed;
use crate::error::AdmissionError;
use crate::generation::Loaded;
use crate::mac::MacKeys;

/// The handle to everything about adapters. Cheap to clone.
#[derive(Clone)]
pub struct Admission(Arc<Inner>);

/// What an operator decides about adapters.
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
    loaded: Loaded,
    followed: Mutex<Followed>,
}

impl Admission {
    pub fn new(db: Db, sandbox: Sandbox, options: AdmissionOptions) -> Self {
        Self(Arc::new(Inner { db, sandbox, options, loaded: Loaded::default(), followed: Mutex::default() }))
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

    pub(crate) fn loaded(&self) -> &Loaded {
        &self.0.loaded
    }
}
