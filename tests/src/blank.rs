//! Products and variants of which nothing is known, to be filled with `..blank::product("1", "Boots")`.

use entrepot_domain::catalog::{Product, Variant};
use serde_json::Value;

pub fn product(source_id: &str, title: &str) -> Product {
    Product { extras: Value::Null, ..Product::blank(source_id, title) }
}

pub fn variant(source_id: &str) -> Variant {
    Variant { extras: Value::Null, ..Variant::blank(source_id) }
}
