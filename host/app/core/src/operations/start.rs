use entrepot_domain::{OperationId, TenantId};
use entrepot_store::operations::NewOperation;

use super::job::RunOperation;
use super::{Operation, Operations};
use crate::AppError;

/// An operation that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedOperation {
    pub id: OperationId,
    /// The same was asked for before, and is not over.
    pub joined: bool,
}

/// Somebody else started, or ended, the same in the same moment. They are done after one look more.
const LOOKS: usize = 5;

impl Operations {
    /// Stores what is to be done with its job in one transaction. The same that is under way is joined.
    pub async fn start<O: Operation>(
        &self,
        tenant: &TenantId,
        actor: &str,
        operation: &O,
    ) -> Result<StartedOperation, AppError> {
        let input = serde_json::to_string(operation).map_err(|why| AppError::Unreadable(why.to_string()))?;
        let same = blake3::hash(format!("{} {input}", O::KIND).as_bytes()).to_hex();
        let new = NewOperation { kind: O::KIND, same: same.as_str(), input: &input, actor };
        let mut looks = 0;
        loop {
            looks += 1;
            match self.try_start(tenant, &new).await {
                Err(error) if error.is_conflict() && looks < LOOKS => {}
                Err(error) if error.is_conflict() => return Err(AppError::Contested),
                started => return started,
            }
        }
    }

    async fn try_start(&self, tenant: &TenantId, new: &NewOperation<'_>) -> Result<StartedOperation, AppError> {
        let scoped = self.services.db().tenant(tenant);
        if let Some(active) = scoped.active_operation(new.same).await? {
            return Ok(StartedOperation { id: active.operation_id(), joined: true });
        }
        let mut tx = scoped.begin().await?;
        let id = tx.insert_operation(new).await?;
        self.services.queue().enqueue(tx.raw(), RunOperation::new(tenant, &id)).await?;
        tx.commit().await?;
        tracing::info!(operation = id.as_str(), kind = new.kind, actor = new.actor, "operation started");
        Ok(StartedOperation { id, joined: false })
    }
}
