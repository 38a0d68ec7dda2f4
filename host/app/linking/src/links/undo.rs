//! Taking back what a batch made, and nothing else.

use std::collections::HashSet;

use async_trait::async_trait;
use entrepot_domain::TenantId;
use serde::{Deserialize, Serialize};

use super::{AT_ONCE, regroup, unfinished};
use entrepot_core::{ActiveOperation, AppError, Operation, Progress, StartedOperation};

use crate::Links;

/// Takes back what a batch linked, as far as nobody changed it since. Other links of the same products stay.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UndoLinks {
    pub batch: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    pub undone: u64,
    /// What the batch made and somebody took back before: it stays as it is.
    pub changed_since: Vec<ChangedSince>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedSince {
    pub number: i64,
    pub what: String,
}

/// How far undoing is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Checkpoint {
    /// The id of the last pair that was ended.
    after: String,
    /// How many links there were to undo.
    applied: i64,
    done: Undone,
}

impl Checkpoint {
    fn progress(&self) -> Progress {
        let done = i64::try_from(self.done.undone).unwrap_or(i64::MAX);
        Progress { done, total: Some(self.applied.max(done)) }
    }
}

impl Links {
    /// Undoes a batch and waits for the end.
    pub async fn undo_links(&self, tenant: &TenantId, batch: &str, actor: &str) -> Result<Undone, AppError> {
        let started = self.start_undoing(tenant, batch, actor).await?;
        self.operations.carry::<UndoLinks>(self, tenant, &started.id).await
    }

    pub async fn start_undoing(
        &self,
        tenant: &TenantId,
        batch: &str,
        actor: &str,
    ) -> Result<StartedOperation, AppError> {
        let row = self.link_batch_row(tenant, batch).await?;
        if row.state == "proposing" {
            return Err(unfinished(batch));
        }
        // Or a batch whose links nobody has applied yet could never be applied.
        if row.state == "open" && row.applied_at.is_none() {
            return Err(AppError::Link(format!("batch {batch} was not applied: there is nothing to undo")));
        }
        self.operations.start(tenant, actor, &UndoLinks { batch: row.id }).await
    }

    /// Up to so many pairs. False: there are none, and what others had undone before is written down.
    async fn undo_page(&self, active: &ActiveOperation, batch: &str, at: &mut Checkpoint) -> Result<bool, AppError> {
        let mut tx = active.scoped().begin().await?;
        tx.lock_links().await?;
        if !tx.begin_undoing(batch, active.actor()).await? {
            return Err(unfinished(batch));
        }
        let made = tx.pairs_of_batch(batch, &at.after, AT_ONCE).await?;
        let Some(last) = made.last() else {
            for (number, by) in tx.ended_links(batch).await? {
                let what = format!("{by} unlinked it before the batch was undone");
                tx.end_link(batch, number, &what).await?;
                at.done.changed_since.push(ChangedSince { number, what });
            }
            active.keep(&mut tx, &at, at.progress()).await?;
            tx.commit().await?;
            return Ok(false);
        };
        let mut products: Vec<&str> = made.iter().map(|pair| pair.product_id.as_str()).collect();
        products.sort_unstable();
        products.dedup();
        let members = tx.link_members(&products).await?;
        let pairs = tx.link_pairs(&members).await?;
        let ended: HashSet<&str> = made.iter().map(|pair| pair.id.as_str()).collect();
        let links = regroup(&members, &pairs, &ended, self.services.db().clock().now());
        tx.replace_links(&members, &links).await?;
        tx.end_pairs(&ended.into_iter().collect::<Vec<_>>(), active.actor()).await?;
        let numbers: Vec<i64> = made.iter().filter_map(|pair| pair.proposal).collect();
        tx.mark_links(batch, &numbers, "undone").await?;
        at.done.undone += made.len() as u64;
        at.after.clone_from(&last.id);
        active.keep(&mut tx, &at, at.progress()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

#[async_trait]
impl Operation for UndoLinks {
    type Context = Links;
    type Outcome = Undone;
    const KIND: &'static str = "undo_links";

    async fn run(&self, links: &Links, active: &ActiveOperation) -> Result<Option<Undone>, AppError> {
        let mut at = match active.checkpoint::<Checkpoint>()? {
            Some(at) => at,
            None => Checkpoint {
                applied: links.link_batch(active.tenant(), &self.batch).await?.count("applied"),
                ..Checkpoint::default()
            },
        };
        while links.undo_page(active, &self.batch, &mut at).await? {
            if active.is_turn_over() {
                return Ok(None);
            }
        }
        tracing::info!(batch = self.batch, undone = at.done.undone, "links undone");
        Ok(Some(at.done))
    }
}
