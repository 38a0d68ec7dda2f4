//! Names, types and words of the parameters of WooCommerce 11's lists, in the order it declares them.

use super::{Kind, Parameter};

const CONTEXTS: &[&str] = &["view", "edit"];
const ORDERS: &[&str] = &["asc", "desc"];
/// With its repetitions: the shop lists them so in its refusals.
const PRODUCT_ORDERS: &[&str] = &[
    "date",
    "id",
    "include",
    "title",
    "slug",
    "modified",
    "popularity",
    "rating",
    "post__in",
    "price",
    "sales",
    "menu_order",
    "random",
    "popularity",
    "rating",
    "menu_order",
    "price",
    "popularity",
    "rating",
];
const VARIATION_ORDERS: &[&str] = &["date", "id", "include", "title", "slug", "modified", "menu_order"];
const TERM_ORDERS: &[&str] = &["id", "include", "name", "slug", "term_group", "description", "count"];
const STATUSES: &[&str] = &["any", "future", "trash", "draft", "pending", "private", "publish"];
const OTHER_STATUSES: &[&str] = &["future", "trash", "draft", "pending", "private", "publish"];
const TYPES: &[&str] = &["simple", "grouped", "external", "variable"];
const TAX_CLASSES: &[&str] = &["standard", "reduced-rate", "zero-rate"];
const STOCK: &[&str] = &["instock", "outofstock", "onbackorder"];
const SEARCHED: &[&str] = &["name", "global_unique_id", "description", "short_description", "sku"];

const HOOK_ORDERS: &[&str] = &["date", "id", "title"];
const HOOK_STATES: &[&str] = &["all", "active", "paused", "disabled"];
const HOOK_STATUSES: &[&str] = &["active", "paused", "disabled"];

const fn done(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, done: true }
}

const fn undone(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, done: false }
}

const PAGE: Parameter = done("page", Kind::Int(Some(1), None));
const PER_PAGE: Parameter = done("per_page", Kind::Int(Some(1), Some(100)));
const CONTEXT: Parameter = done("context", Kind::Enum(CONTEXTS));

/// Of a single item, and of what is no list.
pub(crate) const NONE: &[Parameter] = &[CONTEXT];

pub(crate) const PRODUCTS: &[Parameter] = &[
    CONTEXT,
    PAGE,
    PER_PAGE,
    done("search", Kind::Text),
    done("after", Kind::Date),
    done("before", Kind::Date),
    done("modified_after", Kind::Date),
    done("modified_before", Kind::Date),
    done("dates_are_gmt", Kind::Bool),
    done("exclude", Kind::Ints),
    done("include", Kind::Ints),
    done("offset", Kind::Int(None, None)),
    done("order", Kind::Enum(ORDERS)),
    done("orderby", Kind::Enum(PRODUCT_ORDERS)),
    done("parent", Kind::Ints),
    done("parent_exclude", Kind::Ints),
    undone("brand", Kind::Text),
    done("slug", Kind::Text),
    done("status", Kind::Enum(STATUSES)),
    done("type", Kind::Enum(TYPES)),
    done("sku", Kind::Text),
    done("featured", Kind::Bool),
    done("category", Kind::Text),
    done("tag", Kind::Text),
    undone("shipping_class", Kind::Text),
    undone("attribute", Kind::Text),
    undone("attribute_term", Kind::Text),
    undone("tax_class", Kind::Enum(TAX_CLASSES)),
    done("on_sale", Kind::Bool),
    undone("min_price", Kind::Text),
    undone("max_price", Kind::Text),
    undone("include_meta", Kind::Texts),
    undone("exclude_meta", Kind::Texts),
    done("stock_status", Kind::Enum(STOCK)),
    done("search_sku", Kind::Text),
    undone("search_name_or_sku", Kind::Text),
    undone("search_fields", Kind::Enums(SEARCHED)),
    done("include_status", Kind::Enums(STATUSES)),
    done("exclude_status", Kind::Enums(OTHER_STATUSES)),
    done("include_types", Kind::Enums(TYPES)),
    done("exclude_types", Kind::Enums(TYPES)),
    done("downloadable", Kind::Bool),
    done("virtual", Kind::Bool),
    undone("pos_products_only", Kind::Bool),
];

pub(crate) const VARIATIONS: &[Parameter] = &[
    CONTEXT,
    PAGE,
    PER_PAGE,
    done("search", Kind::Text),
    done("after", Kind::Date),
    done("before", Kind::Date),
    done("modified_after", Kind::Date),
    done("modified_before", Kind::Date),
    done("dates_are_gmt", Kind::Bool),
    done("exclude", Kind::Ints),
    done("include", Kind::Ints),
    done("offset", Kind::Int(None, None)),
    done("order", Kind::Enum(ORDERS)),
    done("orderby", Kind::Enum(VARIATION_ORDERS)),
    done("parent", Kind::Ints),
    done("parent_exclude", Kind::Ints),
    done("slug", Kind::Text),
    done("status", Kind::Enum(STATUSES)),
    done("sku", Kind::Text),
    undone("tax_class", Kind::Enum(TAX_CLASSES)),
    done("on_sale", Kind::Bool),
    undone("min_price", Kind::Text),
    undone("max_price", Kind::Text),
    undone("include_meta", Kind::Texts),
    undone("exclude_meta", Kind::Texts),
    done("stock_status", Kind::Enum(STOCK)),
    undone("has_price", Kind::Bool),
    undone("attributes", Kind::Objects),
    done("virtual", Kind::Bool),
    done("downloadable", Kind::Bool),
    done("include_status", Kind::Enums(STATUSES)),
    done("exclude_status", Kind::Enums(OTHER_STATUSES)),
    undone("pos_products_only", Kind::Bool),
];

pub(crate) const TERMS: &[Parameter] = &[
    CONTEXT,
    PAGE,
    PER_PAGE,
    done("search", Kind::Text),
    done("exclude", Kind::Ints),
    done("include", Kind::Ints),
    done("offset", Kind::Int(None, None)),
    done("order", Kind::Enum(ORDERS)),
    done("orderby", Kind::Enum(TERM_ORDERS)),
    done("hide_empty", Kind::Bool),
    done("parent", Kind::Int(None, None)),
    undone("product", Kind::Int(None, None)),
    done("slug", Kind::Text),
];

pub(crate) const WEBHOOKS: &[Parameter] = &[
    CONTEXT,
    PAGE,
    PER_PAGE,
    undone("search", Kind::Text),
    undone("after", Kind::Date),
    undone("before", Kind::Date),
    undone("exclude", Kind::Ints),
    undone("include", Kind::Ints),
    done("offset", Kind::Int(None, None)),
    done("order", Kind::Enum(ORDERS)),
    done("orderby", Kind::Enum(HOOK_ORDERS)),
    done("status", Kind::Enum(HOOK_STATES)),
];

/// What is said of one webhook, in the body or in the query.
pub(crate) const WEBHOOK: &[Parameter] = &[
    CONTEXT,
    done("name", Kind::Text),
    done("status", Kind::Enum(HOOK_STATUSES)),
    done("topic", Kind::Text),
    done("secret", Kind::Text),
    done("delivery_url", Kind::Text),
    done("force", Kind::Bool),
];
