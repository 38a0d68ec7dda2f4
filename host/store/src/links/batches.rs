//! Batches of proposed links.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, Id, LinkBatchId};
use sqlx::types::Json;

use crate::{Lenient, Scoped, ScopedTx, StoreError};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct BatchRow {
    pub id: String,
    pub channel_id: String,
    pub others: Lenient<Vec<String>>,
    /// proposing, open, undone
    pub state: String,
    pub compared: i64,
    pub made_by: String,
    pub made_at: Timestamp,
    pub applied_by: Option<String>,
    pub applied_at: Option<Timestamp>,
    pub undone_by: Option<String>,
    pub undone_at: Option<Timestamp>,
}

/// How many of a batch's proposals have this state and confidence.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ProposalCount {
    pub state: String,
    pub confidence: i64,
    pub count: i64,
}

macro_rules! columns {
    () => {
        "SELECT id, channel_id, others, state, compared, made_by, made_at, applied_by, applied_at, undone_by, undone_at \
         FROM link_batches "
    };
}
const FIND: &str = concat!(columns!(), "WHERE tenant_id = $1 AND id = $2");
const LIST: &str = concat!(columns!(), "WHERE tenant_id = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3");
const COUNTS: &str = "SELECT state, confidence, COUNT(*) AS count FROM link_proposals WHERE tenant_id = $1 AND batch_id = $2 \
    GROUP BY state, confidence";
const INSERT: &str = "INSERT INTO link_batches (tenant_id, id, channel_id, others, state, compared, made_by, made_at) \
    VALUES ($1, $2, $3, $4, 'proposing', 0, $5, $6)";
const OPEN: &str =
    "UPDATE link_batches SET state = 'open', compared = $3 WHERE tenant_id = $1 AND id = $2 AND state = 'proposing'";
const APPLY: &str =
    "UPDATE link_batches SET applied_by = $3, applied_at = $4 WHERE tenant_id = $1 AND id = $2 AND state = 'open'";
const UNDO: &str = "UPDATE link_batches SET state = 'undone', undone_by = COALESCE(undone_by, $3), \
    undone_at = COALESCE(undone_at, $4) WHERE tenant_id = $1 AND id = $2 AND state IN ('open', 'undone')";

impl Scoped {
    pub async fn link_batch(&self, id: &str) -> Result<Option<BatchRow>, StoreError> {
        Ok(read_optional!(self, BatchRow, FIND, self.tenant().as_str(), id)?)
    }

    /// Newest first; `before` is the last id of the previous page.
    pub async fn link_batches(&self, before: &str, limit: i64) -> Result<Vec<BatchRow>, StoreError> {
        Ok(read_all!(self, BatchRow, LIST, self.tenant().as_str(), before, limit)?)
    }

    pub async fn link_batch_counts(&self, id: &str) -> Result<Vec<ProposalCount>, StoreError> {
        Ok(read_all!(self, ProposalCount, COUNTS, self.tenant().as_str(), id)?)
    }
}

impl ScopedTx {
    pub async fn insert_link_batch(
        &mut self,
        channel: &ChannelId,
        others: &[&str],
        actor: &str,
    ) -> Result<LinkBatchId, StoreError> {
        let now = self.clock.now();
        let id = LinkBatchId::make(now);
        let tenant = self.tenant.as_str();
        execute!(&mut self.tx, INSERT, tenant, id.as_str(), channel.as_str(), Json(others), actor, now)?;
        Ok(id)
    }

    /// All its proposals are there.
    pub async fn open_link_batch(&mut self, id: &str, compared: i64) -> Result<(), StoreError> {
        execute!(&mut self.tx, OPEN, self.tenant.as_str(), id, compared)?;
        Ok(())
    }

    /// False: it is not open, so nothing of it is to be applied.
    pub async fn begin_applying(&mut self, id: &str, actor: &str) -> Result<bool, StoreError> {
        let now = self.clock.now();
        Ok(execute!(&mut self.tx, APPLY, self.tenant.as_str(), id, actor, now)? == 1)
    }

    /// False: it is not complete. From now on nothing of it is applied; who undid it first is remembered.
    pub async fn begin_undoing(&mut self, id: &str, actor: &str) -> Result<bool, StoreError> {
        let now = self.clock.now();
        Ok(execute!(&mut self.tx, UNDO, self.tenant.as_str(), id, actor, now)? == 1)
    }
}
