use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use entrepot_domain::{OperationId, TenantId};
use entrepot_queue::{BoxError, Job, Outcome};
use serde::{Deserialize, Serialize};

use super::turn::{Of, Runner, Turn};
use super::{Operation, Operations};
use crate::AppError;

/// A host of another version knows what this one does not.
const UNKNOWN: Duration = Duration::from_secs(30);

/// "This operation wants to go on."
#[derive(Debug, Serialize, Deserialize)]
pub struct RunOperation {
    pub tenant: String,
    pub operation: String,
}

impl RunOperation {
    pub fn new(tenant: &TenantId, operation: &OperationId) -> Self {
        Self { tenant: tenant.to_string(), operation: operation.to_string() }
    }
}

/// The kinds of operations that this host can carry on. Cheap to clone.
#[derive(Clone)]
pub struct OperationKinds {
    operations: Operations,
    kinds: HashMap<&'static str, Arc<dyn Runner>>,
}

impl OperationKinds {
    /// None yet.
    pub fn new(operations: Operations) -> Self {
        Self { operations, kinds: HashMap::new() }
    }

    /// Operations of this kind are carried on with `context`.
    #[must_use]
    pub fn with<O: Operation>(mut self, context: O::Context) -> Self {
        self.kinds.insert(O::KIND, Arc::new(Of::<O>(context)));
        self
    }

    /// One turn.
    pub async fn advance(&self, tenant: &TenantId, id: &OperationId) -> Result<Outcome, AppError> {
        let Some(row) = self.operations.services.db().tenant(tenant).operation(id).await? else {
            return Ok(Outcome::Done);
        };
        let Some(runner) = self.kinds.get(row.kind.as_str()) else {
            tracing::warn!(operation = row.id, kind = row.kind, "this host knows no operation of that kind");
            return Ok(Outcome::Later(UNKNOWN));
        };
        Ok(match self.operations.turn(runner.as_ref(), tenant, id).await? {
            Turn::Over | Turn::Failed(_) => Outcome::Done,
            Turn::Later(wait) => Outcome::Later(wait),
        })
    }
}

#[async_trait]
impl Job for RunOperation {
    type Context = OperationKinds;
    const KIND: &'static str = "run_operation";
    /// Imports and deliveries do not wait for operations to end.
    const QUEUE: &'static str = "operations";

    async fn run(self, kinds: OperationKinds) -> Result<Outcome, BoxError> {
        let (tenant, id) = (TenantId::from(self.tenant), OperationId::from(self.operation));
        let outcome = kinds.advance(&tenant, &id).await;
        if let Err(error) = &outcome {
            tracing::error!(operation = id.as_str(), error = %error, "operation stopped by an error; its job is retried");
        }
        Ok(outcome?)
    }
}
