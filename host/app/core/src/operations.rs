//! Operations: what takes longer than a request may. A request or a command starts one, a worker carries it on from checkpoint to
//! checkpoint, and its row tells how far it is and what came of it.
// See docs/decisions/0059-operations.md

mod active;
mod job;
mod maintenance;
mod report;
mod start;
mod turn;

use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::requeued_leases::RequeuedLeases;
use crate::{AppError, Services};

pub use active::ActiveOperation;
pub use job::{OperationKinds, RunOperation};
pub use report::{OperationReport, Progress};
pub use start::StartedOperation;

/// A kind of operation. Its fields are what was asked for; they are stored as JSON.
#[async_trait]
pub trait Operation: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What the work needs. Cheap to clone.
    type Context: Clone + Send + Sync + 'static;
    /// What came of it.
    type Outcome: Serialize + DeserializeOwned + Send;

    /// Stored with each operation; never changes.
    const KIND: &'static str;

    /// Works on from the last checkpoint. `None`: it is not over, and others have their turn first. It is called again after a worker
    /// died, so what has an effect commits together with its checkpoint: see [`ActiveOperation::keep`].
    async fn run(&self, context: &Self::Context, active: &ActiveOperation) -> Result<Option<Self::Outcome>, AppError>;
}

/// Starts operations, carries them on, and tells of them. Cheap to clone.
#[derive(Clone)]
pub struct Operations {
    services: Services,
    requeued: Arc<RequeuedLeases>,
}

impl Operations {
    pub fn new(services: Services) -> Self {
        Self { services, requeued: Arc::default() }
    }
}
