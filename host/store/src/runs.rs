//! Runs: leases, checkpoints' head, and how they end.

use entrepot_domain::run::{Counts, RunScope, RunState};
use entrepot_domain::{ChannelId, Id, RunId};
use sqlx::types::Json;

macro_rules! run_columns {
    () => {
        "id, channel_id, scope, since, state, seq, page_cursor, page_context, pages_done, attempt, not_before, lease_owner, lease_until, \
         cancel, may_delete, held_back, declared, fetched, created, updated, unchanged, deleted, dead_letters, requests, \
         rate_limited, retries, drift, spent, unknown, failure, created_at, started_at, finished_at, fruitless, throttled, progressed_at, stalled_at"
    };
}

mod held_back;
mod leased;
mod marks;
mod overview;
mod progress;
mod row;
mod stalled;

pub use leased::LeasedRun;
pub use progress::{Postponed, Progress};
pub use row::{Gone, HeldBack, Lease, RunRow};
pub use stalled::StalledRun;

use crate::{Scoped, ScopedTx, StoreError};

const FIND: &str = concat!("SELECT ", run_columns!(), " FROM runs WHERE tenant_id = $1 AND id = $2");
const CANCELLED: &str = "SELECT cancel FROM runs WHERE tenant_id = $1 AND id = $2";
const LIST: &str = concat!(
    "SELECT ",
    run_columns!(),
    " FROM runs WHERE tenant_id = $1 AND ($2 = '' OR channel_id = $2) AND ($3 = '' OR id < $3) \
     ORDER BY id DESC LIMIT $4"
);
const ACTIVE: &str = concat!(
    "SELECT ",
    run_columns!(),
    " FROM runs WHERE tenant_id = $1 AND channel_id = $2 AND state IN ('queued', 'running')"
);
const LATEST: &str =
    concat!("SELECT ", run_columns!(), " FROM runs WHERE tenant_id = $1 AND channel_id = $2 ORDER BY id DESC LIMIT 1");
const INSERT: &str = "INSERT INTO runs (tenant_id, id, channel_id, scope, since, state, seq, pages_done, attempt, cancel, \
    may_delete, fetched, created, updated, unchanged, deleted, dead_letters, requests, rate_limited, retries, created_at) \
    VALUES ($1, $2, $3, $4, $5, 'queued', 0, FALSE, 0, FALSE, $6, 0, 0, 0, 0, 0, 0, 0, 0, 0, $7)";
/// A state that this version does not know counts as failed.
const REOPEN: &str = "UPDATE runs SET state = 'queued', attempt = 0, throttled = 0, not_before = NULL, failure = NULL, cancel = FALSE, \
    finished_at = NULL, code = NULL, lease_owner = NULL, lease_until = NULL, may_delete = $3, held_back = NULL, fruitless = 0, \
    progressed_at = $4, stalled_at = NULL \
    WHERE tenant_id = $1 AND id = $2 AND state NOT IN ('queued', 'running', 'completed', 'incomplete')";
/// A lease may be taken from an owner who is thought dead, as long as it is still the lease that was thought about; the sequence
/// number protects against an owner who is not dead after all.
/// Whoever takes a run from a worker that died asks for a smaller page: the last one may have taken longer than a worker lives. At most
/// twice, for dying is no reason to set items aside.
const LEASE: &str = concat!(
    "UPDATE runs SET attempt = CASE WHEN lease_owner = $6 AND attempt < 2 THEN attempt + 1 ELSE attempt END, lease_owner = $3, lease_until = $4, state = 'running', started_at = COALESCE(started_at, $5) \
     WHERE tenant_id = $1 AND id = $2 AND state IN ('queued', 'running') \
     AND (lease_owner IS NULL OR lease_owner = $3 OR (lease_owner = $6 AND lease_until = $7)) RETURNING ",
    run_columns!()
);
const RENEW: &str = "UPDATE runs SET lease_until = $4 WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3";
const RELEASE: &str =
    "UPDATE runs SET lease_owner = NULL, lease_until = NULL WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3";
const ADVANCE: &str = "UPDATE runs SET seq = seq + 1, page_cursor = $5, pages_done = $19, page_context = COALESCE($6, page_context), attempt = $23, \
    not_before = $7, lease_until = $8, declared = $9, fetched = $10, created = $11, updated = $12, unchanged = $13, \
    dead_letters = $14, requests = $15, rate_limited = $16, retries = $17, deleted = $18, spent = $20, drift = $21, \
    unknown = $22, failure = $24, throttled = $27, fruitless = $25, progressed_at = CASE WHEN CAST($25 AS BIGINT) = 0 THEN $26 ELSE progressed_at END, \
    stalled_at = CASE WHEN CAST($25 AS BIGINT) = 0 THEN NULL ELSE stalled_at END \
    WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3 AND seq = $4 AND state = 'running'";
const POSTPONE: &str = "UPDATE runs SET attempt = $5, not_before = $6, requests = $7, rate_limited = $8, retries = $9, \
    failure = $10, throttled = $11, stalled_at = CASE WHEN stalled_at IS NULL \
    AND COALESCE(progressed_at, started_at, created_at) <= $12 THEN $13 ELSE stalled_at END \
    WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3 AND seq = $4 AND state = 'running'";
const FINISH: &str = "UPDATE runs SET state = $5, failure = $6, finished_at = $7, lease_owner = NULL, lease_until = NULL, \
    deleted = $8, declared = $9, requests = $10, rate_limited = $11, retries = $12, spent = $13, drift = $14 \
    WHERE tenant_id = $1 AND id = $2 AND lease_owner = $3 AND seq = $4 AND state = 'running'";
/// A run nobody works on ends at once; one that is being worked on ends at its next page.
const CANCEL_IDLE: &str = "UPDATE runs SET state = 'cancelled', cancel = TRUE, finished_at = $3, failure = NULL \
    WHERE tenant_id = $1 AND id = $2 AND state IN ('queued', 'running') AND (lease_until IS NULL OR lease_until < $3)";
const CANCEL: &str =
    "UPDATE runs SET cancel = TRUE WHERE tenant_id = $1 AND id = $2 AND state IN ('queued', 'running')";

impl Scoped {
    /// Did somebody ask for it to end?
    pub async fn is_cancelled(&self, run: &RunId) -> Result<bool, StoreError> {
        let row = read_optional!(self, (bool,), CANCELLED, self.tenant().as_str(), run.as_str())?;
        // A run whose row is gone has nobody who wants it.
        Ok(row.is_none_or(|(cancel,)| cancel))
    }

    pub async fn run(&self, run: &RunId) -> Result<Option<RunRow>, StoreError> {
        Ok(read_optional!(self, RunRow, FIND, self.tenant().as_str(), run.as_str())?)
    }

    /// Newest first, of one channel or of all; `before` is the last id of the previous page.
    pub async fn runs(
        &self,
        channel: Option<&ChannelId>,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<RunRow>, StoreError> {
        let channel = channel.map_or("", ChannelId::as_str);
        Ok(read_all!(self, RunRow, LIST, self.tenant().as_str(), channel, before.unwrap_or(""), limit)?)
    }

    /// The run that is queued or running over a channel.
    pub async fn active_run(&self, channel: &ChannelId) -> Result<Option<RunRow>, StoreError> {
        Ok(read_optional!(self, RunRow, ACTIVE, self.tenant().as_str(), channel.as_str())?)
    }

    pub async fn latest_run(&self, channel: &ChannelId) -> Result<Option<RunRow>, StoreError> {
        Ok(read_optional!(self, RunRow, LATEST, self.tenant().as_str(), channel.as_str())?)
    }
}

impl ScopedTx {
    pub async fn insert_run(
        &mut self,
        channel: &ChannelId,
        scope: RunScope,
        may_delete: Option<i64>,
    ) -> Result<RunId, StoreError> {
        let now = self.clock.now();
        let id = RunId::make(now);
        let (kind, since) = scope.parts();
        let tenant = self.tenant.as_str();
        execute!(&mut self.tx, INSERT, tenant, id.as_str(), channel.as_str(), kind, since, may_delete, now)?;
        Ok(id)
    }

    /// Puts a failed or cancelled run back to where it stopped. False: it is neither, any more.
    pub async fn reopen_run(&mut self, run: &RunId, may_delete: Option<i64>) -> Result<bool, StoreError> {
        let now = self.clock.now();
        Ok(execute!(&mut self.tx, REOPEN, self.tenant.as_str(), run.as_str(), may_delete, now)? == 1)
    }

    /// Takes or renews the lease; from `dead`, too, whose owner is not heard of. `None`: another worker has it, or the run is over.
    pub async fn lease_run(
        &mut self,
        run: &RunId,
        owner: &str,
        ttl_ms: i64,
        dead: Option<&Lease>,
    ) -> Result<Option<RunRow>, StoreError> {
        let now = self.clock.now();
        let (old, until) = Lease::parts(dead);
        let tenant = self.tenant.as_str();
        Ok(tx_optional!(&mut self.tx, RunRow, LEASE, tenant, run.as_str(), owner, now + ttl_ms, now, old, until)?)
    }

    /// Says that the owner is alive. False: the lease is someone else's by now.
    pub async fn renew_lease(&mut self, run: &RunId, owner: &str, ttl_ms: i64) -> Result<bool, StoreError> {
        let until = self.clock.now() + ttl_ms;
        Ok(execute!(&mut self.tx, RENEW, self.tenant.as_str(), run.as_str(), owner, until)? == 1)
    }

    pub async fn release_run(&mut self, run: &RunId, owner: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, RELEASE, self.tenant.as_str(), run.as_str(), owner)?;
        Ok(())
    }

    /// The head of a checkpoint. Fails, and with it everything in this transaction, when another worker was there.
    pub async fn advance_run(
        &mut self,
        run: &RunId,
        owner: &str,
        seq: i64,
        progress: &Progress<'_>,
        ttl_ms: i64,
    ) -> Result<(), StoreError> {
        let until = self.clock.now() + ttl_ms;
        let c = progress.counts;
        let touched = execute!(
            &mut self.tx,
            ADVANCE,
            self.tenant.as_str(),
            run.as_str(),
            owner,
            seq,
            progress.cursor,
            progress.context,
            progress.not_before,
            until,
            c.declared,
            c.fetched,
            c.created,
            c.updated,
            c.unchanged,
            c.dead_letters,
            c.requests,
            c.rate_limited,
            c.retries,
            c.deleted,
            progress.done,
            Json(c.spent),
            Json(c.drift),
            c.unknown,
            progress.attempt,
            progress.why,
            progress.fruitless,
            self.clock.now(),
            progress.throttled
        )?;
        if touched == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// Notes a failed try of the page at the cursor: nothing else changed.
    pub async fn postpone_run(
        &mut self,
        run: &RunId,
        owner: &str,
        seq: i64,
        postponed: Postponed<'_>,
    ) -> Result<(), StoreError> {
        let Postponed { attempt, throttled, stalled_before, not_before, counts, why } = postponed;
        let now = self.clock.now();
        let touched = execute!(
            &mut self.tx,
            POSTPONE,
            self.tenant.as_str(),
            run.as_str(),
            owner,
            seq,
            attempt,
            not_before,
            counts.requests,
            counts.rate_limited,
            counts.retries,
            why,
            throttled,
            stalled_before,
            now
        )?;
        if touched == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    pub async fn finish_run(
        &mut self,
        run: &RunId,
        owner: &str,
        seq: i64,
        state: RunState,
        counts: Counts,
        failure: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let touched = execute!(
            &mut self.tx,
            FINISH,
            self.tenant.as_str(),
            run.as_str(),
            owner,
            seq,
            state.as_str(),
            failure,
            now,
            counts.deleted,
            counts.declared,
            counts.requests,
            counts.rate_limited,
            counts.retries,
            Json(counts.spent),
            Json(counts.drift)
        )?;
        if touched == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    pub async fn cancel_run(&mut self, run: &RunId) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let tenant = self.tenant.as_str();
        if execute!(&mut self.tx, CANCEL_IDLE, tenant, run.as_str(), now)? == 1 {
            return Ok(true);
        }
        Ok(execute!(&mut self.tx, CANCEL, tenant, run.as_str())? == 1)
    }
}
