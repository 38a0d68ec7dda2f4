use std::time::Duration;

use entrepot_domain::TenantId;
use entrepot_domain::clock::millis;

use super::Operations;
use super::job::RunOperation;
use crate::{AppError, is_gone};

/// How long what has ended is told of.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// An operation that nobody took for so long has perhaps no job any more.
const ORPHANED: Duration = Duration::from_secs(2 * 60);

impl Operations {
    /// Makes a job for each operation that nobody has, whose lease is over, or whose worker's process ended on this machine: the job engine notices a dead
    /// worker much later. A job too many finds nothing to do. The number of jobs made.
    pub async fn requeue_expired_operations(&self) -> Result<usize, AppError> {
        let (db, now) = (self.services.db(), self.services.db().clock().now());
        let mut over = db.leased_operations(now - millis(ORPHANED)).await?;
        over.retain(|operation| operation.lease_until < now || is_gone(&operation.lease_owner));
        let leases = over.iter().map(|operation| (operation.id.clone(), operation.lease_until)).collect();
        let fresh = self.requeued.fresh(&leases);
        for operation in over.into_iter().filter(|operation| fresh.contains(&operation.id)) {
            let mut tx = db.tenant(&TenantId::from(operation.tenant_id.as_str())).begin().await?;
            tracing::warn!(operation = operation.id, "nobody works on the operation; requeued");
            let job = RunOperation { tenant: operation.tenant_id, operation: operation.id };
            self.services.queue().enqueue(tx.raw(), job).await?;
            tx.commit().await?;
        }
        Ok(fresh.len())
    }

    /// Forgets operations that ended long ago. How many.
    pub async fn forget_old_operations(&self) -> Result<u64, AppError> {
        let db = self.services.db();
        Ok(db.forget_operations(db.clock().now() - millis(KEPT)).await?)
    }
}
