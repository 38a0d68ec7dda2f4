//! What is granted, taken back, and put back.

use entrepot_artifact::Artifact;
use entrepot_domain::grants::{Approval, Difference, Grant, Manifest};
use entrepot_store::Tx;
use entrepot_store::adapters::AdapterRow;
use entrepot_store::grants::{GrantRow, InForce};
use serde::Serialize;
use serde_json::json;

use crate::audit::Action;
use crate::{Admission, AdmissionError};

/// What approving the version installed last would change.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    pub adapter: String,
    pub version: String,
    /// The version in use; none: nothing is.
    pub in_use: Option<String>,
    /// Against what is granted now; where nothing is, everything is wider.
    pub difference: Difference,
}

impl Admission {
    /// The difference between what is granted and what the version installed last asks for.
    pub async fn review(&self, adapter: &str) -> Result<Review, AdmissionError> {
        let row = self.latest(adapter).await?;
        let manifest = manifest(&row)?;
        let (in_use, difference) = match self.db().grants_in_force(adapter).await? {
            Some(InForce { main, .. }) => {
                let granted = grant(&main)?;
                (Some(main.version), Difference::between(&granted.permissions(), &manifest.permissions()))
            }
            None => (None, Difference { wider: manifest.permissions().in_words(), narrower: Vec::new() }),
        };
        Ok(Review { adapter: adapter.to_owned(), version: row.version, in_use, difference })
    }

    /// What the version installed last says it was made with.
    pub async fn toolchain(&self, adapter: &str) -> Result<Vec<String>, AdmissionError> {
        let row = self.latest(adapter).await?;
        let damaged = || AdmissionError::Damaged(adapter.to_owned());
        let bytes = self.db().artifact(adapter, &row.version, &row.digest).await?.ok_or_else(damaged)?;
        Ok(Artifact::read(bytes)?.toolchain())
    }

    /// Grants what a version asks for, less what the operator takes away, and puts it in use.
    pub async fn approve(
        &self,
        adapter: &str,
        approval: impl Into<Approval>,
        by: &str,
    ) -> Result<Grant, AdmissionError> {
        let approval = approval.into();
        let row = self.installed(adapter, approval.version.as_deref()).await?;
        let share = share(approval.share)?;
        let now = self.db().clock().now();
        let asked = Grant::as_requested(&manifest(&row)?, row.digest.clone());
        let granted = Grant { accept_narrower: approval.accept_narrower, ..asked.narrowed(&approval.narrowing, now)? };
        let mut tx = self.db().begin().await?;
        // Looking under the log's lock makes two operators take turns; the second finds what the first did.
        let before = self.before(&mut tx, adapter).await?;
        let action = match &before {
            None if share < ALL => return Err(AdmissionError::NothingBeside(adapter.to_owned())),
            Some(Before { granted: known, canary: None, .. }) if share == ALL && *known == granted => {
                return Ok(granted);
            }
            Some(Before { granted: known, .. }) if share < ALL && *known == granted => {
                return Err(AdmissionError::NothingToTry(adapter.to_owned()));
            }
            Some(_) if share < ALL => Action::Canary,
            Some(before) if before.main.version != row.version => Action::Upgrade,
            _ => Action::Approve,
        };
        let previous = before.map(|before| before.main.generation);
        let details = json!({
            "version": row.version, "digest": row.digest, "previous_generation": previous, "share": share, "grant": granted,
        });
        self.record(&mut tx, by, action, Some(adapter), &details).await?;
        self.put_in_use(&mut tx, &granted, share, by).await?;
        tx.commit().await?;
        tracing::info!(adapter, version = row.version, share, by, "adapter approved");
        Ok(granted)
    }

    /// Puts what was tried on a share of the channels in use for all.
    pub async fn promote(&self, adapter: &str, by: &str) -> Result<Grant, AdmissionError> {
        self.latest(adapter).await?;
        let mut tx = self.db().begin().await?;
        let canary = self.before(&mut tx, adapter).await?.and_then(|before| before.canary);
        let canary = canary.ok_or_else(|| AdmissionError::NoCanary(adapter.to_owned()))?;
        let granted = grant(&canary)?;
        let details = json!({"version": granted.version, "from_generation": canary.generation});
        self.record(&mut tx, by, Action::Promote, Some(adapter), &details).await?;
        self.put_in_use(&mut tx, &granted, ALL, by).await?;
        tx.commit().await?;
        tracing::info!(adapter, version = granted.version, by, "adapter promoted");
        Ok(granted)
    }

    /// Ends what is tried on a share of the channels; where nothing is, puts the grant before the one in use back in use, with its
    /// version.
    pub async fn rollback(&self, adapter: &str, by: &str) -> Result<Grant, AdmissionError> {
        self.latest(adapter).await?;
        let mut tx = self.db().begin().await?;
        let back = self.way_back(&mut tx, adapter).await?;
        let granted = self.go_back(&mut tx, back, None, by).await?;
        tx.commit().await?;
        Ok(granted)
    }

    /// Takes an adapter out of use: its next call anywhere is refused.
    pub async fn revoke(&self, adapter: &str, by: &str) -> Result<(), AdmissionError> {
        self.latest(adapter).await?;
        let mut tx = self.db().begin().await?;
        self.record(&mut tx, by, Action::Revoke, Some(adapter), &json!({})).await?;
        if tx.revoke_grants(adapter, self.db().clock().now()).await? == 0 {
            return Err(AdmissionError::NotApproved(adapter.to_owned()));
        }
        tx.commit().await?;
        tracing::warn!(adapter, by, "adapter revoked");
        Ok(())
    }

    pub(crate) async fn latest(&self, adapter: &str) -> Result<AdapterRow, AdmissionError> {
        self.db().adapter(adapter).await?.ok_or_else(|| AdmissionError::Unknown(adapter.to_owned()))
    }

    async fn installed(&self, adapter: &str, version: Option<&str>) -> Result<AdapterRow, AdmissionError> {
        let latest = self.latest(adapter).await?;
        match version {
            Some(version) if version != latest.version => {
                let row = self.db().adapter_version(adapter, version).await?;
                row.ok_or_else(|| AdmissionError::NoVersion {
                    adapter: adapter.to_owned(),
                    version: version.to_owned(),
                })
            }
            _ => Ok(latest),
        }
    }

    /// What is in use, after waiting for everybody else who is changing it.
    pub(crate) async fn before(&self, tx: &mut Tx, adapter: &str) -> Result<Option<Before>, AdmissionError> {
        tx.audit_head().await?;
        let Some(InForce { main, canary }) = tx.grants_in_force(adapter).await? else { return Ok(None) };
        Ok(Some(Before { granted: grant(&main)?, main, canary }))
    }

    pub(crate) async fn put_in_use(
        &self,
        tx: &mut Tx,
        granted: &Grant,
        share: i64,
        by: &str,
    ) -> Result<(), AdmissionError> {
        let body = serde_json::to_value(granted).map_err(|_| AdmissionError::Damaged(granted.adapter_id.clone()))?;
        let Grant { adapter_id, version, digest, .. } = granted;
        tx.insert_grant(adapter_id, version, digest, &body, share, by, self.db().clock().now()).await?;
        Ok(())
    }
}

/// The whole of an adapter's channels, in percent.
pub(crate) const ALL: i64 = 100;

/// What is in use.
pub(crate) struct Before {
    pub(crate) granted: Grant,
    pub(crate) main: GrantRow,
    pub(crate) canary: Option<GrantRow>,
}

fn share(wanted: Option<u8>) -> Result<i64, AdmissionError> {
    match wanted {
        None => Ok(ALL),
        Some(share @ 1..=99) => Ok(i64::from(share)),
        Some(share) => Err(AdmissionError::Share(share)),
    }
}

pub(crate) fn manifest(row: &AdapterRow) -> Result<Manifest, AdmissionError> {
    serde_json::from_value(row.manifest.0.clone()).map_err(|_| AdmissionError::Damaged(row.adapter_id.clone()))
}

pub(crate) fn grant(row: &GrantRow) -> Result<Grant, AdmissionError> {
    serde_json::from_value(row.body.0.clone()).map_err(|_| AdmissionError::Damaged(row.adapter_id.clone()))
}
