//! A worker's turn at an operation. It belongs to one worker at a time: the lease says so to others, and every checkpoint asks for it.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use entrepot_domain::clock::millis;
use entrepot_domain::{OperationId, TenantId, with_causes};
use entrepot_store::operations::OperationRow;
use entrepot_store::runs::Lease;
use entrepot_store::{Scoped, StoreError};
use tracing::Instrument;

use super::active::ActiveOperation;
use super::{Operation, Operations};
use crate::heartbeat::Heartbeat;
use crate::lease_monitor::LeaseState;
use crate::{AppError, retry_transient};

/// How soon to look again at one that another worker took at this moment.
const HELD: Duration = Duration::from_secs(1);
const LOST: Duration = Duration::from_millis(100);
/// How often whoever waits for its end looks.
const LOOK: Duration = Duration::from_millis(100);
/// So many workers that die at the same place, and it is what they do there.
const MAX_LOSSES: i64 = 5;
/// Of what failed inside the host. What it was is not for those who asked.
const INSIDE: &str = "something failed inside the host; its log says what";

/// What a worker's turn came to.
pub(super) enum Turn {
    /// It is over, here or elsewhere.
    Over,
    /// It failed in this turn.
    Failed(AppError),
    /// Look again after this long.
    Later(Duration),
}

/// A kind whose type is known no more.
#[async_trait]
pub(super) trait Runner: Send + Sync {
    async fn run(&self, input: &str, active: &ActiveOperation) -> Result<Option<String>, AppError>;
}

/// The runner of a kind.
pub(super) struct Of<O: Operation>(pub(super) O::Context);

#[async_trait]
impl<O: Operation> Runner for Of<O> {
    async fn run(&self, input: &str, active: &ActiveOperation) -> Result<Option<String>, AppError> {
        let unreadable = |why: serde_json::Error| AppError::Unreadable(format!("{}: {why}", active.id()));
        let operation: O = serde_json::from_str(input).map_err(unreadable)?;
        let outcome = operation.run(&self.0, active).await?;
        outcome.map(|outcome| serde_json::to_string(&outcome).map_err(unreadable)).transpose()
    }
}

impl Operations {
    /// Works on an operation to its end in this process, beside whatever workers do. Its failure is the error; one from elsewhere is
    /// [`AppError::Operation`].
    pub async fn carry<O: Operation>(
        &self,
        context: &O::Context,
        tenant: &TenantId,
        id: &OperationId,
    ) -> Result<O::Outcome, AppError> {
        let (runner, scoped) = (Of::<O>(context.clone()), self.services.db().tenant(tenant));
        loop {
            match self.turn(&runner, tenant, id).await? {
                Turn::Over => break,
                Turn::Failed(error) => return Err(error),
                Turn::Later(_) if self.services.is_winding_down() => return Err(AppError::Stopping),
                Turn::Later(wait) => wait_for_end(&scoped, id, wait).await?,
            }
        }
        let row = scoped.operation(id).await?.ok_or_else(|| AppError::NoOperation(id.to_string()))?;
        match row.result {
            Some(result) => serde_json::from_str(&result).map_err(|why| AppError::Unreadable(format!("{id}: {why}"))),
            None => Err(AppError::Operation {
                code: row.code.unwrap_or_default(),
                why: row.failure.unwrap_or_else(|| format!("operation {id} ended without a result")),
            }),
        }
    }

    pub(super) async fn turn(
        &self,
        runner: &dyn Runner,
        tenant: &TenantId,
        id: &OperationId,
    ) -> Result<Turn, AppError> {
        let (scoped, options) = (self.services.db().tenant(tenant), self.services.options());
        let patience = options.database_patience;
        let Some(row) = retry_transient(patience, || scoped.operation(id)).await? else { return Ok(Turn::Over) };
        let monitor = self.services.lease_monitor();
        if row.is_over() {
            monitor.forget(id.as_str());
            return Ok(Turn::Over);
        }
        let held = row.lease();
        if let Some(lease) = &held
            && let LeaseState::Held(again) =
                monitor.state(id.as_str(), lease, options.lease, self.services.db().clock().now())
        {
            return Ok(Turn::Later(again));
        }
        let owner = format!("{}-{:08x}", self.services.host_name(), rand::random::<u32>());
        let leased = retry_transient(patience, || self.lease(&scoped, id, &owner, held.as_ref())).await?;
        let Some(row) = leased else { return Ok(Turn::Later(HELD)) };
        monitor.forget(id.as_str());
        let _heartbeat = self.heartbeat(&scoped, id, &owner);
        let outcome = if row.losses >= MAX_LOSSES {
            let why = format!("{} workers died one after the other at the same place of it", row.losses);
            Err(AppError::Operation { code: "workers-died".to_owned(), why })
        } else {
            let active = ActiveOperation::new(self.services.clone(), scoped.clone(), &row, &owner);
            let span = tracing::error_span!("operation", operation = row.id, kind = row.kind);
            self.services.unless_stopped(runner.run(&row.input, &active)).instrument(span).await
        };
        match self.settle(&scoped, id, &owner, outcome).await {
            // Another worker was faster, or the answer to our commit was lost: what counts is what the database says.
            Err(AppError::Store(StoreError::LeaseLost)) => Ok(Turn::Later(LOST)),
            settled => settled,
        }
    }

    /// Writes down what a turn came to.
    async fn settle(
        &self,
        scoped: &Scoped,
        id: &OperationId,
        owner: &str,
        outcome: Result<Option<String>, AppError>,
    ) -> Result<Turn, AppError> {
        match outcome {
            Ok(Some(result)) => {
                self.finish(scoped, id, owner, Ok(&result)).await?;
                tracing::info!(operation = id.as_str(), "operation done");
                Ok(Turn::Over)
            }
            Ok(None) | Err(AppError::Stopping) => {
                let patience = self.services.options().database_patience;
                retry_transient(patience, || give_back(scoped, id, owner)).await?;
                Ok(Turn::Later(Duration::ZERO))
            }
            Err(error @ AppError::Store(StoreError::LeaseLost)) => Err(error),
            // It stays where it is, and goes on from there.
            Err(error) if error.is_transient() => {
                if let Err(error) = give_back(scoped, id, owner).await {
                    tracing::debug!(operation = id.as_str(), "the lease stays until it is over: {error}");
                }
                Err(error)
            }
            Err(error) => {
                let said = with_causes(&error).replace('\0', "");
                tracing::warn!(operation = id.as_str(), error = said, "operation failed");
                let why = if error.is_of_the_host() { INSIDE } else { &said };
                self.finish(scoped, id, owner, Err((code(&error), why))).await?;
                Ok(Turn::Failed(error))
            }
        }
    }

    async fn finish(
        &self,
        scoped: &Scoped,
        id: &OperationId,
        owner: &str,
        outcome: Result<&str, (&str, &str)>,
    ) -> Result<(), StoreError> {
        retry_transient(self.services.options().database_patience, || async {
            let mut tx = scoped.begin().await?;
            tx.finish_operation(id, owner, outcome).await?;
            tx.commit().await
        })
        .await
    }

    async fn lease(
        &self,
        scoped: &Scoped,
        id: &OperationId,
        owner: &str,
        held: Option<&Lease>,
    ) -> Result<Option<OperationRow>, StoreError> {
        let mut tx = scoped.begin().await?;
        let row = tx.lease_operation(id, owner, millis(self.services.options().lease), held).await?;
        tx.commit().await?;
        Ok(row)
    }

    fn heartbeat(&self, scoped: &Scoped, id: &OperationId, owner: &str) -> Heartbeat {
        let (scoped, id, owner) = (scoped.clone(), id.clone(), owner.to_owned());
        let lease = self.services.options().lease;
        Heartbeat::every(lease / 3, move || {
            let (scoped, id, owner) = (scoped.clone(), id.clone(), owner.clone());
            async move {
                let mut tx = scoped.begin().await?;
                let held = tx.renew_operation(&id, &owner, millis(lease)).await?;
                tx.commit().await?;
                Ok(held)
            }
        })
    }
}

/// Stable: what clients of the API tell failures apart by.
fn code(error: &AppError) -> &str {
    match error {
        AppError::NoChannel(_) | AppError::NoLinkBatch(_) | AppError::NoDelivery(_) => "not-found",
        AppError::Link(_) | AppError::Crowded | AppError::Contested => "conflict",
        AppError::Operation { code, .. } => code,
        other => other.code(),
    }
}

async fn give_back(scoped: &Scoped, id: &OperationId, owner: &str) -> Result<(), StoreError> {
    let mut tx = scoped.begin().await?;
    tx.release_operation(id, owner).await?;
    tx.commit().await
}

/// Returns after `wait`, or sooner if another worker has ended it.
async fn wait_for_end(scoped: &Scoped, id: &OperationId, wait: Duration) -> Result<(), StoreError> {
    let begun = Instant::now();
    while begun.elapsed() < wait {
        tokio::time::sleep(LOOK.min(wait)).await;
        if scoped.operation(id).await?.is_none_or(|row| row.is_over()) {
            break;
        }
    }
    Ok(())
}
