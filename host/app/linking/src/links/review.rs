//! Looking at a batch, and deciding.

use std::collections::BTreeMap;

use entrepot_domain::TenantId;
use entrepot_domain::clock::Timestamp;
use entrepot_store::links::batches::{BatchRow, ProposalCount};
use entrepot_store::links::proposals::{ProposalFilter, ProposalRow};
use serde::{Deserialize, Serialize};

use super::unfinished;
use entrepot_core::AppError;

use crate::Links;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Accept,
    Reject,
}

impl Decision {
    fn state(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Reject => "rejected",
        }
    }
}

/// What is decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichProposals {
    /// These, by number, whatever was decided before.
    These(Vec<i64>),
    /// All that the filter takes and nobody has decided on.
    All(ProposalFilter),
}

/// A batch and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkBatchReport {
    pub batch: String,
    pub channel: String,
    pub others: Vec<String>,
    /// proposing, open, undone
    pub state: String,
    /// Variants of the channel that were not linked yet, counted once for each other channel.
    pub compared: i64,
    pub proposals: i64,
    /// Confidence 95 and above; 80 and above; below.
    pub certain: i64,
    pub likely: i64,
    pub doubtful: i64,
    /// Proposals by state: proposed, accepted, rejected, applied, left_out, undone.
    pub states: BTreeMap<String, i64>,
    pub made_by: String,
    pub made_at: Timestamp,
    pub applied_by: Option<String>,
    pub applied_at: Option<Timestamp>,
    pub undone_by: Option<String>,
    pub undone_at: Option<Timestamp>,
}

impl LinkBatchReport {
    fn new(row: BatchRow, counts: &[ProposalCount]) -> Self {
        let sum = |takes: &dyn Fn(i64) -> bool| -> i64 {
            counts.iter().filter(|count| takes(count.confidence)).map(|count| count.count).sum()
        };
        let mut states = BTreeMap::new();
        for count in counts {
            *states.entry(count.state.clone()).or_insert(0) += count.count;
        }
        Self {
            batch: row.id,
            channel: row.channel_id,
            others: row.others.0,
            state: row.state,
            compared: row.compared,
            proposals: sum(&|_| true),
            certain: sum(&|confidence| confidence >= 95),
            likely: sum(&|confidence| (80..95).contains(&confidence)),
            doubtful: sum(&|confidence| confidence < 80),
            states,
            made_by: row.made_by,
            made_at: row.made_at,
            applied_by: row.applied_by,
            applied_at: row.applied_at,
            undone_by: row.undone_by,
            undone_at: row.undone_at,
        }
    }

    /// How many proposals are in this state.
    pub fn count(&self, state: &str) -> i64 {
        self.states.get(state).copied().unwrap_or_default()
    }
}

impl Links {
    pub async fn link_batch(&self, tenant: &TenantId, batch: &str) -> Result<LinkBatchReport, AppError> {
        let row = self.link_batch_row(tenant, batch).await?;
        let counts = self.services.db().tenant(tenant).link_batch_counts(&row.id).await?;
        Ok(LinkBatchReport::new(row, &counts))
    }

    /// Newest first; `before` is the last id of the previous page.
    pub async fn link_batches(
        &self,
        tenant: &TenantId,
        before: &str,
        limit: i64,
    ) -> Result<Vec<LinkBatchReport>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let mut reports = Vec::new();
        for row in scoped.link_batches(before, limit).await? {
            let counts = scoped.link_batch_counts(&row.id).await?;
            reports.push(LinkBatchReport::new(row, &counts));
        }
        Ok(reports)
    }

    /// In the order of their numbers, from after `after`.
    pub async fn link_proposals(
        &self,
        tenant: &TenantId,
        batch: &str,
        filter: &ProposalFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ProposalRow>, AppError> {
        let row = self.link_batch_row(tenant, batch).await?;
        Ok(self.services.db().tenant(tenant).link_proposals(&row.id, filter, after, limit).await?)
    }

    /// Accepts or rejects proposals that are not applied; how many changed.
    pub async fn decide_links(
        &self,
        tenant: &TenantId,
        batch: &str,
        decision: Decision,
        which: &WhichProposals,
        actor: &str,
    ) -> Result<u64, AppError> {
        let row = self.link_batch_row(tenant, batch).await?;
        match row.state.as_str() {
            "proposing" => return Err(unfinished(batch)),
            "undone" => return Err(AppError::Link(format!("batch {batch} was undone; propose anew"))),
            _ => {}
        }
        let mut tx = self.services.db().tenant(tenant).begin().await?;
        let changed = match which {
            WhichProposals::These(numbers) => tx.decide_these_links(&row.id, decision.state(), numbers, actor).await?,
            WhichProposals::All(filter) => tx.decide_links(&row.id, decision.state(), filter, actor).await?,
        };
        tx.commit().await?;
        Ok(changed)
    }
}
