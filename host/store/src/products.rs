//! Reading the canonical catalogue.

use std::collections::HashMap;

use entrepot_domain::catalog::{
    Attribute, Collection, Dimensions, Inventory, Issue, Level, Media, OptionAxis, Product, ProductStatus, Sale, Seo,
    Variant, Weight,
};
use entrepot_domain::clock::Timestamp;
use entrepot_domain::{ChannelId, Money, ProductId};
use serde_json::Value;
use sqlx::types::Json;

use crate::{Lenient, Scoped, StoreError};

mod sizes;
mod statements;
mod stored;
mod times;

use statements::{BY_CHANNEL, BY_TENANT, COLLECTIONS, LEVELS, ONE, VARIANTS, WITH_IDS};
use stored::{Stored, part, some};
pub use times::ProductTimes;

/// A product and whose it is.
#[derive(Clone, Debug)]
pub struct StoredProduct {
    pub id: ProductId,
    pub channel_id: ChannelId,
    pub product: Product,
    /// When it was last written as it is now, here.
    pub updated_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ProductRow {
    id: String,
    channel_id: String,
    source_id: String,
    title: String,
    description_html: Option<String>,
    summary_html: Option<String>,
    status: String,
    url: Option<String>,
    handle: Option<String>,
    brand: Option<String>,
    product_type: Option<String>,
    tags: Stored<Vec<String>>,
    options: Stored<Vec<OptionAxis>>,
    media: Stored<Vec<Media>>,
    collections: Stored<Vec<String>>,
    attributes: Stored<Vec<Attribute>>,
    seo: Option<Stored<Seo>>,
    warnings: Stored<Vec<Issue>>,
    extras: Stored<Value>,
    source_created_at: Option<Timestamp>,
    source_updated_at: Option<Timestamp>,
    updated_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct VariantRow {
    product_id: String,
    source_id: String,
    sku: Option<String>,
    gtin: Option<String>,
    mpn: Option<String>,
    title: Option<String>,
    option_values: Stored<Vec<String>>,
    enabled: bool,
    currency: Option<String>,
    price: Option<i64>,
    compare_at: Option<i64>,
    cost: Option<i64>,
    sale: Option<Stored<Sale>>,
    weight: Option<Stored<Weight>>,
    dimensions: Option<Stored<Dimensions>>,
    taxable: Option<bool>,
    tax_class: Option<String>,
    requires_shipping: Option<bool>,
    in_stock: Option<bool>,
    media_ids: Stored<Vec<String>>,
    extras: Stored<Value>,
}

#[derive(sqlx::FromRow)]
struct LevelRow {
    product_id: String,
    variant_source_id: String,
    location_id: String,
    location_name: Option<String>,
    item_id: Option<String>,
    available: i64,
    backorder: bool,
}

impl Scoped {
    /// Products of a channel ordered by source id, from after `after`; fewer than `limit` where they are large.
    pub async fn products_of(
        &self,
        channel: &ChannelId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<StoredProduct>, StoreError> {
        let (tenant, limit) = (self.tenant().as_str(), self.products_that_fit(channel, after, limit).await?);
        let rows = read_all!(self, ProductRow, BY_CHANNEL, tenant, channel.as_str(), after, limit)?;
        self.complete(rows).await
    }

    /// Products of all channels ordered by id, from after `after`; fewer than `limit` where they are large.
    pub async fn products(&self, after: &str, limit: i64) -> Result<Vec<StoredProduct>, StoreError> {
        let tenant = self.tenant().as_str();
        let limit = self.any_products_that_fit(after, limit).await?;
        let rows = read_all!(self, ProductRow, BY_TENANT, tenant, after, limit)?;
        self.complete(rows).await
    }

    pub async fn product(&self, id: &ProductId) -> Result<Option<StoredProduct>, StoreError> {
        let row = read_optional!(self, ProductRow, ONE, self.tenant().as_str(), id.as_str())?;
        Ok(self.complete(row.into_iter().collect()).await?.pop())
    }

    /// Those of these ids that are there, in any order.
    pub async fn products_with_ids(&self, ids: &[&str]) -> Result<Vec<StoredProduct>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = read_all_forked!(self, ProductRow, WITH_IDS, self.tenant().as_str(), "", Json(ids))?;
        self.complete(rows).await
    }

    /// Adds variants, stock and collections: four statements, however many products.
    async fn complete(&self, rows: Vec<ProductRow>) -> Result<Vec<StoredProduct>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let tenant = self.tenant().as_str();
        let ids = Json(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>());
        let mut levels: HashMap<(String, String), Vec<Level>> = HashMap::new();
        for row in read_all_forked!(self, LevelRow, LEVELS, tenant, "", &ids)? {
            let LevelRow { product_id, variant_source_id, location_id, location_name, item_id, available, backorder } =
                row;
            let level = Level { location_id, location_name, available, item_id, backorder };
            levels.entry((product_id, variant_source_id)).or_default().push(level);
        }
        let mut variants: HashMap<String, (Vec<Variant>, Vec<Issue>)> = HashMap::new();
        for row in read_all_forked!(self, VariantRow, VARIANTS, tenant, "", &ids)? {
            let stock = levels.remove(&(row.product_id.clone(), row.source_id.clone())).unwrap_or_default();
            let (of_product, damaged) = variants.entry(row.product_id.clone()).or_default();
            of_product.push(row.into_variant(stock, damaged));
        }
        let collections = self.collections_of(&rows).await?;
        let complete = |row: ProductRow| {
            let (variants, damaged) = variants.remove(&row.id).unwrap_or_default();
            row.into_product(variants, damaged, &collections)
        };
        Ok(rows.into_iter().map(complete).collect())
    }

    async fn collections_of(&self, rows: &[ProductRow]) -> Result<HashMap<(String, String), Collection>, StoreError> {
        type Row = (String, String, Stored<Vec<String>>);
        let mut wanted: HashMap<&str, Vec<&str>> = HashMap::new();
        for row in rows {
            wanted.entry(&row.channel_id).or_default().extend(row.collections.iter().flatten().map(String::as_str));
        }
        let mut found = HashMap::new();
        for (channel, mut ids) in wanted {
            ids.sort_unstable();
            ids.dedup();
            for (source_id, title, Lenient(path)) in
                read_all_forked!(self, Row, COLLECTIONS, self.tenant().as_str(), channel, Json(&ids))?
            {
                let path = path.unwrap_or_default();
                found.insert((channel.to_owned(), source_id.clone()), Collection { source_id, title, path });
            }
        }
        Ok(found)
    }
}

impl VariantRow {
    fn into_variant(self, levels: Vec<Level>, damaged: &mut Vec<Issue>) -> Variant {
        let id = self.source_id.clone();
        let place = |field: &str| format!("/variants/{id}/{field}");
        let currency = self.currency.unwrap_or_default();
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency.clone()));
        Variant {
            source_id: self.source_id,
            sku: self.sku,
            gtin: self.gtin,
            mpn: self.mpn,
            title: self.title,
            option_values: part(self.option_values, &place("option_values"), damaged),
            enabled: self.enabled,
            price: money(self.price),
            compare_at: money(self.compare_at),
            cost: money(self.cost),
            sale: self.sale.and_then(|stored| part(some(stored), &place("sale"), damaged)),
            weight: self.weight.and_then(|stored| part(some(stored), &place("weight"), damaged)),
            dimensions: self.dimensions.and_then(|stored| part(some(stored), &place("dimensions"), damaged)),
            taxable: self.taxable,
            tax_class: self.tax_class,
            requires_shipping: self.requires_shipping,
            inventory: self.in_stock.map_or_else(|| Inventory::Tracked(levels), Inventory::Untracked),
            media_ids: part(self.media_ids, &place("media_ids"), damaged),
            extras: part(self.extras, &place("extras"), damaged),
        }
    }
}

impl ProductRow {
    fn into_product(
        self,
        variants: Vec<Variant>,
        mut damaged: Vec<Issue>,
        collections: &HashMap<(String, String), Collection>,
    ) -> StoredProduct {
        let damaged = &mut damaged;
        let status = match self.status.as_str() {
            "active" => ProductStatus::Active,
            "archived" => ProductStatus::Archived,
            "draft" => ProductStatus::Draft,
            _ => {
                part::<()>(Lenient(None), "/status", damaged);
                ProductStatus::Draft
            }
        };
        let collections = self
            .collections
            .iter()
            .flatten()
            .filter_map(|id| collections.get(&(self.channel_id.clone(), id.clone())).cloned())
            .collect();
        if self.collections.is_none() {
            part(self.collections, "/collections", damaged);
        }
        let mut product = StoredProduct {
            id: ProductId::from(self.id),
            channel_id: ChannelId::from(self.channel_id),
            product: Product {
                source_id: self.source_id,
                title: self.title,
                description_html: self.description_html,
                summary_html: self.summary_html,
                status,
                url: self.url,
                handle: self.handle,
                brand: self.brand,
                product_type: self.product_type,
                tags: part(self.tags, "/tags", damaged),
                options: part(self.options, "/options", damaged),
                variants,
                media: part(self.media, "/media", damaged),
                collections,
                attributes: part(self.attributes, "/attributes", damaged),
                seo: self.seo.and_then(|stored| part(some(stored), "/seo", damaged)),
                created_at: self.source_created_at,
                updated_at: self.source_updated_at,
                warnings: part(self.warnings, "/warnings", damaged),
                extras: part(self.extras, "/extras", damaged),
            },
            updated_at: self.updated_at,
        };
        product.product.warnings.append(damaged);
        product
    }
}
