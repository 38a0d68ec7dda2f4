use entrepot_domain::OperationId;
use entrepot_domain::clock::Timestamp;
use entrepot_store::operations::OperationRow;
use serde::Serialize;
use serde_json::Value;

use super::Operations;
use crate::AppError;
use entrepot_domain::TenantId;

/// Steps of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub done: i64,
    /// `None`: nobody knows how many there are.
    pub total: Option<i64>,
}

/// An operation, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationReport {
    pub operation: String,
    pub kind: String,
    /// queued, running, done, failed
    pub state: String,
    pub progress: Progress,
    /// Of one that is done.
    pub result: Option<Value>,
    /// Of one that failed.
    pub error: Option<OperationFailure>,
    pub actor: String,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationFailure {
    /// Stable, kebab-case.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
}

impl From<OperationRow> for OperationReport {
    fn from(row: OperationRow) -> Self {
        let error = row.failure.map(|detail| OperationFailure { code: row.code.unwrap_or_default(), detail });
        Self {
            operation: row.id,
            kind: row.kind,
            state: row.state,
            progress: Progress { done: row.done, total: row.total },
            result: row.result.and_then(|result| serde_json::from_str(&result).ok()),
            error,
            actor: row.actor,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

impl Operations {
    pub async fn operation(&self, tenant: &TenantId, id: &str) -> Result<OperationReport, AppError> {
        let row = self.services.db().tenant(tenant).operation(&OperationId::from(id)).await?;
        row.map(Into::into).ok_or_else(|| AppError::NoOperation(id.to_owned()))
    }

    /// Newest first; `before` is the last id of the previous page.
    pub async fn operations(
        &self,
        tenant: &TenantId,
        before: &str,
        limit: i64,
    ) -> Result<Vec<OperationReport>, AppError> {
        let rows = self.services.db().tenant(tenant).operations(before, limit).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}
