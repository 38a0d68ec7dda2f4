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

use crate::{Scoped, StoreError};

mod sizes;

/// A product and whose it is.
#[derive(Clone, Debug)]
pub struct StoredProduct {
    pub id: ProductId,
    pub channel_id: ChannelId,
    pub product: Product,
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
    tags: Json<Vec<String>>,
    options: Json<Vec<OptionAxis>>,
    media: Json<Vec<Media>>,
    collections: Json<Vec<String>>,
    attributes: Json<Vec<Attribute>>,
    seo: Option<Json<Seo>>,
    warnings: Json<Vec<Issue>>,
    extras: Json<Value>,
    source_created_at: Option<Timestamp>,
    source_updated_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct VariantRow {
    product_id: String,
    source_id: String,
    sku: Option<String>,
    gtin: Option<String>,
    mpn: Option<String>,
    title: Option<String>,
    option_values: Json<Vec<String>>,
    enabled: bool,
    currency: Option<String>,
    price: Option<i64>,
    compare_at: Option<i64>,
    cost: Option<i64>,
    sale: Option<Json<Sale>>,
    weight: Option<Json<Weight>>,
    dimensions: Option<Json<Dimensions>>,
    taxable: Option<bool>,
    tax_class: Option<String>,
    requires_shipping: Option<bool>,
    in_stock: Option<bool>,
    media_ids: Json<Vec<String>>,
    extras: Json<Value>,
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

macro_rules! product_columns {
    () => {
        "SELECT id, channel_id, source_id, title, description_html, summary_html, status, url, handle, brand, product_type, tags, \
         options, media, collections, attributes, seo, warnings, extras, source_created_at, source_updated_at FROM products "
    };
}
const BY_CHANNEL: &str = concat!(
    product_columns!(),
    "WHERE tenant_id = $1 AND channel_id = $2 AND source_id > $3 AND deleted_at IS NULL ORDER BY source_id LIMIT $4"
);
const BY_TENANT: &str =
    concat!(product_columns!(), "WHERE tenant_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3");
const ONE: &str = concat!(product_columns!(), "WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL");
const COUNT: &str = "SELECT COUNT(*) FROM products WHERE tenant_id = $1 AND channel_id = $2 AND deleted_at IS NULL";
const VARIANTS: [&str; 2] = select_by_ids!(
    "product_id, source_id, sku, gtin, mpn, title, option_values, enabled, currency, price, compare_at, cost, sale, weight, \
     dimensions, taxable, tax_class, requires_shipping, in_stock, media_ids, extras, position",
    "variants",
    "tenant_id = $1 AND $2 = $2",
    "product_id",
    "ORDER BY product_id, position"
);
const LEVELS: [&str; 2] = select_by_ids!(
    "product_id, variant_source_id, location_id, location_name, item_id, available, backorder",
    "inventory_levels",
    "tenant_id = $1 AND $2 = $2",
    "product_id",
    "ORDER BY product_id, variant_source_id, location_id"
);
const COLLECTIONS: [&str; 2] =
    select_by_ids!("source_id, title, path", "collections", "tenant_id = $1 AND channel_id = $2", "source_id", "");

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

    pub async fn count_products(&self, channel: &ChannelId) -> Result<i64, StoreError> {
        let row = read_optional!(self, (i64,), COUNT, self.tenant().as_str(), channel.as_str())?;
        Ok(row.map_or(0, |(count,)| count))
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
        let mut variants: HashMap<String, Vec<Variant>> = HashMap::new();
        for row in read_all_forked!(self, VariantRow, VARIANTS, tenant, "", &ids)? {
            let stock = levels.remove(&(row.product_id.clone(), row.source_id.clone())).unwrap_or_default();
            variants.entry(row.product_id.clone()).or_default().push(row.into_variant(stock));
        }
        let collections = self.collections_of(&rows).await?;
        rows.into_iter()
            .map(|row| {
                let variants = variants.remove(&row.id).unwrap_or_default();
                row.into_product(variants, &collections)
            })
            .collect()
    }

    async fn collections_of(&self, rows: &[ProductRow]) -> Result<HashMap<(String, String), Collection>, StoreError> {
        type Row = (String, String, Json<Vec<String>>);
        let mut wanted: HashMap<&str, Vec<&str>> = HashMap::new();
        for row in rows {
            wanted.entry(&row.channel_id).or_default().extend(row.collections.iter().map(String::as_str));
        }
        let mut found = HashMap::new();
        for (channel, mut ids) in wanted {
            ids.sort_unstable();
            ids.dedup();
            for (source_id, title, Json(path)) in
                read_all_forked!(self, Row, COLLECTIONS, self.tenant().as_str(), channel, Json(&ids))?
            {
                found.insert((channel.to_owned(), source_id.clone()), Collection { source_id, title, path });
            }
        }
        Ok(found)
    }
}

impl VariantRow {
    fn into_variant(self, levels: Vec<Level>) -> Variant {
        let currency = self.currency.unwrap_or_default();
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency.clone()));
        Variant {
            source_id: self.source_id,
            sku: self.sku,
            gtin: self.gtin,
            mpn: self.mpn,
            title: self.title,
            option_values: self.option_values.0,
            enabled: self.enabled,
            price: money(self.price),
            compare_at: money(self.compare_at),
            cost: money(self.cost),
            sale: self.sale.map(|json| json.0),
            weight: self.weight.map(|json| json.0),
            dimensions: self.dimensions.map(|json| json.0),
            taxable: self.taxable,
            tax_class: self.tax_class,
            requires_shipping: self.requires_shipping,
            inventory: self.in_stock.map_or_else(|| Inventory::Tracked(levels), Inventory::Untracked),
            media_ids: self.media_ids.0,
            extras: self.extras.0,
        }
    }
}

impl ProductRow {
    fn into_product(
        self,
        variants: Vec<Variant>,
        collections: &HashMap<(String, String), Collection>,
    ) -> Result<StoredProduct, StoreError> {
        let status = match self.status.as_str() {
            "active" => ProductStatus::Active,
            "draft" => ProductStatus::Draft,
            "archived" => ProductStatus::Archived,
            other => return Err(StoreError::Corrupt(format!("product {} has the status {other:?}", self.id))),
        };
        let collections = self
            .collections
            .iter()
            .filter_map(|id| collections.get(&(self.channel_id.clone(), id.clone())).cloned())
            .collect();
        Ok(StoredProduct {
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
                tags: self.tags.0,
                options: self.options.0,
                variants,
                media: self.media.0,
                collections,
                attributes: self.attributes.0,
                seo: self.seo.map(|json| json.0),
                created_at: self.source_created_at,
                updated_at: self.source_updated_at,
                warnings: self.warnings.0,
                extras: self.extras.0,
            },
        })
    }
}
