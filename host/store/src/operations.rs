//! Operations: work that a request started and did not wait for. Leases, checkpoints, and how they end.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Id, OperationId};

use crate::runs::Lease;
use crate::{Db, Scoped, ScopedTx, StoreError};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OperationRow {
    pub id: String,
    pub kind: String,
    pub input: String,
    pub actor: String,
    /// queued, running, done, failed
    pub state: String,
    pub checkpoint: Option<String>,
    pub done: i64,
    pub total: Option<i64>,
    pub losses: i64,
    pub result: Option<String>,
    pub code: Option<String>,
    pub failure: Option<String>,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Timestamp>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

impl OperationRow {
    pub fn operation_id(&self) -> OperationId {
        OperationId::from(self.id.as_str())
    }

    pub fn is_over(&self) -> bool {
        matches!(self.state.as_str(), "done" | "failed")
    }

    /// Of the worker that has it.
    pub fn lease(&self) -> Option<Lease> {
        let owner = self.lease_owner.clone()?;
        Some(Lease { owner, until: self.lease_until? })
    }
}

/// What is known when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct NewOperation<'a> {
    pub kind: &'a str,
    /// The same text for whoever asks for the same.
    pub same: &'a str,
    pub input: &'a str,
    pub actor: &'a str,
}

/// How far an operation is.
#[derive(Clone, Copy, Debug)]
pub struct Checkpoint<'a> {
    pub checkpoint: &'a str,
    pub done: i64,
    pub total: Option<i64>,
}

/// An operation that some worker has, of whatever tenant.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LeasedOperation {
    pub tenant_id: String,
    pub id: String,
    pub lease_owner: String,
    pub lease_until: Timestamp,
}

// Cast, so that a number that somebody damaged in SQLite stops no list.
macro_rules! columns {
    () => {
        "id, kind, input, actor, state, checkpoint, CAST(done AS BIGINT) AS done, CAST(total AS BIGINT) AS total, \
         CAST(losses AS BIGINT) AS losses, result, code, failure, lease_owner, CAST(lease_until AS BIGINT) AS lease_until, \
         CAST(created_at AS BIGINT) AS created_at, CAST(started_at AS BIGINT) AS started_at, CAST(finished_at AS BIGINT) AS finished_at"
    };
}
const FIND: &str = concat!("SELECT ", columns!(), " FROM operations WHERE tenant_id = $1 AND id = $2");
const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM operations WHERE tenant_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3"
);
const ACTIVE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM operations WHERE tenant_id = $1 AND same = $2 AND state IN ('queued', 'running')"
);
const INSERT: &str = "INSERT INTO operations (tenant_id, id, kind, same, input, actor, state, done, losses, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, 'queued', 0, 0, $7)";
/// From an owner who is thought dead, too, as long as it is still the lease that was thought about.
const LEASE: &str = concat!(
    "UPDATE operations SET losses = CASE WHEN lease_owner = $6 THEN losses + 1 ELSE losses END, lease_owner = $3, lease_until = $4, \
     state = 'running', started_at = COALESCE(started_at, $5) WHERE tenant_id = $1 AND id = $2 AND state IN ('queued', 'running') \
     AND (lease_owner IS NULL OR (lease_owner = $6 AND lease_until = $7)) RETURNING ",
    columns!()
);
const RENEW: &str = "UPDATE operations SET lease_until = $4 WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3";
const RELEASE: &str = "UPDATE operations SET lease_owner = NULL, lease_until = NULL WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3";
const ADVANCE: &str = "UPDATE operations SET checkpoint = $4, done = $5, total = $6, losses = 0 \
    WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3 AND state = 'running'";
const FINISH: &str = "UPDATE operations SET state = $4, result = $5, code = $6, failure = $7, finished_at = $8, lease_owner = NULL, \
    lease_until = NULL WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3 AND state = 'running'";
/// One that nobody has, and that is there for a while, may have lost its job.
const LEASED: &str = "SELECT tenant_id, id, COALESCE(lease_owner, '') AS lease_owner, COALESCE(lease_until, created_at) AS lease_until \
    FROM operations WHERE state IN ('queued', 'running') AND (lease_until IS NOT NULL OR created_at < $1) ORDER BY 4 LIMIT 1000";
const FORGET: &str = "DELETE FROM operations WHERE finished_at < $1";

impl Db {
    /// Operations that some worker has, and those that nobody has and that were asked for before then; those first whose lease ends first.
    pub async fn leased_operations(&self, asked_before: Timestamp) -> Result<Vec<LeasedOperation>, StoreError> {
        Ok(read_all!(self, LeasedOperation, LEASED, asked_before)?)
    }

    /// Forgets what ended before then. How many.
    pub async fn forget_operations(&self, finished_before: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.begin().await?;
        let forgotten = execute!(&mut tx, FORGET, finished_before)?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

impl Scoped {
    pub async fn operation(&self, id: &OperationId) -> Result<Option<OperationRow>, StoreError> {
        Ok(read_optional!(self, OperationRow, FIND, self.tenant().as_str(), id.as_str())?)
    }

    /// Newest first; `before` is the last id of the previous page.
    pub async fn operations(&self, before: &str, limit: i64) -> Result<Vec<OperationRow>, StoreError> {
        Ok(read_all!(self, OperationRow, LIST, self.tenant().as_str(), before, limit)?)
    }

    /// The one under way for that.
    pub async fn active_operation(&self, same: &str) -> Result<Option<OperationRow>, StoreError> {
        Ok(read_optional!(self, OperationRow, ACTIVE, self.tenant().as_str(), same)?)
    }
}

impl ScopedTx {
    /// Fails with a conflict while the same is under way.
    pub async fn insert_operation(&mut self, new: &NewOperation<'_>) -> Result<OperationId, StoreError> {
        let NewOperation { kind, same, input, actor } = *new;
        let now = self.clock.now();
        let id = OperationId::make(now);
        execute!(&mut self.tx, INSERT, self.tenant.as_str(), id.as_str(), kind, same, input, actor, now)?;
        Ok(id)
    }

    /// Takes the lease; from `dead`, too, whose owner is not heard of. `None`: another worker has it, or it is over.
    pub async fn lease_operation(
        &mut self,
        id: &OperationId,
        owner: &str,
        ttl_ms: i64,
        dead: Option<&Lease>,
    ) -> Result<Option<OperationRow>, StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        let (old, until) = Lease::parts(dead);
        Ok(tx_optional!(&mut self.tx, OperationRow, LEASE, tenant, id.as_str(), owner, now + ttl_ms, now, old, until)?)
    }

    /// Says that the owner is alive. False: the lease is someone else's by now.
    pub async fn renew_operation(&mut self, id: &OperationId, owner: &str, ttl_ms: i64) -> Result<bool, StoreError> {
        let until = self.clock.now() + ttl_ms;
        Ok(execute!(&mut self.tx, RENEW, self.tenant.as_str(), id.as_str(), owner, until)? == 1)
    }

    /// Gives it back, for another worker or a later time. Somebody else's lease is left alone.
    pub async fn release_operation(&mut self, id: &OperationId, owner: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, RELEASE, self.tenant.as_str(), id.as_str(), owner)?;
        Ok(())
    }

    /// Fails, and with it everything in this transaction, when another worker has it.
    pub async fn advance_operation(
        &mut self,
        id: &OperationId,
        owner: &str,
        at: &Checkpoint<'_>,
    ) -> Result<(), StoreError> {
        let Checkpoint { checkpoint, done, total } = *at;
        let tenant = self.tenant.as_str();
        let touched = execute!(&mut self.tx, ADVANCE, tenant, id.as_str(), owner, checkpoint, done, total)?;
        if touched == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// With what came of it, or with the code and the reason of its failure.
    pub async fn finish_operation(
        &mut self,
        id: &OperationId,
        owner: &str,
        outcome: Result<&str, (&str, &str)>,
    ) -> Result<(), StoreError> {
        let (tenant, now) = (self.tenant.as_str(), self.clock.now());
        let (state, (code, why)) = match outcome {
            Ok(_) => ("done", (None, None)),
            Err((code, why)) => ("failed", (Some(code), Some(why))),
        };
        let result = outcome.ok();
        let touched = execute!(&mut self.tx, FINISH, tenant, id.as_str(), owner, state, result, code, why, now)?;
        if touched == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }
}
