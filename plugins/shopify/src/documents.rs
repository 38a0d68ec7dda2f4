//! What is sent, one GraphQL document per file.

macro_rules! documents {
    ($($name:ident = $file:literal,)+) => {
        $(pub const $name: &str = include_str!(concat!("graphql/", $file, ".graphql"));)+

        /// All of them, by the name of their file.
        pub const ALL: &[(&str, &str)] = &[$(($file, $name),)+];
    };
}

documents! {
    ACCOUNT = "account",
    ACCOUNT_LOCATIONS = "account_locations",
    BULK_COLLECTIONS = "bulk_collections",
    BULK_POLL = "bulk_poll",
    BULK_PRODUCTS = "bulk_products",
    BULK_RUN = "bulk_run",
    CATEGORIES = "categories",
    CATEGORIES_FOUND = "categories_found",
    CHANGED_PRODUCTS = "changed_products",
    INVENTORY_ACTIVATE = "inventory_activate",
    INVENTORY_SET = "inventory_set",
    ITEM_LEVELS = "item_levels",
    LISTING_MARK = "listing_mark",
    LISTING_MARK_CREATE = "listing_mark_create",
    PRODUCTS_BY_ID = "products_by_id",
    PRODUCT_ARCHIVE = "product_archive",
    PRODUCT_COLLECTIONS = "product_collections",
    PRODUCT_COUNTS = "product_counts",
    PRODUCT_DELETE = "product_delete",
    PRODUCT_LISTED = "product_listed",
    PRODUCT_MARK = "product_mark",
    PRODUCT_MEDIA = "product_media",
    PRODUCT_METAFIELDS = "product_metafields",
    PRODUCT_OPERATION = "product_operation",
    PRODUCT_SET = "product_set",
    PRODUCT_SIZES = "product_sizes",
    PRODUCT_THERE = "product_there",
    PRODUCT_VARIANTS = "product_variants",
    PUBLISH = "publish",
    SELLING = "selling",
    SELLING_PLACES = "selling_places",
    SHOP = "shop",
    STOCK_LEVELS = "stock_levels",
    UNPUBLISH = "unpublish",
    VARIANTS_BY_SKU = "variants_by_sku",
    VARIANTS_THERE = "variants_there",
    VARIANTS_UPDATE = "variants_update",
    WEBHOOK_CREATE = "webhook_create",
    WEBHOOK_DELETE = "webhook_delete",
    WEBHOOK_LIST = "webhook_list",
    WEBHOOK_UPDATE = "webhook_update",
}

/// A bulk document with its filter: a bulk operation takes no variables, so it is written into the text.
#[must_use]
pub fn filtered(document: &str, filter: &str) -> String {
    if filter.is_empty() {
        return document.replacen("(query: \"\")", "", 1);
    }
    let escaped = filter.replace('\\', "\\\\").replace('"', "\\\"");
    document.replacen("(query: \"\")", &format!("(query: \"{escaped}\")"), 1)
}
