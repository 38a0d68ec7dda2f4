//! Goods that are counted here: where they lie, under which SKU, and what a bundle is made of.
// See docs/decisions/0088-own-stock.md

mod goods;
mod levels;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Id, StockItemId};

use crate::{Scoped, ScopedTx, StoreError};

pub use goods::{CountedVariant, OwnStock};
pub use levels::{LedgerEntry, LedgerRow, LevelRow, MismatchRow};

/// Where goods lie.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LocationRow {
    pub code: String,
    pub name: String,
    /// warehouse, store, third-party
    pub kind: String,
    /// 0: what lies there is not for sale.
    pub enabled: i64,
    pub created_at: Timestamp,
}

/// Goods under a SKU.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StockItemRow {
    pub id: String,
    pub sku: String,
    /// simple, bundle, untracked, shop
    pub kind: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One of what a bundle is made of.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PartRow {
    pub item_id: String,
    pub part_id: String,
    pub sku: String,
    pub kind: String,
    /// Of it in one bundle.
    pub units: i64,
}

const LOCATIONS: &str =
    "SELECT code, name, kind, enabled, created_at FROM locations WHERE tenant_id = $1 ORDER BY created_at, code";
const ADD_LOCATION: &str =
    "INSERT INTO locations (tenant_id, code, name, kind, enabled, created_at) VALUES ($1, $2, $3, $4, 1, $5)";
const SET_LOCATION: &str = "UPDATE locations SET name = COALESCE($3, name), kind = COALESCE($4, kind), enabled = COALESCE($5, enabled) \
    WHERE tenant_id = $1 AND code = $2";
const ITEM: &str = "SELECT id, sku, kind, created_at, updated_at FROM stock_items WHERE tenant_id = $1 AND sku = $2";
const ITEM_WITH_ID: &str =
    "SELECT id, sku, kind, created_at, updated_at FROM stock_items WHERE tenant_id = $1 AND id = $2";
const ITEMS: &str = "SELECT id, sku, kind, created_at, updated_at FROM stock_items WHERE tenant_id = $1 AND sku > $2 ORDER BY sku LIMIT $3";
const ADD_ITEM: &str =
    "INSERT INTO stock_items (tenant_id, id, sku, kind, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)";
const SET_KIND: &str = "UPDATE stock_items SET kind = $3, updated_at = $4 WHERE tenant_id = $1 AND id = $2";
const PARTS: &str = "SELECT b.item_id, b.part_id, i.sku, i.kind, b.units FROM bundle_parts b \
    JOIN stock_items i ON i.tenant_id = b.tenant_id AND i.id = b.part_id WHERE b.tenant_id = $1 AND b.item_id = $2 ORDER BY i.sku";
const PART_OF: &str = "SELECT b.item_id, b.part_id, i.sku, i.kind, b.units FROM bundle_parts b \
    JOIN stock_items i ON i.tenant_id = b.tenant_id AND i.id = b.item_id WHERE b.tenant_id = $1 AND b.part_id = $2 ORDER BY i.sku";
const CLEAR_PARTS: &str = "DELETE FROM bundle_parts WHERE tenant_id = $1 AND item_id = $2";
const ADD_PART: &str = "INSERT INTO bundle_parts (tenant_id, item_id, part_id, units) VALUES ($1, $2, $3, $4)";

impl Scoped {
    /// In the order they were added.
    pub async fn locations(&self) -> Result<Vec<LocationRow>, StoreError> {
        Ok(read_all!(self, LocationRow, LOCATIONS, self.tenant().as_str())?)
    }

    pub async fn stock_item(&self, sku: &str) -> Result<Option<StockItemRow>, StoreError> {
        Ok(read_optional!(self, StockItemRow, ITEM, self.tenant().as_str(), sku)?)
    }

    pub async fn stock_item_with_id(&self, id: &str) -> Result<Option<StockItemRow>, StoreError> {
        Ok(read_optional!(self, StockItemRow, ITEM_WITH_ID, self.tenant().as_str(), id)?)
    }

    /// Ordered by SKU, from after `after`.
    pub async fn stock_items(&self, after: &str, limit: i64) -> Result<Vec<StockItemRow>, StoreError> {
        Ok(read_all!(self, StockItemRow, ITEMS, self.tenant().as_str(), after, limit)?)
    }

    /// What a bundle is made of.
    pub async fn bundle_parts(&self, item: &str) -> Result<Vec<PartRow>, StoreError> {
        Ok(read_all!(self, PartRow, PARTS, self.tenant().as_str(), item)?)
    }
}

impl ScopedTx {
    /// Until the transaction ends nobody else changes how this tenant's goods are counted, or mends their ledger.
    pub async fn lock_stock(&mut self) -> Result<(), StoreError> {
        self.lock_links().await
    }

    /// See [`Scoped::stock_item`].
    pub async fn stock_item(&mut self, sku: &str) -> Result<Option<StockItemRow>, StoreError> {
        Ok(tx_optional!(&mut self.tx, StockItemRow, ITEM, self.tenant.as_str(), sku)?)
    }

    /// The bundles that it is part of, each with its own SKU and kind.
    pub async fn bundles_with(&mut self, part: &str) -> Result<Vec<PartRow>, StoreError> {
        Ok(tx_all!(&mut self.tx, PartRow, PART_OF, self.tenant.as_str(), part)?)
    }

    /// Fails as a conflict where there is one with that code.
    pub async fn add_location(&mut self, code: &str, name: &str, kind: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, ADD_LOCATION, self.tenant.as_str(), code, name, kind, now)?;
        Ok(())
    }

    /// What is none stays.
    pub async fn set_location(
        &mut self,
        code: &str,
        name: Option<&str>,
        kind: Option<&str>,
        enabled: Option<i64>,
    ) -> Result<(), StoreError> {
        execute!(&mut self.tx, SET_LOCATION, self.tenant.as_str(), code, name, kind, enabled)?;
        Ok(())
    }

    /// Fails as a conflict where there is one with that SKU.
    pub async fn add_stock_item(&mut self, sku: &str, kind: &str) -> Result<StockItemRow, StoreError> {
        let now = self.clock.now();
        let id = StockItemId::make(now).to_string();
        execute!(&mut self.tx, ADD_ITEM, self.tenant.as_str(), &id, sku, kind, now)?;
        Ok(StockItemRow { id, sku: sku.to_owned(), kind: kind.to_owned(), created_at: now, updated_at: now })
    }

    pub async fn set_stock_kind(&mut self, item: &str, kind: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        execute!(&mut self.tx, SET_KIND, self.tenant.as_str(), item, kind, now)?;
        Ok(())
    }

    /// Those that it had are none any more.
    pub async fn set_bundle_parts(&mut self, item: &str, parts: &[(String, i64)]) -> Result<(), StoreError> {
        execute!(&mut self.tx, CLEAR_PARTS, self.tenant.as_str(), item)?;
        for (part, units) in parts {
            execute!(&mut self.tx, ADD_PART, self.tenant.as_str(), item, part, units)?;
        }
        Ok(())
    }
}
