//! What is granted, taken back, and put back.

use entrepot_domain::grants::{Difference, Grant, Manifest, Narrowing};
use entrepot_store::Tx;
use entrepot_store::adapters::{AdapterRow, GrantRow};
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
        let (in_use, difference) = match self.db().grant_in_force(adapter).await? {
            Some(current) => {
                let granted = grant(&current)?;
                (Some(current.version), Difference::between(&granted.permissions(), &manifest.permissions()))
            }
            None => {
                let wider = manifest.egress.iter().map(entrepot_domain::grants::EgressRule::in_words).collect();
                (None, Difference { wider, narrower: Vec::new() })
            }
        };
        Ok(Review { adapter: adapter.to_owned(), version: row.version, in_use, difference })
    }

    /// Grants what the version installed last asks for, less what `narrowing` takes away, and puts it in use.
    pub async fn approve(&self, adapter: &str, narrowing: &Narrowing, by: &str) -> Result<Grant, AdmissionError> {
        let row = self.latest(adapter).await?;
        let now = self.db().clock().now();
        let granted = Grant::as_requested(&manifest(&row)?, row.digest.clone()).narrowed(narrowing, now)?;
        let mut tx = self.db().begin().await?;
        // Writing the log first makes two operators take turns; the second finds what the first did.
        let before = self.before(&mut tx, adapter).await?;
        if before.as_ref().is_some_and(|(_, known)| *known == granted) {
            return Ok(granted);
        }
        let action = match &before {
            Some((current, _)) if current.version != row.version => Action::Upgrade,
            _ => Action::Approve,
        };
        let previous = before.as_ref().map(|(current, _)| current.generation);
        let details =
            json!({"version": row.version, "digest": row.digest, "previous_generation": previous, "grant": granted});
        self.record(&mut tx, by, action, Some(adapter), &details).await?;
        self.put_in_use(&mut tx, &granted, by).await?;
        tx.commit().await?;
        tracing::info!(adapter, version = row.version, by, "adapter approved");
        Ok(granted)
    }

    /// Puts the grant before the one in use back in use, with its version.
    pub async fn rollback(&self, adapter: &str, by: &str) -> Result<Grant, AdmissionError> {
        self.latest(adapter).await?;
        let mut tx = self.db().begin().await?;
        let Some((current, in_use)) = self.before(&mut tx, adapter).await? else {
            return Err(AdmissionError::NothingToRollBack(adapter.to_owned()));
        };
        // The same grant approved twice is one state: going back to it would change nothing.
        let mut earlier = None;
        for row in tx.grants_of(adapter).await?.iter().filter(|row| row.generation < current.generation) {
            let known = grant(row)?;
            if known != in_use {
                earlier = Some((row.generation, known));
                break;
            }
        }
        let (generation, granted) = earlier.ok_or_else(|| AdmissionError::NothingToRollBack(adapter.to_owned()))?;
        if granted.expires_at.is_some_and(|end| end <= self.db().clock().now()) {
            return Err(AdmissionError::Expired { adapter: adapter.to_owned() });
        }
        let details = json!({
            "from": {"generation": current.generation, "version": current.version},
            "to": {"generation": generation, "version": granted.version},
        });
        self.record(&mut tx, by, Action::Rollback, Some(adapter), &details).await?;
        self.put_in_use(&mut tx, &granted, by).await?;
        tx.commit().await?;
        tracing::warn!(adapter, version = granted.version, by, "adapter rolled back");
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

    /// The grant in use, after waiting for everybody else who is changing one.
    async fn before(&self, tx: &mut Tx, adapter: &str) -> Result<Option<(GrantRow, Grant)>, AdmissionError> {
        tx.audit_head().await?;
        tx.grant_in_force(adapter).await?.map(|row| Ok((row.clone(), grant(&row)?))).transpose()
    }

    async fn put_in_use(&self, tx: &mut Tx, granted: &Grant, by: &str) -> Result<(), AdmissionError> {
        let body = serde_json::to_value(granted).map_err(|_| AdmissionError::Damaged(granted.adapter_id.clone()))?;
        let now = self.db().clock().now();
        tx.insert_grant(&granted.adapter_id, &granted.version, &granted.digest, &body, by, now).await?;
        Ok(())
    }
}

fn manifest(row: &AdapterRow) -> Result<Manifest, AdmissionError> {
    serde_json::from_value(row.manifest.0.clone()).map_err(|_| AdmissionError::Damaged(row.adapter_id.clone()))
}

pub(crate) fn grant(row: &GrantRow) -> Result<Grant, AdmissionError> {
    serde_json::from_value(row.body.0.clone()).map_err(|_| AdmissionError::Damaged(row.adapter_id.clone()))
}
