//! How many lie where, and every movement of them. A level and its entry are written together.

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{Id, LedgerEntryId};
use sqlx::types::Json;

use crate::{Scoped, ScopedTx, StoreError};

/// How many of an item lie at a location.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LevelRow {
    pub item_id: String,
    pub location: String,
    pub on_hand: i64,
    pub reserved: i64,
    pub buffer: i64,
    pub changed_at: Timestamp,
    /// Of the location.
    pub enabled: i64,
}

/// A movement, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct LedgerEntry<'a> {
    pub item: &'a str,
    pub location: &'a str,
    /// count, adjust, reconcile
    pub kind: &'a str,
    pub on_hand_delta: i64,
    pub on_hand_after: i64,
    pub reserved_after: i64,
    pub reason: &'a str,
    pub actor: &'a str,
    pub key: Option<&'a str>,
}

/// A movement, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LedgerRow {
    pub id: String,
    pub item_id: String,
    pub location: String,
    pub kind: String,
    pub on_hand_delta: i64,
    pub reserved_delta: i64,
    pub on_hand_after: i64,
    pub reserved_after: i64,
    pub reason: String,
    pub actor: String,
    pub key: Option<String>,
    pub at: Timestamp,
}

const LEVELS: [&str; 2] = select_by_ids!(
    "s.item_id, s.location, s.on_hand, s.reserved, s.buffer, s.changed_at, l.enabled",
    "stock_levels s JOIN locations l ON l.tenant_id = s.tenant_id AND l.code = s.location",
    "s.tenant_id = $1 AND $2 = $2",
    "s.item_id",
    "ORDER BY item_id, location"
);
const ADD_LEVEL: &str = "INSERT INTO stock_levels (tenant_id, item_id, location, on_hand, reserved, buffer, changed_at) \
    VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT DO NOTHING";
const SET_LEVEL: &str = "UPDATE stock_levels SET on_hand = $6, buffer = $7, changed_at = $8 \
    WHERE tenant_id = $1 AND item_id = $2 AND location = $3 AND on_hand = $4 AND buffer = $5";
const ADD_ENTRY: &str = "INSERT INTO stock_ledger (tenant_id, item_id, id, location, kind, on_hand_delta, reserved_delta, on_hand_after, \
    reserved_after, reason, actor, key, at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12)";
macro_rules! entries {
    ($where:literal) => {
        concat!(
            "SELECT id, item_id, location, kind, on_hand_delta, reserved_delta, on_hand_after, reserved_after, reason, actor, key, at \
             FROM stock_ledger WHERE tenant_id = $1 ",
            $where
        )
    };
}
const LEDGER: &str = entries!("AND item_id = $2 AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4");
const BY_KEY: &str = entries!("AND key = $2");
/// In one statement, so that a movement is seen whole or not at all.
const MISMATCHES: &str = "SELECT x.item_id, i.sku, x.location, CAST(SUM(x.on_hand) AS BIGINT) AS on_hand, \
    CAST(SUM(x.reserved) AS BIGINT) AS reserved, CAST(SUM(x.moved) AS BIGINT) AS by_ledger FROM (\
    SELECT tenant_id, item_id, location, on_hand, reserved, 0 AS moved FROM stock_levels WHERE tenant_id = $1 \
    UNION ALL SELECT tenant_id, item_id, location, 0 AS on_hand, 0 AS reserved, on_hand_delta AS moved FROM stock_ledger WHERE tenant_id = $1) x \
    JOIN stock_items i ON i.tenant_id = x.tenant_id AND i.id = x.item_id \
    GROUP BY x.item_id, i.sku, x.location HAVING SUM(x.on_hand) <> SUM(x.moved) ORDER BY i.sku, x.location LIMIT 1000";

/// A level that is not what its movements add up to.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MismatchRow {
    pub item_id: String,
    pub sku: String,
    pub location: String,
    pub on_hand: i64,
    pub reserved: i64,
    pub by_ledger: i64,
}

impl Scoped {
    /// Of these items, ordered by item and location.
    pub async fn stock_levels(&self, items: &[&str]) -> Result<Vec<LevelRow>, StoreError> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        Ok(read_all_forked!(self, LevelRow, LEVELS, self.tenant().as_str(), "", Json(items))?)
    }

    /// Newest first, from before `before`.
    pub async fn stock_ledger(&self, item: &str, before: &str, limit: i64) -> Result<Vec<LedgerRow>, StoreError> {
        Ok(read_all!(self, LedgerRow, LEDGER, self.tenant().as_str(), item, before, limit)?)
    }

    /// The movement that was made with a key of the client's choice.
    pub async fn stock_entry(&self, key: &str) -> Result<Option<LedgerRow>, StoreError> {
        Ok(read_optional!(self, LedgerRow, BY_KEY, self.tenant().as_str(), key)?)
    }

    /// The first thousand.
    pub async fn stock_mismatches(&self) -> Result<Vec<MismatchRow>, StoreError> {
        Ok(read_all!(self, MismatchRow, MISMATCHES, self.tenant().as_str())?)
    }
}

impl ScopedTx {
    /// See [`Scoped::stock_mismatches`].
    pub async fn stock_mismatches(&mut self) -> Result<Vec<MismatchRow>, StoreError> {
        Ok(tx_all!(&mut self.tx, MismatchRow, MISMATCHES, self.tenant.as_str())?)
    }

    /// `from`: on hand and buffer as they were when the change was reckoned; none: no level yet. False: somebody else changed it since.
    pub async fn set_stock_level(
        &mut self,
        (item, location): (&str, &str),
        from: Option<(i64, i64)>,
        (on_hand, buffer): (i64, i64),
    ) -> Result<bool, StoreError> {
        let (now, tenant) = (self.clock.now(), self.tenant.as_str());
        let done = match from {
            None => execute!(&mut self.tx, ADD_LEVEL, tenant, item, location, on_hand, buffer, now)?,
            Some(was) => execute!(&mut self.tx, SET_LEVEL, tenant, item, location, was.0, was.1, on_hand, buffer, now)?,
        };
        Ok(done == 1)
    }

    /// Fails as a conflict where a movement with that key was made.
    pub async fn add_stock_entry(&mut self, entry: LedgerEntry<'_>) -> Result<LedgerRow, StoreError> {
        let at = self.clock.now();
        let row = LedgerRow {
            id: LedgerEntryId::make(at).to_string(),
            item_id: entry.item.to_owned(),
            location: entry.location.to_owned(),
            kind: entry.kind.to_owned(),
            on_hand_delta: entry.on_hand_delta,
            reserved_delta: 0,
            on_hand_after: entry.on_hand_after,
            reserved_after: entry.reserved_after,
            reason: entry.reason.to_owned(),
            actor: entry.actor.to_owned(),
            key: entry.key.map(str::to_owned),
            at,
        };
        let (tenant, of) = (self.tenant.as_str(), &row);
        execute!(
            &mut self.tx,
            ADD_ENTRY,
            tenant,
            &of.item_id,
            &of.id,
            &of.location,
            &of.kind,
            of.on_hand_delta,
            of.on_hand_after,
            of.reserved_after,
            &of.reason,
            &of.actor,
            &of.key,
            at
        )?;
        Ok(row)
    }
}
