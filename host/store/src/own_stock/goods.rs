//! Which variants are goods that are counted here: those with the item's SKU, and those linked with one of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use entrepot_domain::stock::{StockLevel, bundles};
use sqlx::types::Json;

use super::LevelRow;
use crate::{Scoped, ScopedTx, StoreError};

/// How many of a variant can be sold, by our own count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnStock {
    pub product_id: String,
    pub variant_id: String,
    pub item_id: String,
    /// None: it is not counted.
    pub available: Option<i64>,
}

/// A variant that is of an item's goods.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CountedVariant {
    pub product_id: String,
    pub variant_id: String,
    pub channel_id: String,
    pub title: String,
    pub sku: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Counted {
    product_id: String,
    variant_id: String,
    item_id: String,
    kind: String,
}

#[derive(sqlx::FromRow)]
struct Part {
    item_id: String,
    part_id: String,
    units: i64,
    kind: String,
}

const BY_SKU: [&str; 2] = select_by_ids!(
    "v.product_id, v.source_id AS variant_id, i.id AS item_id, i.kind",
    "variants v JOIN stock_items i ON i.tenant_id = v.tenant_id AND i.sku = v.sku",
    "v.tenant_id = $1 AND $2 = $2",
    "v.product_id",
    "ORDER BY item_id"
);
const BY_LINK: [&str; 2] = select_by_ids!(
    "m.product_id, m.variant_id, i.id AS item_id, i.kind",
    "link_members m JOIN link_members o ON o.tenant_id = m.tenant_id AND o.link_id = m.link_id \
     JOIN variants v ON v.tenant_id = o.tenant_id AND v.product_id = o.product_id AND v.source_id = o.variant_id \
     JOIN stock_items i ON i.tenant_id = v.tenant_id AND i.sku = v.sku",
    "m.tenant_id = $1 AND $2 = $2",
    "m.product_id",
    "ORDER BY item_id"
);
const PARTS: [&str; 2] = select_by_ids!(
    "b.item_id, b.part_id, b.units, i.kind",
    "bundle_parts b JOIN stock_items i ON i.tenant_id = b.tenant_id AND i.id = b.part_id",
    "b.tenant_id = $1 AND $2 = $2",
    "b.item_id",
    ""
);
const VARIANTS: &str = "SELECT p.id AS product_id, v.source_id AS variant_id, p.channel_id, p.title, v.sku FROM (\
    SELECT product_id, source_id FROM variants WHERE tenant_id = $1 AND sku = $2 \
    UNION SELECT m.product_id, m.variant_id FROM variants w JOIN link_members o ON o.tenant_id = w.tenant_id AND o.product_id = w.product_id \
    AND o.variant_id = w.source_id JOIN link_members m ON m.tenant_id = o.tenant_id AND m.link_id = o.link_id \
    WHERE w.tenant_id = $1 AND w.sku = $2) g \
    JOIN variants v ON v.tenant_id = $1 AND v.product_id = g.product_id AND v.source_id = g.source_id \
    JOIN products p ON p.tenant_id = $1 AND p.id = v.product_id AND p.deleted_at IS NULL ORDER BY p.id, v.position";
/// Products whose listings tell of goods with this SKU.
const PRODUCTS: &str = "SELECT v.product_id FROM variants v WHERE v.tenant_id = $1 AND v.sku = $2 \
    UNION SELECT m.product_id FROM variants v JOIN link_members o ON o.tenant_id = v.tenant_id AND o.product_id = v.product_id \
    AND o.variant_id = v.source_id JOIN link_members m ON m.tenant_id = o.tenant_id AND m.link_id = o.link_id \
    WHERE v.tenant_id = $1 AND v.sku = $2";
const SKUS_OF_BUNDLES: &str = "SELECT i.sku FROM bundle_parts b JOIN stock_items i ON i.tenant_id = b.tenant_id AND i.id = b.item_id \
    WHERE b.tenant_id = $1 AND b.part_id = $2";
const SKUS_AT: &str = "SELECT i.sku FROM stock_levels s JOIN stock_items i ON i.tenant_id = s.tenant_id AND i.id = s.item_id \
    WHERE s.tenant_id = $1 AND s.location = $2 UNION SELECT i.sku FROM stock_levels s \
    JOIN bundle_parts b ON b.tenant_id = s.tenant_id AND b.part_id = s.item_id \
    JOIN stock_items i ON i.tenant_id = b.tenant_id AND i.id = b.item_id WHERE s.tenant_id = $1 AND s.location = $2";

impl Scoped {
    /// Of these products the variants that are counted here. Where several items could be meant, the one of the variant's own SKU is.
    pub async fn own_stock(&self, products: &[&str]) -> Result<Vec<OwnStock>, StoreError> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        let tenant = self.tenant().as_str();
        let mut counted = read_all_forked!(self, Counted, BY_SKU, tenant, "", Json(products))?;
        counted.extend(read_all_forked!(self, Counted, BY_LINK, tenant, "", Json(products))?);
        let mut known = HashSet::new();
        counted.retain(|of| known.insert((of.product_id.clone(), of.variant_id.clone())));
        counted.retain(|of| of.kind != "shop");
        let items: Vec<(&str, &str)> = counted.iter().map(|of| (of.item_id.as_str(), of.kind.as_str())).collect();
        let available = self.available(&items).await?;
        let own = counted.into_iter().map(|Counted { product_id, variant_id, item_id, .. }| {
            let available = available.get(&item_id).copied().flatten();
            OwnStock { product_id, variant_id, item_id, available }
        });
        Ok(own.collect())
    }

    /// Of items with their kind, how many can be sold; none: it is not counted.
    pub async fn available(&self, items: &[(&str, &str)]) -> Result<BTreeMap<String, Option<i64>>, StoreError> {
        if items.is_empty() {
            return Ok(BTreeMap::new());
        }
        let tenant = self.tenant().as_str();
        let of_kind = |wanted: &str| {
            let ids = items.iter().filter(|(_, kind)| *kind == wanted).map(|(id, _)| *id);
            ids.collect::<HashSet<&str>>().into_iter().collect::<Vec<_>>()
        };
        let composed = of_kind("bundle");
        let parts = match composed.is_empty() {
            true => Vec::new(),
            false => read_all_forked!(self, Part, PARTS, tenant, "", Json(&composed))?,
        };
        let mut simple: Vec<&str> = of_kind("simple");
        simple.extend(parts.iter().filter(|part| part.kind == "simple").map(|part| part.part_id.as_str()));
        simple.sort_unstable();
        simple.dedup();
        let mut sums: HashMap<String, i64> = HashMap::new();
        for level in self.stock_levels(&simple).await?.iter().filter(|level| level.enabled != 0) {
            let sum = sums.entry(level.item_id.clone()).or_default();
            *sum = sum.saturating_add(StockLevel::from(level).available());
        }
        let sum = |id: &str| sums.get(id).copied().unwrap_or_default();
        let of = |(id, kind): &(&str, &str)| {
            let available = match *kind {
                "simple" => Some(sum(id)),
                "bundle" => {
                    let counted = parts.iter().filter(|part| part.item_id == *id && part.kind == "simple");
                    bundles(counted.map(|part| (sum(&part.part_id), part.units)))
                }
                _ => None,
            };
            ((*id).to_owned(), available)
        };
        Ok(items.iter().map(of).collect())
    }

    /// The variants that are these goods, of whatever channel.
    pub async fn counted_variants(&self, sku: &str) -> Result<Vec<CountedVariant>, StoreError> {
        Ok(read_all!(self, CountedVariant, VARIANTS, self.tenant().as_str(), sku)?)
    }
}

impl ScopedTx {
    /// Has listings of an item's goods looked at, and of the bundles that it is part of.
    pub async fn touch_listings_of_goods(&mut self, item: &str, sku: &str) -> Result<(), StoreError> {
        let tenant = self.tenant.as_str();
        let mut skus = vec![(sku.to_owned(),)];
        skus.extend(tx_all!(&mut self.tx, (String,), SKUS_OF_BUNDLES, tenant, item)?);
        self.touch_listings_of_skus(skus).await
    }

    /// Likewise, of all goods at a location.
    pub async fn touch_listings_at(&mut self, location: &str) -> Result<(), StoreError> {
        let tenant = self.tenant.as_str();
        let skus = tx_all!(&mut self.tx, (String,), SKUS_AT, tenant, location)?;
        self.touch_listings_of_skus(skus).await
    }

    async fn touch_listings_of_skus(&mut self, skus: Vec<(String,)>) -> Result<(), StoreError> {
        for (sku,) in skus {
            let products = tx_all!(&mut self.tx, (String,), PRODUCTS, self.tenant.as_str(), sku)?;
            let products: Vec<&str> = products.iter().map(|(id,)| id.as_str()).collect();
            self.touch_listings(&products).await?;
        }
        Ok(())
    }
}

impl From<&LevelRow> for StockLevel {
    fn from(row: &LevelRow) -> Self {
        Self { on_hand: row.on_hand, reserved: row.reserved, buffer: row.buffer }
    }
}
