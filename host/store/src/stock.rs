//! Stock that marketplaces tell of without the product it belongs to.

use entrepot_domain::ChannelId;
use entrepot_domain::clock::Timestamp;
use sqlx::types::Json;

use crate::{Scoped, ScopedTx, StoreError};

/// Of a level that has no item of its own, its variant is the item.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KnownLevel {
    pub item: String,
    pub location_id: String,
    pub available: i64,
    /// Of when the number is, by the clock of this host.
    pub set_at: Timestamp,
    /// The latest date of the marketplace's own that it was told with, if any.
    pub told_at: Option<Timestamp>,
    /// The marketplace's id of the item that its product came of.
    pub product: String,
}

/// A number as it was told.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// By the marketplace's own date. Between two such dates, the later one counts, whichever comes first.
    pub at: Option<Timestamp>,
    /// Dates after this lie ahead of the marketplace's clock, and count for nothing.
    pub until: Timestamp,
    /// By the clock of this host: what was fetched after that is newer.
    pub as_of: Timestamp,
}

/// $5 what is available, $6 as of when, $7 now, $8 its date, $9 dates after this count for nothing.
macro_rules! of_item {
    ($sql:literal) => {
        concat!(
            $sql,
            " tenant_id = $1 AND COALESCE(item_id, variant_source_id) = $3 AND location_id = $4 AND NOT (\
             (told_at IS NOT NULL AND told_at > COALESCE($8, told_at) AND told_at <= $9) \
             OR ((told_at IS NULL OR $8 IS NULL) AND set_at > $6 AND set_at <= $7)) \
             AND product_id IN (SELECT id FROM products WHERE tenant_id = $1 AND channel_id = $2 AND deleted_at IS NULL)"
        )
    };
}

const KNOWN: [&str; 2] = select_by_ids!(
    "COALESCE(inventory_levels.item_id, inventory_levels.variant_source_id) AS item, inventory_levels.location_id, \
     inventory_levels.available, inventory_levels.set_at, inventory_levels.told_at, products.source_id AS product",
    "inventory_levels JOIN products ON products.tenant_id = inventory_levels.tenant_id AND products.id = inventory_levels.product_id",
    "inventory_levels.tenant_id = $1 AND products.channel_id = $2 AND products.deleted_at IS NULL",
    "COALESCE(inventory_levels.item_id, inventory_levels.variant_source_id)",
    ""
);
const CHANGED: &str = of_item!("SELECT DISTINCT product_id FROM inventory_levels WHERE available <> $5 AND");
const TOUCH: [&str; 2] =
    change_by_ids!("UPDATE products SET updated_at = $4 WHERE tenant_id = $1 AND channel_id = $2 AND id", "");
/// The raw item says something else about the stock now. When it comes again it must not pass for unchanged, even if it is the very
/// same: the stock may be back to what it was. And a page that was asked for before the number was told has stock that is older.
const OUTDATE: [&str; 2] = change_by_ids!(
    "UPDATE source_items SET content_hash = $4, fetched_at = CASE WHEN fetched_at < $5 THEN $5 ELSE fetched_at END \
     WHERE tenant_id = $1 AND channel_id = $2 AND product_id",
    ""
);
const SET: &str =
    of_item!("UPDATE inventory_levels SET available = $5, set_at = $10, told_at = COALESCE($8, told_at) WHERE");
/// Without those at `default`, as the interface calls it where a marketplace knows one place only: they are told with their products.
const COUNT: &str = "SELECT COUNT(*) FROM (SELECT DISTINCT COALESCE(l.item_id, l.variant_source_id), l.location_id FROM inventory_levels l \
    JOIN products p ON p.tenant_id = l.tenant_id AND p.id = l.product_id \
    WHERE l.tenant_id = $1 AND p.channel_id = $2 AND p.deleted_at IS NULL AND l.location_id <> 'default') AS known";
/// No hash of anything.
const OUTDATED: [u8; 32] = [0; 32];

impl Scoped {
    /// How many levels of the channel are known, each item's at each place once.
    pub async fn count_levels(&self, channel: &ChannelId) -> Result<i64, StoreError> {
        let row = read_optional!(self, (i64,), COUNT, self.tenant().as_str(), channel.as_str())?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// The levels of these items.
    pub async fn known_levels(&self, channel: &ChannelId, items: &[&str]) -> Result<Vec<KnownLevel>, StoreError> {
        let tenant = self.tenant().as_str();
        Ok(read_all_forked!(self, KnownLevel, KNOWN, tenant, channel.as_str(), Json(items))?)
    }
}

impl ScopedTx {
    /// Sets what is available of an item at a place. False: no such level is known.
    pub async fn set_stock(
        &mut self,
        channel: &ChannelId,
        item_id: &str,
        location_id: &str,
        available: i64,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        self.set_stock_as_of(channel, item_id, location_id, available, now).await
    }

    /// The number is of that moment: what was told since then stays. False: there is no level that it could be set at.
    pub async fn set_stock_as_of(
        &mut self,
        channel: &ChannelId,
        item_id: &str,
        location_id: &str,
        available: i64,
        as_of: Timestamp,
    ) -> Result<bool, StoreError> {
        let told = Told { at: None, until: 0, as_of };
        self.set_level(channel, (item_id, location_id), available, told, as_of).await
    }

    /// The number comes with a date: nothing newer is overwritten. False: as above.
    pub async fn set_stock_told(
        &mut self,
        channel: &ChannelId,
        item_id: &str,
        location_id: &str,
        available: i64,
        told: Told,
    ) -> Result<bool, StoreError> {
        // A page that is on its way does not replace it.
        let now = self.clock.now();
        self.set_level(channel, (item_id, location_id), available, told, now).await
    }

    async fn set_level(
        &mut self,
        channel: &ChannelId,
        (item, location): (&str, &str),
        available: i64,
        Told { at, until, as_of }: Told,
        set_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let (tenant, channel, now) = (self.tenant.clone(), channel.as_str(), self.clock.now());
        let tenant = tenant.as_str();
        type Row = (String,);
        let changed =
            tx_all!(&mut self.tx, Row, CHANGED, tenant, channel, item, location, available, as_of, now, at, until)?;
        if !changed.is_empty() {
            let products: Vec<&str> = changed.iter().map(|(product,)| product.as_str()).collect();
            execute_forked!(&mut self.tx, TOUCH, tenant, channel, Json(&products), now)?;
            execute_forked!(&mut self.tx, OUTDATE, tenant, channel, Json(&products), OUTDATED.as_slice(), set_at)?;
            self.touch_listings(&products).await?;
        }
        let set =
            execute!(&mut self.tx, SET, tenant, channel, item, location, available, as_of, now, at, until, set_at)?;
        Ok(set > 0)
    }
}
