//! Proposed links and what became of them.

use entrepot_domain::clock::Timestamp;
use entrepot_matching::Facts;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use crate::bulk::{self, Column};
use crate::{Scoped, ScopedTx, StoreError};

/// What one of a proposal's two could be instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherChoice {
    pub channel: String,
    pub product: String,
    pub variant: String,
    pub name: String,
    pub confidence: u8,
}

#[derive(Clone, Debug)]
pub struct NewProposal {
    pub number: i64,
    pub product_id: String,
    pub variant_id: String,
    pub other_product_id: String,
    pub other_variant_id: String,
    pub confidence: u8,
    pub method: &'static str,
    pub reasons: Vec<String>,
    pub ours: Facts,
    pub theirs: Facts,
    pub alternatives: Vec<OtherChoice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct ProposalRow {
    pub number: i64,
    pub product_id: String,
    pub variant_id: String,
    pub other_channel_id: String,
    pub other_product_id: String,
    pub other_variant_id: String,
    pub confidence: i64,
    pub method: String,
    #[serde(serialize_with = "crate::codec::plain")]
    pub reasons: Json<Vec<String>>,
    #[serde(serialize_with = "crate::codec::plain")]
    pub ours: Json<Facts>,
    #[serde(serialize_with = "crate::codec::plain")]
    pub theirs: Json<Facts>,
    #[serde(serialize_with = "crate::codec::plain")]
    pub alternatives: Json<Vec<OtherChoice>>,
    /// proposed, accepted, rejected, applied, left_out, undone
    pub state: String,
    pub note: Option<String>,
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
}

/// Which proposals of a batch. The default takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProposalFilter {
    pub state: Option<String>,
    pub method: Option<String>,
    /// At least so sure.
    pub at_least: Option<u8>,
    /// Less sure than this.
    pub below: Option<u8>,
}

impl ProposalFilter {
    fn bounds(&self) -> (i64, i64) {
        (self.at_least.map_or(0, i64::from), self.below.map_or(i64::MAX, i64::from))
    }
}

macro_rules! columns {
    () => {
        "SELECT number, product_id, variant_id, other_channel_id, other_product_id, other_variant_id, confidence, method, reasons, \
         ours, theirs, alternatives, state, note, decided_by, decided_at FROM link_proposals \
         WHERE tenant_id = $1 AND batch_id = $2 AND number > $3 "
    };
}
const LIST: &str = concat!(
    columns!(),
    "AND ($5 = '' OR state = $5) AND ($6 = '' OR method = $6) AND confidence >= $7 AND confidence < $8 ORDER BY number LIMIT $4"
);
const ACCEPTED: &str = concat!(columns!(), "AND state = 'accepted' ORDER BY number LIMIT $4");
const INSERT: &str = "INSERT INTO link_proposals (tenant_id, batch_id, number, product_id, variant_id, other_channel_id, \
    other_product_id, other_variant_id, confidence, method, reasons, ours, theirs, alternatives, state)";
const DECIDE: &str = "UPDATE link_proposals SET state = $3, decided_by = $4, decided_at = $5 WHERE tenant_id = $1 AND batch_id = $2 \
    AND state = 'proposed' AND ($6 = '' OR method = $6) AND confidence >= $7 AND confidence < $8";
const DECIDE_THESE: [&str; 2] = [
    "UPDATE link_proposals SET state = $4, note = NULL, decided_by = $5, decided_at = $6 WHERE tenant_id = $1 AND batch_id = $2 \
     AND state IN ('proposed', 'accepted', 'rejected', 'left_out') \
     AND number = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text($3) AS BIGINT)))",
    "UPDATE link_proposals SET state = $4, note = NULL, decided_by = $5, decided_at = $6 WHERE tenant_id = $1 AND batch_id = $2 \
     AND state IN ('proposed', 'accepted', 'rejected', 'left_out') AND number IN (SELECT value FROM json_each($3))",
];
const MARK: [&str; 2] = [
    "UPDATE link_proposals SET state = $4, note = NULL WHERE tenant_id = $1 AND batch_id = $2 \
     AND number = ANY (ARRAY(SELECT CAST(jsonb_array_elements_text($3) AS BIGINT)))",
    "UPDATE link_proposals SET state = $4, note = NULL WHERE tenant_id = $1 AND batch_id = $2 \
     AND number IN (SELECT value FROM json_each($3))",
];
const FORGET: &str = "DELETE FROM link_proposals WHERE tenant_id = $1 AND batch_id = $2 AND number > $3";
const LEAVE_OUT: &str =
    "UPDATE link_proposals SET state = 'left_out', note = $4 WHERE tenant_id = $1 AND batch_id = $2 AND number = $3";
/// Applied ones whose pair somebody ended, and who that was last.
const ENDED: &str = "SELECT p.number, MAX(l.ended_by) FROM link_proposals p JOIN link_pairs l ON l.tenant_id = p.tenant_id \
    AND l.batch_id = p.batch_id AND l.proposal = p.number WHERE p.tenant_id = $1 AND p.batch_id = $2 AND p.state = 'applied' \
    AND l.ended_at IS NOT NULL GROUP BY p.number ORDER BY p.number";
const END: &str =
    "UPDATE link_proposals SET state = 'undone', note = $4 WHERE tenant_id = $1 AND batch_id = $2 AND number = $3";

impl Scoped {
    /// In the order of their numbers, from after `after`.
    pub async fn link_proposals(
        &self,
        batch: &str,
        filter: &ProposalFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ProposalRow>, StoreError> {
        let (tenant, (at_least, below)) = (self.tenant().as_str(), filter.bounds());
        let (state, method) = (filter.state.as_deref().unwrap_or(""), filter.method.as_deref().unwrap_or(""));
        Ok(read_all!(self, ProposalRow, LIST, tenant, batch, after, limit, state, method, at_least, below)?)
    }
}

impl ScopedTx {
    /// Accepted ones that wait to be applied, from after `after`.
    pub async fn accepted_links(
        &mut self,
        batch: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ProposalRow>, StoreError> {
        Ok(tx_all!(&mut self.tx, ProposalRow, ACCEPTED, self.tenant.as_str(), batch, after, limit)?)
    }

    pub async fn insert_proposals(
        &mut self,
        batch: &str,
        other: &str,
        proposals: &[NewProposal],
    ) -> Result<(), StoreError> {
        let (tenant, rows) = (self.tenant.clone(), proposals.len());
        let text = |pick: fn(&NewProposal) -> &str| Column::Text(proposals.iter().map(|p| Some(pick(p))).collect());
        let json = |pick: fn(&NewProposal) -> Option<String>| Column::Json(proposals.iter().map(pick).collect());
        let columns = [
            Column::Text(vec![Some(tenant.as_str()); rows]),
            Column::Text(vec![Some(batch); rows]),
            Column::Int(proposals.iter().map(|p| Some(p.number)).collect()),
            text(|p| &p.product_id),
            text(|p| &p.variant_id),
            Column::Text(vec![Some(other); rows]),
            text(|p| &p.other_product_id),
            text(|p| &p.other_variant_id),
            Column::Int(proposals.iter().map(|p| Some(i64::from(p.confidence))).collect()),
            text(|p| p.method),
            json(|p| serde_json::to_string(&p.reasons).ok()),
            json(|p| serde_json::to_string(&p.ours).ok()),
            json(|p| serde_json::to_string(&p.theirs).ok()),
            json(|p| serde_json::to_string(&p.alternatives).ok()),
            Column::Text(vec![Some("proposed"); rows]),
        ];
        bulk::insert(&mut self.tx, INSERT, "", &columns).await
    }

    /// Forgets those with a higher number, which a worker found that came to no end.
    pub async fn forget_proposals(&mut self, batch: &str, after: i64) -> Result<(), StoreError> {
        execute!(&mut self.tx, FORGET, self.tenant.as_str(), batch, after)?;
        Ok(())
    }

    /// Accepts or rejects all that the filter takes and nobody has decided on.
    pub async fn decide_links(
        &mut self,
        batch: &str,
        state: &str,
        filter: &ProposalFilter,
        actor: &str,
    ) -> Result<u64, StoreError> {
        let ((at_least, below), now) = (filter.bounds(), self.clock.now());
        let (tenant, method) = (self.tenant.as_str(), filter.method.as_deref().unwrap_or(""));
        Ok(execute!(&mut self.tx, DECIDE, tenant, batch, state, actor, now, method, at_least, below)?)
    }

    /// The same of single ones, whatever was decided before, unless they are applied.
    pub async fn decide_these_links(
        &mut self,
        batch: &str,
        state: &str,
        numbers: &[i64],
        actor: &str,
    ) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let tenant = self.tenant.as_str();
        Ok(execute_forked!(&mut self.tx, DECIDE_THESE, tenant, batch, Json(numbers), state, actor, now)?)
    }

    /// `state`: applied or undone.
    pub async fn mark_links(&mut self, batch: &str, numbers: &[i64], state: &str) -> Result<(), StoreError> {
        execute_forked!(&mut self.tx, MARK, self.tenant.as_str(), batch, Json(numbers), state)?;
        Ok(())
    }

    pub async fn leave_out_link(&mut self, batch: &str, number: i64, why: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, LEAVE_OUT, self.tenant.as_str(), batch, number, why)?;
        Ok(())
    }

    /// Numbers of applied ones that somebody unlinked since, and who.
    pub async fn ended_links(&mut self, batch: &str) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(tx_all!(&mut self.tx, (i64, String), ENDED, self.tenant.as_str(), batch)?)
    }

    /// Nothing is left of it to be undone.
    pub async fn end_link(&mut self, batch: &str, number: i64, note: &str) -> Result<(), StoreError> {
        execute!(&mut self.tx, END, self.tenant.as_str(), batch, number, note)?;
        Ok(())
    }
}
