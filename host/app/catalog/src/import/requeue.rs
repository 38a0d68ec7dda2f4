//! Runs whose worker is gone: they are given a job, for the job engine notices a dead worker's job much later.

use entrepot_domain::TenantId;
use entrepot_domain::clock::millis;

use crate::{AdvanceRun, Imports};
use entrepot_core::AppError;
use entrepot_core::is_gone;

impl Imports {
    /// Notes which runs bring nothing any more. How many were not known to.
    pub async fn note_stalled(&self) -> Result<u64, AppError> {
        let stalled = self
            .services
            .db()
            .mark_stalled(self.services.db().clock().now() - millis(self.services.options().stall))
            .await?;
        if stalled > 0 {
            tracing::warn!(
                runs = stalled,
                "an import brings nothing new any more; `entrepot doctor` says which and why"
            );
        }
        Ok(stalled)
    }

    /// Makes a job for each run whose lease is over, or whose worker's process ended on this machine, and that this process has made none for. Whether its worker is really dead is for
    /// whoever takes the job to find out: a job too many finds nothing to do. The number of jobs made.
    pub async fn requeue_expired_leases(&self) -> Result<usize, AppError> {
        let (mut over, now) = (self.services.db().leased_runs().await?, self.services.db().clock().now());
        over.retain(|run| run.lease_until < now || is_gone(&run.lease_owner));
        let leases = over.iter().map(|run| (run.id.clone(), run.lease_until)).collect();
        let fresh = self.state.requeued.fresh(&leases);
        for run in over.iter().filter(|run| fresh.contains(&run.id)) {
            let mut tx = self.services.db().tenant(&TenantId::from(run.tenant_id.as_str())).begin().await?;
            let job = AdvanceRun { tenant: run.tenant_id.clone(), run: run.id.clone() };
            self.services.queue().enqueue(tx.raw(), job).await?;
            tx.commit().await?;
            tracing::warn!(run = run.id, "lease expired; run requeued");
        }
        Ok(fresh.len())
    }
}
