//! Listings: what is to stand on channels, and what became of it.

mod candidates;
mod categories;
mod changes;
mod conflicts;
mod events;
mod found;
mod lanes;
mod marks;
mod standing;
mod variants;

use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, ListingId, ProductId};
use sqlx::types::Json;

use crate::products::StoredProduct;
use crate::{Db, Scoped, ScopedTx, StoreError};

pub use candidates::{Candidate, RuledCount};
pub use categories::CategoryRow;
pub use changes::{Accepted, Block, Edit, Failure};
pub use conflicts::{ConflictFilter, ConflictRow};
pub use events::ListingEvent;
pub use found::{FoundListing, ListingQuery};
pub use lanes::Lane;
pub use marks::OwnListing;
pub use standing::{ListingCount, Standing};
pub use variants::{ListedVariantRow, ToldOffer};

/// A listing. Words are those of `entrepot_domain::listing`, JSON is text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListingRow {
    pub id: String,
    pub channel_id: String,
    pub product_id: String,
    pub status: String,
    pub overrides: String,
    pub category_id: Option<String>,
    pub fields: String,
    pub external_id: Option<String>,
    pub external_url: Option<String>,
    pub channel_status: Option<String>,
    pub sync_status: String,
    pub wanted_hash: Option<String>,
    pub sent_hash: Option<String>,
    pub accepted_hash: Option<String>,
    pub state: String,
    pub pending: Option<String>,
    pub issues: String,
    pub sync_error: Option<String>,
    pub tries: i64,
    pub not_before: Option<Timestamp>,
    pub last_synced_at: Option<Timestamp>,
    pub version: i64,
    pub touches: i64,
    /// JSON: what stood there after it was sent last; `None`: not known.
    pub baseline: Option<String>,
    /// How often its channel was led elsewhere since somebody looked whether it stands there.
    pub unconfirmed: i64,
    /// made, ended: by the channel's rule; empty: by a person.
    pub by_rule: String,
    /// When the marketplace said first that it is gone.
    pub gone_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ListingRow {
    pub fn listing_id(&self) -> ListingId {
        ListingId::from(self.id.as_str())
    }

    /// It has an id there, and was not taken off.
    pub fn stands(&self) -> bool {
        let ended = self.status == "archived" && self.channel_status.as_deref() == Some("ended");
        self.external_id.is_some() && !ended
    }

    /// Something was sent, and nobody said what became of it: it may stand there.
    pub fn is_in_doubt(&self) -> bool {
        self.sent_hash.is_some() && self.sent_hash != self.accepted_hash
    }
}

/// What a list of listings is narrowed to. Empty: all.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListingFilter<'a> {
    pub channel: &'a str,
    pub product: &'a str,
    pub status: &'a str,
    pub sync: &'a str,
}

/// A listing that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewListing<'a> {
    pub id: &'a ListingId,
    pub channel: &'a ChannelId,
    pub product: &'a ProductId,
    pub status: &'a str,
    pub overrides: &'a str,
    pub category: Option<&'a str>,
    pub fields: &'a str,
    /// It stands there already.
    pub external: Option<&'a str>,
}

macro_rules! columns {
    () => {
        "id, channel_id, product_id, status, overrides, category_id, fields, external_id, external_url, channel_status, sync_status, \
         wanted_hash, sent_hash, accepted_hash, state, pending, issues, sync_error, tries, not_before, last_synced_at, version, touches, \
         baseline, unconfirmed, by_rule, gone_at, created_at, updated_at"
    };
}
const FIND: &str = concat!("SELECT ", columns!(), " FROM listings WHERE tenant_id = $1 AND id = $2");
const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM listings WHERE tenant_id = $1 AND ($2 = '' OR channel_id = $2) AND ($3 = '' OR product_id = $3) AND ($4 = '' OR status = $4) \
     AND ($5 = '' OR sync_status = $5) AND ($6 = '' OR id < $6) ORDER BY id DESC LIMIT $7"
);
const COUNT: &str = "SELECT sync_status, COUNT(*) FROM listings WHERE tenant_id = $1 AND ($2 = '' OR channel_id = $2) GROUP BY sync_status";
const DUE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM listings WHERE tenant_id = $1 AND channel_id = $2 AND (not_before <= $3 OR not_before > $3 + 172800000) \
     ORDER BY not_before, id LIMIT $4"
);
const NEXT_DUE: &str = "SELECT not_before FROM listings WHERE tenant_id = $1 AND channel_id = $2 AND not_before IS NOT NULL \
    ORDER BY not_before LIMIT 1";
macro_rules! by_ids {
    ($id:literal, $order:literal) => {
        select_by_ids!(
            "id, channel_id, product_id, status, overrides, category_id, fields, external_id, external_url, channel_status, sync_status, \
     wanted_hash, sent_hash, accepted_hash, state, pending, issues, sync_error, tries, not_before, last_synced_at, version, touches, \
     baseline, unconfirmed, by_rule, gone_at, created_at, updated_at",
            "listings",
            "tenant_id = $1 AND $2 = $2",
            $id,
            $order
        )
    };
}
const WITH_IDS: [&str; 2] = by_ids!("id", "ORDER BY id DESC");
const OF_PRODUCTS: [&str; 2] = by_ids!("product_id", "ORDER BY id");
const TITLES: [&str; 2] =
    select_by_ids!("id, title", "products", "tenant_id = $1 AND $2 = $2 AND deleted_at IS NULL", "id", "");
const THERE: [&str; 2] =
    select_by_ids!("id", "products", "tenant_id = $1 AND channel_id = $2 AND deleted_at IS NULL", "source_id", "");

const INSERT: &str = "INSERT INTO listings (tenant_id, id, channel_id, product_id, status, overrides, category_id, fields, external_id, \
    sync_status, state, issues, tries, not_before, version, touches, created_at, updated_at, title, words) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', '{}', '[]', 0, $10, 1, 1, $10, $10, $11, $12)";
/// Of all tenants: where something is due, or the channel's rule has products to look at. No wait is longer than a day: one of more than two was written by a clock that was ahead.
const DUE_CHANNELS: &str = "SELECT DISTINCT l.tenant_id, l.channel_id FROM listings l LEFT JOIN listing_lanes n \
    ON n.tenant_id = l.tenant_id AND n.channel_id = l.channel_id \
    WHERE (l.not_before <= $1 OR l.not_before > $1 + 172800000) AND (n.channel_id IS NULL OR ((n.not_before <= $1 OR n.not_before > $1 + 172800000) AND (n.lease_owner = '' OR n.lease_until < $1))) \
    UNION SELECT n.tenant_id, n.channel_id FROM listing_lanes n WHERE n.lists = 1 AND (n.not_before <= $1 OR n.not_before > $1 + 172800000) \
    AND (n.lease_owner = '' OR n.lease_until < $1) AND EXISTS (SELECT 1 FROM listing_candidates c WHERE c.tenant_id = n.tenant_id \
    AND c.channel_id = n.channel_id AND (c.state = 0 OR n.ends_held = 0)) LIMIT 1000";

impl Db {
    /// Tenant and channel of listings that are to be looked at now.
    pub async fn channels_with_due_listings(&self, now: Timestamp) -> Result<Vec<(String, String)>, StoreError> {
        Ok(read_all!(self, (String, String), DUE_CHANNELS, now)?)
    }
}

impl Scoped {
    /// Titles of products by id, of those that are there.
    pub async fn product_titles(&self, ids: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(read_all_forked!(self, (String, String), TITLES, self.tenant().as_str(), "", Json(ids))?)
    }

    /// The channel's own products under these ids of the marketplace, as they came in.
    pub async fn products_there(
        &self,
        channel: &ChannelId,
        external: &[&str],
    ) -> Result<Vec<StoredProduct>, StoreError> {
        if external.is_empty() {
            return Ok(Vec::new());
        }
        let (tenant, channel) = (self.tenant().as_str(), channel.as_str());
        let ids = read_all_forked!(self, (String,), THERE, tenant, channel, Json(external))?;
        self.products_with_ids(&ids.iter().map(|(id,)| id.as_str()).collect::<Vec<_>>()).await
    }

    pub async fn listing(&self, id: &ListingId) -> Result<Option<ListingRow>, StoreError> {
        Ok(read_optional!(self, ListingRow, FIND, self.tenant().as_str(), id.as_str())?)
    }

    /// Newest first, from before `before`.
    pub async fn listings(
        &self,
        filter: ListingFilter<'_>,
        before: &str,
        limit: i64,
    ) -> Result<Vec<ListingRow>, StoreError> {
        let ListingFilter { channel, product, status, sync } = filter;
        let tenant = self.tenant().as_str();
        Ok(read_all!(self, ListingRow, LIST, tenant, channel, product, status, sync, before, limit)?)
    }

    /// Of these ids those that are there, newest first.
    pub async fn listings_with_ids(&self, ids: &[&str]) -> Result<Vec<ListingRow>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(read_all_forked!(self, ListingRow, WITH_IDS, self.tenant().as_str(), "", Json(ids))?)
    }

    /// Those of these products, on whatever channel.
    pub async fn listings_of_products(&self, products: &[&str]) -> Result<Vec<ListingRow>, StoreError> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        Ok(read_all_forked!(self, ListingRow, OF_PRODUCTS, self.tenant().as_str(), "", Json(products))?)
    }

    /// How many there are of each sync status; of one channel, or of all for "".
    pub async fn count_listings(&self, channel: &str) -> Result<Vec<(String, i64)>, StoreError> {
        Ok(read_all!(self, (String, i64), COUNT, self.tenant().as_str(), channel)?)
    }

    /// What is to be looked at now, longest due first.
    pub async fn due_listings(&self, channel: &ChannelId, limit: i64) -> Result<Vec<ListingRow>, StoreError> {
        let (tenant, now) = (self.tenant().as_str(), self.clock().now());
        Ok(read_sound!(self, ListingRow, "listings", DUE, tenant, channel.as_str(), now, limit)?)
    }

    /// When the next one is to be looked at; `None`: nothing is to be done.
    pub async fn next_listing_due(&self, channel: &ChannelId) -> Result<Option<Timestamp>, StoreError> {
        let row = read_optional!(self, (Timestamp,), NEXT_DUE, self.tenant().as_str(), channel.as_str())?;
        Ok(row.map(|(due,)| due))
    }
}

impl ScopedTx {
    pub async fn insert_listing(&mut self, new: NewListing<'_>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let NewListing { id, channel, product, status, overrides, category, fields, external } = new;
        let title = found::own_title(overrides);
        execute!(
            &mut self.tx,
            INSERT,
            self.tenant.as_str(),
            id.as_str(),
            channel.as_str(),
            product.as_str(),
            status,
            overrides,
            category,
            fields,
            external,
            now,
            &title,
            found::words(title.as_deref())
        )?;
        Ok(())
    }
}
