use std::time::Instant;

use entrepot_domain::{OperationId, TenantId};
use entrepot_store::operations::{Checkpoint, OperationRow};
use entrepot_store::{Scoped, ScopedTx, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::report::Progress;
use crate::{AppError, Services};

/// The operation that a worker has at this moment.
pub struct ActiveOperation {
    services: Services,
    scoped: Scoped,
    id: OperationId,
    owner: String,
    actor: String,
    checkpoint: Option<String>,
    begun: Instant,
}

impl ActiveOperation {
    pub(super) fn new(services: Services, scoped: Scoped, row: &OperationRow, owner: &str) -> Self {
        let (id, owner) = (row.operation_id(), owner.to_owned());
        let (actor, checkpoint) = (row.actor.clone(), row.checkpoint.clone());
        Self { services, scoped, id, owner, actor, checkpoint, begun: Instant::now() }
    }

    pub fn id(&self) -> &OperationId {
        &self.id
    }

    /// Reads and writes of the tenant for whom it is done.
    pub fn scoped(&self) -> &Scoped {
        &self.scoped
    }

    pub fn tenant(&self) -> &TenantId {
        self.scoped.tenant()
    }

    /// Who asked for it, for the record.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// What was kept last, before this turn. `None`: nothing is done yet.
    pub fn checkpoint<C: DeserializeOwned>(&self) -> Result<Option<C>, AppError> {
        let kept = self.checkpoint.as_deref().map(serde_json::from_str).transpose();
        kept.map_err(|why| AppError::Unreadable(format!("the checkpoint of {}: {why}", self.id)))
    }

    /// Keeps how far it is in the transaction of what was done. Fails, and with it all of the transaction, when another worker has the
    /// operation by now.
    pub async fn keep(
        &self,
        tx: &mut ScopedTx,
        checkpoint: &impl Serialize,
        progress: Progress,
    ) -> Result<(), StoreError> {
        let checkpoint = serde_json::to_string(checkpoint).unwrap_or_default();
        let Progress { done, total } = progress;
        tx.advance_operation(&self.id, &self.owner, &Checkpoint { checkpoint: &checkpoint, done, total }).await
    }

    /// The same in a transaction of its own.
    pub async fn keep_alone(&self, checkpoint: &impl Serialize, progress: Progress) -> Result<(), StoreError> {
        let mut tx = self.scoped.begin().await?;
        self.keep(&mut tx, checkpoint, progress).await?;
        tx.commit().await
    }

    /// Others have their turn, or the host is being stopped: keep a checkpoint and return.
    pub fn is_turn_over(&self) -> bool {
        self.begun.elapsed() >= self.services.options().slice || self.services.is_winding_down()
    }
}
