//! Raw items: what came, what it became, and what is known of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use entrepot_domain::ChannelId;
use entrepot_domain::catalog::limits::UNIDENTIFIED;
use entrepot_domain::clock::Timestamp;
use sqlx::types::Json;

use crate::bulk::{self, Column};
use crate::{Scoped, ScopedTx, StoreError, unpack};

mod stale;

/// What is known of an item before it is looked at again.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KnownItem {
    pub source_id: String,
    pub product_id: Option<String>,
    pub content_hash: Vec<u8>,
    pub adapter_digest: String,
    /// With which settings it was mapped. `None`: nobody noted it.
    pub mapped_with: Option<String>,
    pub problem: Option<String>,
    /// By the marketplace.
    pub source_updated_at: Option<Timestamp>,
    /// When this content came.
    pub fetched_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
}

/// What tells whether an item's row is still the one that was read.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Stamp {
    fetched_at: Timestamp,
    content_hash: Vec<u8>,
    deleted_at: Option<Timestamp>,
}

impl KnownItem {
    pub fn stamp(&self) -> Stamp {
        let Self { fetched_at, content_hash, deleted_at, .. } = self;
        Stamp { fetched_at: *fetched_at, content_hash: content_hash.clone(), deleted_at: *deleted_at }
    }
}

#[derive(sqlx::FromRow)]
struct HeldItem {
    source_id: String,
    #[sqlx(flatten)]
    stamp: Stamp,
}

/// An item to be written: new or changed.
pub struct ItemWrite<'a> {
    pub source_id: &'a str,
    pub product_id: Option<&'a str>,
    pub content_hash: [u8; 32],
    /// Packed by [`crate::pack`].
    pub body: Cow<'a, [u8]>,
    pub source_updated_at: Option<Timestamp>,
    pub problem: Option<&'a str>,
    pub mapped_with: &'a str,
}

/// An item as it is kept, for mapping it again.
#[derive(Clone, Debug)]
pub struct StoredItem {
    pub source_id: String,
    pub product_id: Option<String>,
    /// `None`: it does not unpack.
    pub body: Option<String>,
    pub source_updated_at: Option<Timestamp>,
}

const KNOWN: [&str; 2] = select_by_ids!(
    "source_id, product_id, content_hash, adapter_digest, mapped_with, problem, source_updated_at, fetched_at, deleted_at",
    "source_items",
    "tenant_id = $1 AND channel_id = $2",
    "source_id",
    ""
);
const ALIVE: &str = "SELECT source_id, fetched_at FROM source_items WHERE tenant_id = $1 AND channel_id = $2 \
    AND deleted_at IS NULL AND source_id > $3 ORDER BY source_id LIMIT 5000";
/// Those whose product was here before.
const COUNT_ESTABLISHED: &str = "SELECT COUNT(*) FROM source_items s JOIN products p ON p.tenant_id = s.tenant_id AND p.id = s.product_id \
    WHERE s.tenant_id = $1 AND s.channel_id = $2 AND s.deleted_at IS NULL AND s.source_id NOT LIKE $3 AND p.created_at <= $4";
const UNREAD: &str = "SELECT d.source_id FROM dead_letters d JOIN source_items s ON s.tenant_id = d.tenant_id \
    AND s.channel_id = d.channel_id AND s.source_id = d.source_id WHERE d.tenant_id = $1 AND d.channel_id = $2 \
    AND s.content_hash = $3 AND s.deleted_at IS NULL ORDER BY d.last_at, d.id LIMIT $4";
/// Of what was not read there is no hash.
pub(crate) const NO_HASH: [u8; 32] = [0; 32];
const ONE: &str = "SELECT source_id, product_id, body, source_updated_at FROM source_items \
    WHERE tenant_id = $1 AND channel_id = $2 AND source_id = $3 AND deleted_at IS NULL";
/// As [`KNOWN`], and held. On SQLite the transaction itself keeps others out.
const HOLD: [&str; 2] = [
    "SELECT found.* FROM jsonb_array_elements_text($3) AS wanted (id) CROSS JOIN LATERAL (SELECT source_id, fetched_at, content_hash, \
     deleted_at FROM source_items WHERE tenant_id = $1 AND channel_id = $2 AND source_id = wanted.id OFFSET 0 FOR UPDATE) AS found",
    "SELECT source_id, fetched_at, content_hash, deleted_at FROM source_items WHERE tenant_id = $1 AND channel_id = $2 \
     AND source_id IN (SELECT value FROM json_each($3))",
];
const INSERT: &str = "INSERT INTO source_items (tenant_id, channel_id, source_id, product_id, content_hash, body, \
    source_updated_at, fetched_at, processed_at, adapter_digest, problem, mapped_with)";
const UPSERT: &str = "ON CONFLICT (tenant_id, channel_id, source_id) DO UPDATE SET product_id = excluded.product_id, \
    content_hash = excluded.content_hash, body = excluded.body, source_updated_at = excluded.source_updated_at, \
    fetched_at = excluded.fetched_at, processed_at = excluded.processed_at, adapter_digest = excluded.adapter_digest, \
    problem = excluded.problem, mapped_with = excluded.mapped_with, deleted_at = NULL";
const DELETE_ITEMS: [&str; 2] = change_by_ids!(
    "UPDATE source_items SET deleted_at = $4 WHERE tenant_id = $1 AND channel_id = $2 AND source_id",
    "AND deleted_at IS NULL"
);
const DELETE_PRODUCTS: [&str; 2] = change_by_ids!(
    "UPDATE products SET deleted_at = $4, updated_at = $4 WHERE tenant_id = $1 AND channel_id = $2 AND source_id",
    "AND deleted_at IS NULL"
);
const SETTLE: [&str; 2] =
    change_by_ids!("DELETE FROM dead_letters WHERE tenant_id = $1 AND channel_id = $2 AND source_id", "");

impl Scoped {
    /// What is known of these items, by id.
    pub async fn known_items(
        &self,
        channel: &ChannelId,
        ids: &[&str],
    ) -> Result<HashMap<String, KnownItem>, StoreError> {
        let rows = read_all_forked!(self, KnownItem, KNOWN, self.tenant().as_str(), channel.as_str(), Json(ids))?;
        Ok(rows.into_iter().map(|row| (row.source_id.clone(), row)).collect())
    }

    /// Ids of the items that exist as far as we know, and when their content came; in order, from after `after`; 5,000 at a time.
    pub async fn alive_items(&self, channel: &ChannelId, after: &str) -> Result<Vec<(String, Timestamp)>, StoreError> {
        type Row = (String, Timestamp);
        Ok(read_all!(self, Row, ALIVE, self.tenant().as_str(), channel.as_str(), after)?)
    }

    /// Items that could not be read, or stored, when they were asked for last; those that were met longest ago first.
    pub async fn unread_items(&self, channel: &ChannelId, limit: i64) -> Result<Vec<String>, StoreError> {
        let (tenant, channel) = (self.tenant().as_str(), channel.as_str());
        let rows = read_all!(self, (String,), UNREAD, tenant, channel, NO_HASH.as_slice(), limit)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Items that are not deleted and whose product was made before that moment. Without what could not be identified: that may be some
    /// of the others, or no product.
    pub async fn count_established(&self, channel: &ChannelId, before: Timestamp) -> Result<usize, StoreError> {
        let (tenant, nameless) = (self.tenant().as_str(), format!("{UNIDENTIFIED}%"));
        let row = read_optional!(self, (i64,), COUNT_ESTABLISHED, tenant, channel.as_str(), nameless, before)?;
        Ok(row.and_then(|(count,)| usize::try_from(count).ok()).unwrap_or(0))
    }

    pub async fn stored_item(&self, channel: &ChannelId, source_id: &str) -> Result<Option<StoredItem>, StoreError> {
        type Row = (String, Option<String>, Vec<u8>, Option<Timestamp>);
        let row = read_optional!(self, Row, ONE, self.tenant().as_str(), channel.as_str(), source_id)?;
        Ok(row.map(|(source_id, product_id, body, source_updated_at)| StoredItem {
            source_id,
            product_id,
            body: unpack(&body).ok(),
            source_updated_at,
        }))
    }
}

impl ScopedTx {
    /// Keeps these items as they are until the transaction ends; `compared`: as which they were read, `None` where there was no row.
    /// Fails where another wrote one meanwhile.
    pub async fn hold_items(
        &mut self,
        channel: &ChannelId,
        compared: &BTreeMap<&str, Option<Stamp>>,
    ) -> Result<(), StoreError> {
        // In the order of their ids: two that hold some of the same items wait for each other instead of deadlocking.
        let ids: Vec<&str> = compared.keys().copied().collect();
        let rows = tx_all_forked!(&mut self.tx, HeldItem, HOLD, self.tenant.as_str(), channel.as_str(), Json(ids))?;
        let mut now: HashMap<String, Stamp> = rows.into_iter().map(|row| (row.source_id, row.stamp)).collect();
        let same = compared.iter().all(|(id, stamp)| now.remove(*id) == *stamp);
        if same { Ok(()) } else { Err(StoreError::Overtaken) }
    }

    pub async fn write_items(
        &mut self,
        channel: &ChannelId,
        digest: &str,
        items: &[ItemWrite<'_>],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (tenant, rows) = (self.tenant.clone(), items.len());
        let columns = [
            Column::Text(vec![Some(tenant.as_str()); rows]),
            Column::Text(vec![Some(channel.as_str()); rows]),
            Column::Text(items.iter().map(|item| Some(item.source_id)).collect()),
            Column::Text(items.iter().map(|item| item.product_id).collect()),
            Column::Bytes(items.iter().map(|item| item.content_hash.as_slice()).collect()),
            Column::Bytes(items.iter().map(|item| &*item.body).collect()),
            Column::Int(items.iter().map(|item| item.source_updated_at).collect()),
            Column::Int(vec![Some(now); rows]),
            Column::Int(vec![Some(now); rows]),
            Column::Text(vec![Some(digest); rows]),
            Column::Text(items.iter().map(|item| item.problem).collect()),
            Column::Text(items.iter().map(|item| Some(item.mapped_with)).collect()),
        ];
        bulk::insert(&mut self.tx, INSERT, UPSERT, &columns).await
    }

    /// Marks items, and the products they became, as gone. Their rows stay: an item that comes back keeps its identity.
    pub async fn delete_items(&mut self, channel: &ChannelId, ids: &[String]) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.touch_listings_of(channel, ids).await?;
        for sql in [DELETE_ITEMS, DELETE_PRODUCTS] {
            execute_forked!(&mut self.tx, sql, self.tenant.as_str(), channel.as_str(), Json(ids), now)?;
        }
        self.forget_search_rows(channel, ids).await?;
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        self.settle_dead_letters(channel, &ids).await
    }

    /// The items are fine now, or gone: nothing about them is open any more.
    pub async fn settle_dead_letters(&mut self, channel: &ChannelId, ids: &[&str]) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        execute_forked!(&mut self.tx, SETTLE, self.tenant.as_str(), channel.as_str(), Json(ids))?;
        Ok(())
    }
}
