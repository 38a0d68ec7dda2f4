//! How products are read.

macro_rules! product_columns {
    () => {
        "SELECT id, channel_id, source_id, title, description_html, summary_html, status, url, handle, brand, product_type, tags, \
         options, media, collections, attributes, seo, warnings, extras, CAST(source_created_at AS BIGINT) AS source_created_at, CAST(source_updated_at AS BIGINT) AS source_updated_at, updated_at FROM products "
    };
}
pub(super) const BY_CHANNEL: &str = concat!(
    product_columns!(),
    "WHERE tenant_id = $1 AND channel_id = $2 AND source_id > $3 AND deleted_at IS NULL ORDER BY source_id LIMIT $4"
);
pub(super) const BY_TENANT: &str =
    concat!(product_columns!(), "WHERE tenant_id = $1 AND id > $2 AND deleted_at IS NULL ORDER BY id LIMIT $3");
pub(super) const ONE: &str = concat!(product_columns!(), "WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL");
pub(super) const WITH_IDS: [&str; 2] = select_by_ids!(
    "id, channel_id, source_id, title, description_html, summary_html, status, url, handle, brand, product_type, tags, options, media, \
     collections, attributes, seo, warnings, extras, CAST(source_created_at AS BIGINT) AS source_created_at, CAST(source_updated_at AS BIGINT) AS source_updated_at, updated_at",
    "products",
    "tenant_id = $1 AND $2 = $2 AND deleted_at IS NULL",
    "id",
    ""
);
pub(super) const VARIANTS: [&str; 2] = select_by_ids!(
    "product_id, source_id, sku, gtin, mpn, title, option_values, enabled, currency, price, compare_at, cost, sale, weight, \
     dimensions, taxable, tax_class, requires_shipping, in_stock, media_ids, extras, position",
    "variants",
    "tenant_id = $1 AND $2 = $2",
    "product_id",
    "ORDER BY product_id, position"
);
pub(super) const LEVELS: [&str; 2] = select_by_ids!(
    "product_id, variant_source_id, location_id, location_name, item_id, available, backorder",
    "inventory_levels",
    "tenant_id = $1 AND $2 = $2",
    "product_id",
    "ORDER BY product_id, variant_source_id, location_id"
);
pub(super) const COLLECTIONS: [&str; 2] =
    select_by_ids!("source_id, title, path", "collections", "tenant_id = $1 AND channel_id = $2", "source_id", "");
