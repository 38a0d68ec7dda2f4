//! Writing the canonical catalogue, a page at a time.
// See docs/decisions/0047-catalogue-storage.md

use std::collections::HashMap;

use entrepot_domain::ChannelId;
use entrepot_domain::catalog::{Collection, Inventory, Product, limits};
use entrepot_domain::clock::Timestamp;
use serde::Serialize;
use sqlx::types::Json;

use crate::bulk::{self, Column};
use crate::{ScopedTx, StoreError};

/// A product to be written under the id it has or gets.
pub struct ProductWrite<'a> {
    pub id: &'a str,
    /// False: no row of it exists, so none has to be looked for.
    pub exists: bool,
    pub product: &'a Product,
}

const INSERT_PRODUCTS: &str = "INSERT INTO products (tenant_id, id, channel_id, source_id, title, description_html, summary_html, \
    status, url, handle, brand, product_type, tags, options, media, collections, attributes, seo, warnings, extras, \
    source_created_at, source_updated_at, created_at, updated_at, size)";
const UPSERT_PRODUCTS: &str = "ON CONFLICT (tenant_id, id) DO UPDATE SET title = excluded.title, \
    description_html = excluded.description_html, summary_html = excluded.summary_html, status = excluded.status, \
    url = excluded.url, handle = excluded.handle, brand = excluded.brand, product_type = excluded.product_type, \
    tags = excluded.tags, options = excluded.options, media = excluded.media, collections = excluded.collections, \
    attributes = excluded.attributes, seo = excluded.seo, warnings = excluded.warnings, extras = excluded.extras, \
    source_created_at = excluded.source_created_at, source_updated_at = excluded.source_updated_at, \
    updated_at = excluded.updated_at, deleted_at = NULL, size = excluded.size";
const INSERT_VARIANTS: &str = "INSERT INTO variants (tenant_id, product_id, source_id, position, sku, gtin, mpn, title, \
    option_values, enabled, currency, price, compare_at, cost, sale, weight, dimensions, taxable, tax_class, requires_shipping, \
    in_stock, media_ids, extras)";
const INSERT_LEVELS: &str = "INSERT INTO inventory_levels (tenant_id, product_id, variant_source_id, location_id, location_name, \
    item_id, available, backorder, set_at)";
const INSERT_COLLECTIONS: &str = "INSERT INTO collections (tenant_id, channel_id, source_id, title, path)";
const UPSERT_COLLECTIONS: &str = "ON CONFLICT (tenant_id, channel_id, source_id) DO UPDATE SET title = excluded.title, \
    path = excluded.path";
const CLEAR_VARIANTS: [&str; 2] =
    change_by_ids!("DELETE FROM variants WHERE tenant_id = $1 AND $2 = $2 AND product_id", "");
const CLEAR_LEVELS: [&str; 2] =
    change_by_ids!("DELETE FROM inventory_levels WHERE tenant_id = $1 AND $2 = $2 AND product_id", "");

/// JSON text for a column. U+0000, which jsonb cannot hold, has no meaning in a catalogue and goes.
fn json<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    let text = serde_json::to_string(value).ok()?;
    Some(if text.contains("\\u0000") { without_nul_escapes(&text) } else { text })
}

/// Removes `\u0000` where the backslash is not itself escaped.
fn without_nul_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("\\u0000") {
            rest = after;
        } else {
            // An escape is a backslash and one more character; both are ASCII.
            out.push_str(&rest[..2]);
            rest = &rest[2..];
        }
    }
    out.push_str(rest);
    out
}

impl ScopedTx {
    /// Writes products with their variants and stock; of one that exists, all that hangs on it is replaced.
    /// `as_of`: of when their stock is; `None`: of now.
    pub async fn write_products(
        &mut self,
        channel: &ChannelId,
        writes: &[ProductWrite<'_>],
        as_of: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let as_of = as_of.unwrap_or_else(|| self.clock.now());
        if writes.is_empty() {
            return Ok(());
        }
        let replaced: Vec<&str> = writes.iter().filter(|write| write.exists).map(|write| write.id).collect();
        if !replaced.is_empty() {
            for sql in [CLEAR_VARIANTS, CLEAR_LEVELS] {
                execute_forked!(&mut self.tx, sql, self.tenant.as_str(), channel.as_str(), Json(&replaced))?;
            }
            self.touch_listings(&replaced).await?;
        }
        let sources: Vec<&str> = writes.iter().map(|write| write.product.source_id.as_str()).collect();
        self.touch_listings_there(channel, &sources).await?;
        self.write_product_rows(channel, writes).await?;
        let all: Vec<&str> = writes.iter().map(|write| write.id).collect();
        self.add_listing_candidates(channel, &all).await?;
        self.write_search_rows(channel, writes).await?;
        self.write_variant_rows(writes).await?;
        self.write_level_rows(writes, as_of).await
    }

    async fn write_product_rows(&mut self, channel: &ChannelId, writes: &[ProductWrite<'_>]) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (tenant, rows) = (self.tenant.clone(), writes.len());
        let text = |pick: fn(&Product) -> Option<&str>| Column::Text(writes.iter().map(|w| pick(w.product)).collect());
        let column =
            |pick: fn(&Product) -> Option<String>| Column::Json(writes.iter().map(|w| pick(w.product)).collect());
        let columns = [
            Column::Text(vec![Some(tenant.as_str()); rows]),
            Column::Text(writes.iter().map(|w| Some(w.id)).collect()),
            Column::Text(vec![Some(channel.as_str()); rows]),
            text(|p| Some(&p.source_id)),
            text(|p| Some(&p.title)),
            text(|p| p.description_html.as_deref()),
            text(|p| p.summary_html.as_deref()),
            text(|p| Some(p.status.as_str())),
            text(|p| p.url.as_deref()),
            text(|p| p.handle.as_deref()),
            text(|p| p.brand.as_deref()),
            text(|p| p.product_type.as_deref()),
            column(|p| json(&p.tags)),
            column(|p| json(&p.options)),
            column(|p| json(&p.media)),
            column(|p| json(&p.collections.iter().map(|c| c.source_id.as_str()).collect::<Vec<_>>())),
            column(|p| json(&p.attributes)),
            column(|p| p.seo.as_ref().and_then(json)),
            column(|p| json(&p.warnings)),
            column(|p| json(&p.extras)),
            Column::Int(writes.iter().map(|w| w.product.created_at).collect()),
            Column::Int(writes.iter().map(|w| w.product.updated_at).collect()),
            Column::Int(vec![Some(now); rows]),
            Column::Int(vec![Some(now); rows]),
            Column::Int(writes.iter().map(|w| i64::try_from(limits::size(w.product)).ok()).collect()),
        ];
        bulk::insert(&mut self.tx, INSERT_PRODUCTS, UPSERT_PRODUCTS, &columns).await
    }

    async fn write_variant_rows(&mut self, writes: &[ProductWrite<'_>]) -> Result<(), StoreError> {
        let tenant = self.tenant.clone();
        let rows: Vec<_> = writes
            .iter()
            .flat_map(|w| {
                w.product.variants.iter().enumerate().map(move |(position, variant)| (w.id, position, variant))
            })
            .collect();
        let columns = [
            Column::Text(vec![Some(tenant.as_str()); rows.len()]),
            Column::Text(rows.iter().map(|(product, ..)| Some(*product)).collect()),
            Column::Text(rows.iter().map(|(.., v)| Some(v.source_id.as_str())).collect()),
            Column::Int(rows.iter().map(|(_, position, _)| Some(*position as i64)).collect()),
            Column::Text(rows.iter().map(|(.., v)| v.sku.as_deref()).collect()),
            Column::Text(rows.iter().map(|(.., v)| v.gtin.as_deref()).collect()),
            Column::Text(rows.iter().map(|(.., v)| v.mpn.as_deref()).collect()),
            Column::Text(rows.iter().map(|(.., v)| v.title.as_deref()).collect()),
            Column::Json(rows.iter().map(|(.., v)| json(&v.option_values)).collect()),
            Column::Bool(rows.iter().map(|(.., v)| Some(v.enabled)).collect()),
            Column::Text(rows.iter().map(|(.., v)| v.currency()).collect()),
            Column::Int(rows.iter().map(|(.., v)| v.price.as_ref().map(|m| m.minor)).collect()),
            Column::Int(rows.iter().map(|(.., v)| v.compare_at.as_ref().map(|m| m.minor)).collect()),
            Column::Int(rows.iter().map(|(.., v)| v.cost.as_ref().map(|m| m.minor)).collect()),
            Column::Json(rows.iter().map(|(.., v)| v.sale.as_ref().and_then(json)).collect()),
            Column::Json(rows.iter().map(|(.., v)| v.weight.as_ref().and_then(json)).collect()),
            Column::Json(rows.iter().map(|(.., v)| v.dimensions.as_ref().and_then(json)).collect()),
            Column::Bool(rows.iter().map(|(.., v)| v.taxable).collect()),
            Column::Text(rows.iter().map(|(.., v)| v.tax_class.as_deref()).collect()),
            Column::Bool(rows.iter().map(|(.., v)| v.requires_shipping).collect()),
            Column::Bool(rows.iter().map(|(.., v)| in_stock(&v.inventory)).collect()),
            Column::Json(rows.iter().map(|(.., v)| json(&v.media_ids)).collect()),
            Column::Json(rows.iter().map(|(.., v)| json(&v.extras)).collect()),
        ];
        bulk::insert(&mut self.tx, INSERT_VARIANTS, "", &columns).await
    }

    async fn write_level_rows(&mut self, writes: &[ProductWrite<'_>], as_of: Timestamp) -> Result<(), StoreError> {
        let tenant = self.tenant.clone();
        let mut rows = Vec::new();
        for write in writes {
            for variant in &write.product.variants {
                if let Inventory::Tracked(levels) = &variant.inventory {
                    rows.extend(levels.iter().map(|level| (write.id, variant.source_id.as_str(), level)));
                }
            }
        }
        let columns = [
            Column::Text(vec![Some(tenant.as_str()); rows.len()]),
            Column::Text(rows.iter().map(|(product, ..)| Some(*product)).collect()),
            Column::Text(rows.iter().map(|(_, variant, _)| Some(*variant)).collect()),
            Column::Text(rows.iter().map(|(.., l)| Some(l.location_id.as_str())).collect()),
            Column::Text(rows.iter().map(|(.., l)| l.location_name.as_deref()).collect()),
            Column::Text(rows.iter().map(|(.., l)| l.item_id.as_deref()).collect()),
            Column::Int(rows.iter().map(|(.., l)| Some(l.available)).collect()),
            Column::Bool(rows.iter().map(|(.., l)| Some(l.backorder)).collect()),
            Column::Int(vec![Some(as_of); rows.len()]),
        ];
        bulk::insert(&mut self.tx, INSERT_LEVELS, "", &columns).await
    }

    /// Collections by id: the last title and path win.
    pub async fn write_collections(
        &mut self,
        channel: &ChannelId,
        collections: &HashMap<&str, &Collection>,
    ) -> Result<(), StoreError> {
        let tenant = self.tenant.clone();
        let mut rows: Vec<&Collection> = collections.values().copied().collect();
        // Several hosts write the same rows: always in one order, so that they wait for each other instead of deadlocking.
        rows.sort_by(|a, b| a.source_id.cmp(&b.source_id));
        let columns = [
            Column::Text(vec![Some(tenant.as_str()); rows.len()]),
            Column::Text(vec![Some(channel.as_str()); rows.len()]),
            Column::Text(rows.iter().map(|c| Some(c.source_id.as_str())).collect()),
            Column::Text(rows.iter().map(|c| Some(c.title.as_str())).collect()),
            Column::Json(rows.iter().map(|c| json(&c.path)).collect()),
        ];
        bulk::insert(&mut self.tx, INSERT_COLLECTIONS, UPSERT_COLLECTIONS, &columns).await
    }
}

fn in_stock(inventory: &Inventory) -> Option<bool> {
    match inventory {
        Inventory::Untracked(in_stock) => Some(*in_stock),
        Inventory::Tracked(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_escapes_go_and_escaped_backslashes_stay() {
        assert_eq!(without_nul_escapes(r#""a\u0000b""#), r#""ab""#);
        assert_eq!(without_nul_escapes(r#""a\\u0000b""#), r#""a\\u0000b""#);
        assert_eq!(without_nul_escapes(r#""\"é\u0000\u00e9""#), r#""\"é\u00e9""#);
    }
}
