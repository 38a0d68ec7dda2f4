//! Taking back what a batch made, and nothing else.

use std::collections::HashSet;

use entrepot_domain::TenantId;
use serde::Serialize;

use super::{AT_ONCE, regroup, unfinished};
use entrepot_core::AppError;

use crate::Links;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Undone {
    pub undone: u64,
    /// What the batch made and somebody took back before: it stays as it is.
    pub changed_since: Vec<ChangedSince>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedSince {
    pub number: i64,
    pub what: String,
}

impl Links {
    /// Takes back what the batch linked, as far as nobody changed it since. Other links of the same products stay.
    pub async fn undo_links(&self, tenant: &TenantId, batch: &str, actor: &str) -> Result<Undone, AppError> {
        let row = self.link_batch_row(tenant, batch).await?;
        let scoped = self.services.db().tenant(tenant);
        let (mut done, mut after) = (Undone::default(), String::new());
        loop {
            let mut tx = scoped.begin().await?;
            tx.lock_links().await?;
            if !tx.begin_undoing(&row.id, actor).await? {
                return Err(unfinished(batch));
            }
            let made = tx.pairs_of_batch(&row.id, &after, AT_ONCE).await?;
            let Some(last) = made.last() else {
                for (number, by) in tx.ended_links(&row.id).await? {
                    let what = format!("{by} unlinked it before the batch was undone");
                    tx.end_link(&row.id, number, &what).await?;
                    done.changed_since.push(ChangedSince { number, what });
                }
                tx.commit().await?;
                tracing::info!(batch = row.id, undone = done.undone, "links undone");
                return Ok(done);
            };
            let mut products: Vec<&str> = made.iter().map(|pair| pair.product_id.as_str()).collect();
            products.sort_unstable();
            products.dedup();
            let members = tx.link_members(&products).await?;
            let pairs = tx.link_pairs(&members).await?;
            let ended: HashSet<&str> = made.iter().map(|pair| pair.id.as_str()).collect();
            let links = regroup(&members, &pairs, &ended, self.services.db().clock().now());
            tx.replace_links(&members, &links).await?;
            tx.end_pairs(&ended.into_iter().collect::<Vec<_>>(), actor).await?;
            let numbers: Vec<i64> = made.iter().filter_map(|pair| pair.proposal).collect();
            tx.mark_links(&row.id, &numbers, "undone").await?;
            tx.commit().await?;
            done.undone += made.len() as u64;
            after.clone_from(&last.id);
        }
    }
}
