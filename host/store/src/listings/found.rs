//! Listings as a list shows them, found by how they stand, by words, and counted.

use entrepot_domain::ChannelId;
use entrepot_domain::catalog::{Media, MediaKind};
use entrepot_domain::clock::Timestamp;

use super::standing::{ListingCount, Standing};
use crate::search::patterns;
use crate::{Lenient, Scoped, StoreError};

/// Which listings. Empty texts take all.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListingQuery<'a> {
    /// Each of them is part of the title, of what its product is found by, or of its ids. Of many, the first four count.
    pub words: &'a str,
    pub channel: &'a str,
    pub standing: Standing,
    /// The id of the last listing of the page before.
    pub before: &'a str,
    pub limit: i64,
}

/// A listing as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundListing {
    pub id: String,
    pub channel_id: String,
    pub product_id: String,
    /// As it is listed; none where the product is gone.
    pub title: Option<String>,
    /// Of the product's first picture.
    pub picture: Option<String>,
    /// Of the product's first variant.
    pub sku: Option<String>,
    pub status: String,
    pub sync_status: String,
    pub channel_status: Option<String>,
    pub external_url: Option<String>,
    pub sync_error: Option<String>,
    /// Something was sent, and nobody said what became of it.
    pub in_doubt: bool,
    pub not_before: Option<Timestamp>,
    /// When something happened to it last.
    pub changed_at: Option<Timestamp>,
    pub last_synced_at: Option<Timestamp>,
    /// Minor units that the marketplace was told, over its variants.
    pub lowest: Option<i64>,
    pub highest: Option<i64>,
    pub currency: Option<String>,
    /// Pieces that it was told; none: they are not counted there.
    pub stock: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    channel_id: String,
    product_id: String,
    title: Option<String>,
    media: Option<Lenient<Vec<Media>>>,
    sku: Option<String>,
    status: String,
    sync_status: String,
    channel_status: Option<String>,
    external_url: Option<String>,
    sync_error: Option<String>,
    in_doubt: i64,
    not_before: Option<Timestamp>,
    changed_at: Option<Timestamp>,
    last_synced_at: Option<Timestamp>,
    lowest: Option<i64>,
    highest: Option<i64>,
    currency: Option<String>,
    stock: Option<i64>,
}

/// The title that a person set. `overrides`: JSON.
pub(super) fn own_title(overrides: &str) -> Option<String> {
    let set: serde_json::Value = serde_json::from_str(overrides).unwrap_or_default();
    set["title"].as_str().map(str::to_owned)
}

/// What a listing is found by beside its product.
pub(super) fn words(title: Option<&str>) -> String {
    title.unwrap_or_default().to_lowercase()
}

fn statement(standing: Standing) -> &'static str {
    match standing {
        Standing::Any => ANY,
        Standing::Stuck => STUCK,
        Standing::Refused => REFUSED,
        Standing::Conflict => CONFLICT,
        Standing::Failed => FAILED,
        Standing::InDoubt => IN_DOUBT,
        Standing::Waiting => WAITING,
        Standing::OutOfStock => OUT_OF_STOCK,
        Standing::Draft => DRAFT,
        Standing::Ended => ENDED,
        Standing::OnSale => ON_SALE,
    }
}

macro_rules! listings {
    ($where:literal) => {
        concat!(
            "SELECT l.id, l.channel_id, l.product_id, COALESCE(l.title, p.title) AS title, p.media, (SELECT v.sku FROM variants v WHERE v.tenant_id = $1 AND v.product_id = l.product_id \
             ORDER BY v.position LIMIT 1) AS sku, l.status, l.sync_status, l.channel_status, l.external_url, l.sync_error, \
             CAST(CASE WHEN l.sync_status NOT IN ('sending', 'waiting') AND l.sent_hash <> COALESCE(l.accepted_hash, '') THEN 1 ELSE 0 END \
             AS BIGINT) AS in_doubt, l.not_before, l.last_synced_at, \
             (SELECT MAX(e.at) FROM listing_events e WHERE e.tenant_id = $1 AND e.listing_id = l.id) AS changed_at, \
             (SELECT MIN(t.told_price) FROM listing_variants t WHERE t.tenant_id = $1 AND t.listing_id = l.id) AS lowest, \
             (SELECT MAX(t.told_price) FROM listing_variants t WHERE t.tenant_id = $1 AND t.listing_id = l.id) AS highest, \
             (SELECT MIN(t.currency) FROM listing_variants t WHERE t.tenant_id = $1 AND t.listing_id = l.id) AS currency, \
             (SELECT CASE WHEN COUNT(*) = COUNT(t.told_stock) THEN CAST(SUM(t.told_stock) AS BIGINT) END FROM listing_variants t WHERE t.tenant_id = $1 AND t.listing_id = l.id) AS stock \
             FROM listings l LEFT JOIN products p ON p.tenant_id = l.tenant_id AND p.id = l.product_id AND p.deleted_at IS NULL \
             LEFT JOIN product_search s ON s.tenant_id = l.tenant_id AND s.product_id = l.product_id \
             WHERE l.tenant_id = $1 AND ($2 = '' OR l.channel_id = $2) AND ($3 = '' OR l.id < $3) \
             AND l.channel_id IN (SELECT c.id FROM channels c WHERE c.tenant_id = $1 AND c.removed_at IS NULL)",
            $where,
            found_by!("$4"),
            found_by!("$5"),
            found_by!("$6"),
            found_by!("$7"),
            " ORDER BY l.id DESC LIMIT $8"
        )
    };
}
macro_rules! found_by {
    ($words:literal) => {
        concat!(
            " AND (",
            $words,
            " = '%' OR COALESCE(s.words, '') || ' ' || l.words || ' ' || l.id || ' ' || COALESCE(l.external_id, '') LIKE ",
            $words,
            " ESCAPE '!')"
        )
    };
}
const ANY: &str = listings!("");
const STUCK: &str = listings!(
    " AND (l.sync_status IN ('blocked', 'failed', 'conflict') OR (l.status = 'active' AND l.sync_status = 'synced' AND l.channel_status = 'rejected'))"
);
const REFUSED: &str = listings!(
    " AND (l.sync_status = 'blocked' OR (l.status = 'active' AND l.sync_status = 'synced' AND l.channel_status = 'rejected'))"
);
const CONFLICT: &str = listings!(" AND l.sync_status = 'conflict'");
const FAILED: &str = listings!(" AND l.sync_status = 'failed'");
const IN_DOUBT: &str =
    listings!(" AND l.sync_status NOT IN ('sending', 'waiting') AND l.sent_hash <> COALESCE(l.accepted_hash, '')");
const WAITING: &str = listings!(
    " AND ((l.status <> 'draft' AND l.sync_status IN ('pending', 'sending', 'waiting')) \
     OR (l.status = 'active' AND l.sync_status = 'synced' AND l.channel_status = 'in-review'))"
);
/// What it was told last counts: how it stands there was said before.
const OUT_OF_STOCK: &str = listings!(
    " AND l.status = 'active' AND l.sync_status = 'synced' AND NOT EXISTS (SELECT 1 FROM listing_variants t WHERE t.tenant_id = $1 \
     AND t.listing_id = l.id AND t.told_stock > 0) AND (l.channel_status = 'out-of-stock' OR (EXISTS (SELECT 1 FROM listing_variants t \
     WHERE t.tenant_id = $1 AND t.listing_id = l.id) AND NOT EXISTS (SELECT 1 FROM listing_variants t WHERE t.tenant_id = $1 \
     AND t.listing_id = l.id AND t.told_stock IS NULL)))"
);
const DRAFT: &str = listings!(" AND l.status = 'draft' AND l.sync_status NOT IN ('blocked', 'failed')");
const ENDED: &str =
    listings!(" AND l.sync_status = 'synced' AND (l.status = 'archived' OR l.channel_status = 'ended')");
const ON_SALE: &str = listings!(
    " AND l.status = 'active' AND l.sync_status = 'synced' AND l.channel_status IN ('active', 'out-of-stock')"
);
const COUNT: &str = "SELECT channel_id, sync_status, status, COALESCE(channel_status, '') AS channel_status, COUNT(*) AS number \
    FROM listings WHERE tenant_id = $1 AND ($2 = '' OR channel_id = $2) \
    AND channel_id IN (SELECT id FROM channels WHERE tenant_id = $1 AND removed_at IS NULL) \
    GROUP BY channel_id, sync_status, status, channel_status";
const STANDS: &str = "SELECT COUNT(*) FROM listings WHERE tenant_id = $1 AND channel_id = $2 \
    AND ((external_id IS NOT NULL AND COALESCE(channel_status, '') <> 'ended') OR sent_hash <> COALESCE(accepted_hash, ''))";
const LAST: &str = "SELECT MAX(last_synced_at) FROM listings WHERE tenant_id = $1 AND channel_id = $2";

impl Scoped {
    /// Newest first: one statement, however many.
    pub async fn find_listings(&self, query: &ListingQuery<'_>) -> Result<Vec<FoundListing>, StoreError> {
        let ListingQuery { words, channel, standing, before, limit } = *query;
        let (tenant, [one, two, three, four]) = (self.tenant().as_str(), patterns(words));
        let find = statement(standing);
        let rows = read_all!(self, Row, find, tenant, channel, before, one, two, three, four, limit)?;
        Ok(rows.into_iter().map(FoundListing::from).collect())
    }

    /// How many stand how; of one channel, or of all for "".
    pub async fn count_listings_by_standing(&self, channel: &str) -> Result<Vec<ListingCount>, StoreError> {
        Ok(read_all!(self, ListingCount, COUNT, self.tenant().as_str(), channel)?)
    }

    /// How many stand at the marketplace, or may.
    pub async fn count_listings_that_stand(&self, channel: &ChannelId) -> Result<i64, StoreError> {
        Ok(read_optional!(self, (i64,), STANDS, self.tenant().as_str(), channel.as_str())?
            .map_or(0, |(number,)| number))
    }

    /// When the marketplace took a listing of this channel last.
    pub async fn last_listing_synced_at(&self, channel: &ChannelId) -> Result<Option<Timestamp>, StoreError> {
        let row = read_optional!(self, (Option<Timestamp>,), LAST, self.tenant().as_str(), channel.as_str())?;
        Ok(row.and_then(|(at,)| at))
    }
}

impl From<Row> for FoundListing {
    fn from(row: Row) -> Self {
        let media = row.media.map(|media| media.0).unwrap_or_default();
        Self {
            picture: media.into_iter().find(|media| media.kind == MediaKind::Image).map(|media| media.url),
            in_doubt: row.in_doubt == 1,
            id: row.id,
            channel_id: row.channel_id,
            product_id: row.product_id,
            title: row.title,
            sku: row.sku,
            status: row.status,
            sync_status: row.sync_status,
            channel_status: row.channel_status,
            external_url: row.external_url,
            sync_error: row.sync_error,
            not_before: row.not_before,
            changed_at: row.changed_at,
            last_synced_at: row.last_synced_at,
            lowest: row.lowest,
            highest: row.highest,
            currency: row.currency,
            stock: row.stock,
        }
    }
}
