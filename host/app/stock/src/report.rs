//! How many can be sold, and why so many.

use std::collections::HashMap;

use entrepot_core::AppError;
use entrepot_domain::TenantId;
use entrepot_domain::catalog::Inventory;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::stock::StockLevel;
use entrepot_store::Scoped;
use entrepot_store::own_stock::{CountedVariant, StockItemRow};
use serde::Serialize;

use crate::goods::{Kind, PartOf};
use crate::{Stock, check_sku};

pub use entrepot_listings::ListedStock;

/// What is counted here, in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ItemReport {
    pub sku: String,
    /// simple, bundle, untracked, shop
    pub kind: String,
    pub on_hand: i64,
    /// Of it, how many can be sold; none: it is not counted, or by its shop.
    pub available: Option<i64>,
    pub updated_at: Timestamp,
}

/// How many lie somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LevelReport {
    pub location: String,
    pub on_hand: i64,
    pub reserved: i64,
    pub buffer: i64,
    /// What can be sold of it.
    pub available: i64,
    /// False: the location is out of use, and nothing there is for sale.
    pub enabled: bool,
    pub changed_at: Timestamp,
}

/// A variant that is of these goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StockVariant {
    pub channel: String,
    pub product: String,
    pub variant: String,
    pub title: String,
    /// Its own. Another one than that of the goods: it is linked with them.
    pub sku: Option<String>,
}

/// How many a shop tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShopLevel {
    pub channel: String,
    pub product: String,
    pub variant: String,
    /// None: it is not counted there.
    pub available: Option<i64>,
}

/// Pieces that are promised to a buyer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reservation {
    pub order: String,
    pub quantity: i64,
    /// None: until the order is shipped or cancelled.
    pub until: Option<Timestamp>,
}

/// The stock of goods, with everything that makes the number.
#[derive(Clone, Debug, Serialize)]
pub struct StockReport {
    pub sku: String,
    /// The SKU that these goods are counted under: they are linked with goods of it. None: their own.
    pub counted_as: Option<String>,
    /// simple, bundle, untracked, shop
    pub kind: String,
    /// At locations in use, like the two that follow.
    pub on_hand: i64,
    pub reserved: i64,
    pub buffer: i64,
    /// How many can be sold; none: it is not counted, or by the shops below.
    pub available: Option<i64>,
    pub levels: Vec<LevelReport>,
    /// Of a bundle, what it is made of.
    pub parts: Vec<PartOf>,
    /// Promised to buyers. Empty as long as no orders are imported.
    pub reservations: Vec<Reservation>,
    pub variants: Vec<StockVariant>,
    pub shops: Vec<ShopLevel>,
    pub listings: Vec<ListedStock>,
}

impl Stock {
    /// Ordered by SKU, from after `after`.
    pub async fn list(&self, tenant: &TenantId, after: &str, limit: i64) -> Result<Vec<ItemReport>, AppError> {
        let scoped = self.services.db().tenant(tenant);
        let items = scoped.stock_items(after, limit).await?;
        let kinds: Vec<(&str, &str)> = items.iter().map(|item| (item.id.as_str(), item.kind.as_str())).collect();
        let available = scoped.available(&kinds).await?;
        let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        let mut on_hand: HashMap<String, i64> = HashMap::new();
        for level in scoped.stock_levels(&ids).await? {
            *on_hand.entry(level.item_id).or_default() += level.on_hand;
        }
        let report = |item: StockItemRow| ItemReport {
            on_hand: on_hand.get(&item.id).copied().unwrap_or_default(),
            available: available.get(&item.id).copied().flatten(),
            sku: item.sku,
            kind: item.kind,
            updated_at: item.updated_at,
        };
        Ok(items.into_iter().map(report).collect())
    }

    /// Goods that nobody counted here are counted by their shops.
    pub async fn show(&self, tenant: &TenantId, sku: &str) -> Result<StockReport, AppError> {
        check_sku(sku)?;
        let scoped = self.services.db().tenant(tenant);
        let mut item = scoped.stock_item(sku).await?;
        let mut counted_as = None;
        if item.is_none() {
            item = crate::counted_as(&scoped, sku).await?;
            counted_as = item.as_ref().map(|item| item.sku.clone());
        }
        let mut variants = scoped.counted_variants(counted_as.as_deref().unwrap_or(sku)).await?;
        // Linked goods that are counted under their own SKU are none of these.
        if let Some(item) = &item {
            let products: Vec<&str> = variants.iter().map(|of| of.product_id.as_str()).collect();
            let others = scoped.own_stock(&products).await?;
            let is_other = |of: &CountedVariant| {
                let own = others.iter().find(|own| own.product_id == of.product_id && own.variant_id == of.variant_id);
                own.is_some_and(|own| own.item_id != item.id)
            };
            variants.retain(|of| !is_other(of));
        }
        if item.is_none() && variants.is_empty() {
            return Err(AppError::NoStockItem(sku.to_owned()));
        }
        let (id, kind) = item.map_or((String::new(), Kind::Shop.as_str().to_owned()), |item| (item.id, item.kind));
        let levels: Vec<LevelReport> = match id.is_empty() {
            true => Vec::new(),
            false => scoped.stock_levels(&[&id]).await?.iter().map(level).collect(),
        };
        let in_use = || levels.iter().filter(|level| level.enabled);
        let sum = |of: fn(&LevelReport) -> i64| in_use().map(of).fold(0, i64::saturating_add);
        let goods: Vec<(String, String)> =
            variants.iter().map(|of| (of.product_id.clone(), of.variant_id.clone())).collect();
        Ok(StockReport {
            sku: sku.to_owned(),
            counted_as,
            on_hand: sum(|level| level.on_hand),
            reserved: sum(|level| level.reserved),
            buffer: sum(|level| level.buffer),
            available: scoped.available(&[(&id, &kind)]).await?.remove(&id).flatten(),
            parts: self.parts(&scoped, &id, &kind).await?,
            reservations: Vec::new(),
            shops: self.shops(&scoped, &goods).await?,
            listings: self.listings.listed_stock(tenant, &goods).await?,
            variants: variants.into_iter().map(StockVariant::from).collect(),
            levels,
            kind,
        })
    }

    async fn parts(&self, scoped: &Scoped, item: &str, kind: &str) -> Result<Vec<PartOf>, AppError> {
        if kind != Kind::Bundle.as_str() {
            return Ok(Vec::new());
        }
        let parts = scoped.bundle_parts(item).await?;
        let kinds: Vec<(&str, &str)> = parts.iter().map(|part| (part.part_id.as_str(), part.kind.as_str())).collect();
        let available = scoped.available(&kinds).await?;
        let part = |part: &entrepot_store::own_stock::PartRow| PartOf {
            sku: part.sku.clone(),
            units: part.units,
            available: available.get(&part.part_id).copied().flatten(),
        };
        Ok(parts.iter().map(part).collect())
    }

    async fn shops(&self, scoped: &Scoped, goods: &[(String, String)]) -> Result<Vec<ShopLevel>, AppError> {
        let ids: Vec<&str> = goods.iter().map(|(product, _)| product.as_str()).collect();
        let mut shops = Vec::new();
        for found in scoped.products_with_ids(&ids).await? {
            let id = found.id.to_string();
            for variant in found.product.variants {
                if !goods.iter().any(|(product, of)| *product == id && *of == variant.source_id) {
                    continue;
                }
                let available = match &variant.inventory {
                    Inventory::Untracked(_) => None,
                    Inventory::Tracked(levels) => {
                        Some(levels.iter().fold(0, |sum: i64, level| sum.saturating_add(level.available)))
                    }
                };
                let (channel, product, variant) = (found.channel_id.to_string(), id.clone(), variant.source_id);
                shops.push(ShopLevel { channel, product, variant, available });
            }
        }
        Ok(shops)
    }
}

fn level(row: &entrepot_store::own_stock::LevelRow) -> LevelReport {
    LevelReport {
        location: row.location.clone(),
        on_hand: row.on_hand,
        reserved: row.reserved,
        buffer: row.buffer,
        available: if row.enabled != 0 { StockLevel::from(row).available() } else { 0 },
        enabled: row.enabled != 0,
        changed_at: row.changed_at,
    }
}

impl From<CountedVariant> for StockVariant {
    fn from(row: CountedVariant) -> Self {
        let CountedVariant { product_id, variant_id, channel_id, title, sku } = row;
        Self { channel: channel_id, product: product_id, variant: variant_id, title, sku }
    }
}
