//! Every movement of stock.

use entrepot_core::AppError;
use entrepot_domain::TenantId;
use entrepot_domain::clock::Timestamp;
use entrepot_store::own_stock::LedgerRow;
use serde::Serialize;

use crate::{Stock, check_sku, counted_as};

/// One movement, and what was there after it.
#[derive(Clone, Debug, Serialize)]
pub struct Movement {
    pub id: String,
    pub location: String,
    /// count, adjust, reconcile
    pub kind: String,
    /// More or fewer on hand.
    pub on_hand_delta: i64,
    pub reserved_delta: i64,
    pub on_hand_after: i64,
    pub reserved_after: i64,
    pub reason: String,
    /// Who did it.
    pub actor: String,
    /// Of the client's choice.
    pub key: Option<String>,
    pub at: Timestamp,
}

impl From<LedgerRow> for Movement {
    fn from(row: LedgerRow) -> Self {
        let LedgerRow { id, location, kind, on_hand_delta, reserved_delta, on_hand_after, .. } = row;
        let (reserved_after, reason, actor, key, at) = (row.reserved_after, row.reason, row.actor, row.key, row.at);
        Self {
            id,
            location,
            kind,
            on_hand_delta,
            reserved_delta,
            on_hand_after,
            reserved_after,
            reason,
            actor,
            key,
            at,
        }
    }
}

impl Stock {
    /// Newest first, from before the movement `before`.
    pub async fn ledger(
        &self,
        tenant: &TenantId,
        sku: &str,
        before: &str,
        limit: i64,
    ) -> Result<Vec<Movement>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        check_sku(sku)?;
        let item = match scoped.stock_item(sku).await? {
            Some(item) => item,
            // What its shop counts has no movements here.
            None => match counted_as(&scoped, sku).await? {
                Some(item) => item,
                None if scoped.counted_variants(sku).await?.is_empty() => {
                    return Err(AppError::NoStockItem(sku.to_owned()));
                }
                None => return Ok(Vec::new()),
            },
        };
        Ok(scoped.stock_ledger(&item.id, before, limit).await?.into_iter().map(Movement::from).collect())
    }
}
