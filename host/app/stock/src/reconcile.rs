//! Levels held against the ledger: what does not agree is shown, and mended by an entry that says so.

use entrepot_core::{AppError, RequestContext};
use entrepot_domain::TenantId;
use entrepot_store::own_stock::{LedgerEntry, MismatchRow};
use serde::Serialize;

use crate::Stock;

/// A level that is not what its movements add up to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    pub sku: String,
    pub location: String,
    /// As it is kept.
    pub on_hand: i64,
    /// As the movements add up.
    pub by_ledger: i64,
    /// An entry says so now.
    pub mended: bool,
}

impl Mismatch {
    fn of(row: MismatchRow, mended: bool) -> Self {
        let MismatchRow { sku, location, on_hand, by_ledger, .. } = row;
        Self { sku, location, on_hand, by_ledger, mended }
    }
}

impl Stock {
    /// The first thousand. Nothing is changed.
    pub async fn mismatches(&self, tenant: &TenantId) -> Result<Vec<Mismatch>, AppError> {
        let found = self.services.db().tenant(tenant).stock_mismatches().await?;
        Ok(found.into_iter().map(|row| Mismatch::of(row, false)).collect())
    }

    /// The level counts; an entry brings the ledger to it.
    pub async fn reconcile(&self, context: &RequestContext) -> Result<Vec<Mismatch>, AppError> {
        let mut tx = self.scoped(context).begin().await?;
        // Whoever mends at the same moment finds it mended.
        tx.lock_stock().await?;
        let found = tx.stock_mismatches().await?;
        for row in &found {
            let entry = LedgerEntry {
                item: &row.item_id,
                location: &row.location,
                kind: "reconcile",
                on_hand_delta: row.on_hand - row.by_ledger,
                on_hand_after: row.on_hand,
                reserved_after: row.reserved,
                reason: "the level and its movements did not agree",
                actor: &context.actor,
                key: None,
            };
            tx.add_stock_entry(entry).await?;
        }
        tx.commit().await?;
        Ok(found.into_iter().map(|row| Mismatch::of(row, true)).collect())
    }
}
