//! What was granted to adapters: which of it is in force, and what was before.

use entrepot_domain::clock::Timestamp;
use serde_json::Value;
use sqlx::types::Json;

use crate::{Db, StoreError, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GrantRow {
    pub adapter_id: String,
    pub generation: i64,
    pub version: String,
    pub digest: String,
    pub body: Json<Value>,
    /// Percent of the adapter's channels it counts for.
    pub share: i64,
    pub approved_by: String,
    pub approved_at: Timestamp,
}

/// The grants an adapter runs under.
#[derive(Clone, Debug)]
pub struct InForce {
    pub main: GrantRow,
    /// A later one that is tried on a share of the channels.
    pub canary: Option<GrantRow>,
}

const ALL: i64 = 100;

macro_rules! grants {
    ($condition:literal) => {
        concat!(
            "SELECT adapter_id, generation, version, digest, body, share, approved_by, approved_at FROM grants \
             WHERE adapter_id = $1 AND revoked_at IS NULL ",
            $condition
        )
    };
}

/// The newest that counts for all, and one that is tried beside it: newest first.
const IN_FORCE: &str = grants!(
    "AND generation >= (SELECT COALESCE(MAX(generation), 0) FROM grants WHERE adapter_id = $1 AND revoked_at IS NULL AND share = 100) \
     ORDER BY generation DESC LIMIT 2"
);
const HISTORY: &str = grants!("AND share = 100 ORDER BY generation DESC LIMIT 100");
const INSERT: &str = "INSERT INTO grants (adapter_id, generation, version, digest, body, share, approved_by, approved_at) \
    SELECT $1, COALESCE(MAX(generation), 0) + 1, $2, $3, $4, $5, $6, $7 FROM grants WHERE adapter_id = $1";
const REVOKE: &str = "UPDATE grants SET revoked_at = $2 WHERE adapter_id = $1 AND revoked_at IS NULL";
const END_CANARIES: &str =
    "UPDATE grants SET revoked_at = $2 WHERE adapter_id = $1 AND revoked_at IS NULL AND share < 100";
const STATE_REVOKED: &str = "UPDATE adapters SET state = 'revoked' WHERE adapter_id = $1 AND state = 'approved'";
const STATE_APPROVED: &str = "UPDATE adapters SET state = 'approved' WHERE adapter_id = $1 AND version = $2";

impl Db {
    /// The grants an adapter runs under, if any.
    pub async fn grants_in_force(&self, adapter: &str) -> Result<Option<InForce>, StoreError> {
        Ok(in_force(read_all!(self, GrantRow, IN_FORCE, adapter)?))
    }
}

/// A canary alone cannot be: there is nothing to try it beside.
fn in_force(rows: Vec<GrantRow>) -> Option<InForce> {
    let (mains, canaries): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.share == ALL);
    Some(InForce { main: mains.into_iter().next()?, canary: canaries.into_iter().next() })
}

impl Tx {
    /// Seen from inside the transaction that is about to change them.
    pub async fn grants_in_force(&mut self, adapter: &str) -> Result<Option<InForce>, StoreError> {
        Ok(in_force(tx_all!(self, GrantRow, IN_FORCE, adapter)?))
    }

    /// The last hundred grants of an adapter that counted for all and were not revoked, newest first.
    pub async fn grants_of(&mut self, adapter: &str) -> Result<Vec<GrantRow>, StoreError> {
        Ok(tx_all!(self, GrantRow, HISTORY, adapter)?)
    }

    /// Ends every grant of an adapter. The number of those that were in force.
    pub async fn revoke_grants(&mut self, adapter: &str, now: Timestamp) -> Result<u64, StoreError> {
        let revoked = execute!(self, REVOKE, adapter, now)?;
        execute!(self, STATE_REVOKED, adapter)?;
        Ok(revoked)
    }

    /// Ends what is tried beside the main grant.
    pub async fn end_canary(&mut self, adapter: &str, now: Timestamp) -> Result<u64, StoreError> {
        Ok(execute!(self, END_CANARIES, adapter, now)?)
    }

    /// Records what was approved; from the commit on, new calls run under it. Whatever was tried before is over.
    #[expect(clippy::too_many_arguments, reason = "the columns of a row")]
    pub async fn insert_grant(
        &mut self,
        adapter: &str,
        version: &str,
        digest: &str,
        body: &Value,
        share: i64,
        approved_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.end_canary(adapter, now).await?;
        execute!(self, INSERT, adapter, version, digest, Json(body), share, approved_by, now)?;
        execute!(self, STATE_APPROVED, adapter, version)?;
        Ok(())
    }
}
