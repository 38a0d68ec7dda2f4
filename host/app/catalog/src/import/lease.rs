//! A run belongs to one worker at a time. The lease says so to others; the sequence number is what protects the data.

use std::time::Duration;

use entrepot_domain::clock::millis;
use entrepot_domain::{RunId, TenantId};
use entrepot_queue::Outcome;
use entrepot_store::runs::{Lease, RunRow};
use entrepot_store::{Scoped, StoreError};

use super::active_run::ActiveRun;
use crate::Imports;
use entrepot_core::{AppError, Heartbeat, retry_transient};

/// Renews the run's lease every third of it.
pub(super) fn hold_run(scoped: Scoped, run: RunId, owner: String, lease: Duration) -> Heartbeat {
    let ttl = millis(lease);
    Heartbeat::every(lease / 3, move || {
        let (scoped, run, owner) = (scoped.clone(), run.clone(), owner.clone());
        async move {
            let mut tx = scoped.begin().await?;
            let held = tx.renew_lease(&run, &owner, ttl).await?;
            tx.commit().await?;
            Ok(held)
        }
    })
}

impl Imports {
    /// Works on a run until it ends, whatever waits lie between, and beside whatever other workers do. An error: the database was
    /// away for longer than is waited for, and the run stays where it is.
    pub async fn carry(&self, tenant: &TenantId, run: &RunId) -> Result<(), AppError> {
        while let Outcome::Later(wait) = self.advance(tenant, run).await? {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// `held`: the lease whose owner is not heard of any more.
    pub(super) async fn lease(
        &self,
        scoped: &Scoped,
        run: &RunId,
        owner: &str,
        held: Option<&Lease>,
    ) -> Result<Option<RunRow>, StoreError> {
        let mut tx = scoped.begin().await?;
        let row = tx.lease_run(run, owner, millis(self.services.options().lease), held).await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Gives the run back, for another worker or a later time.
    pub(super) async fn release(&self, active: &ActiveRun) -> Result<(), AppError> {
        let patience = self.services.options().database_patience;
        retry_transient(patience, || give_back(&active.scoped, &active.run, &active.owner)).await?;
        Ok(())
    }
}

/// Somebody else's lease is left alone.
pub(super) async fn give_back(scoped: &Scoped, run: &RunId, owner: &str) -> Result<(), StoreError> {
    let mut tx = scoped.begin().await?;
    tx.release_run(run, owner).await?;
    tx.commit().await
}
