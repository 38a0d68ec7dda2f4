//! Metafields, each with its type.

use entrepot_guest::prelude::model::Attribute;
use serde_json::Value;

use super::look::{list, text};

pub(super) fn of(body: &Value) -> Vec<Attribute> {
    let fields = list(body, "metafields").iter().filter_map(|field| {
        Some(Attribute {
            namespace: text(field, "namespace")?.to_owned(),
            key: text(field, "key")?.to_owned(),
            kind: kind(text(field, "type").unwrap_or_default()).to_owned(),
            // Always a text, whatever the type.
            value: field.get("value")?.as_str()?.to_owned(),
        })
    });
    fields.collect()
}

fn kind(shopify: &str) -> &'static str {
    match shopify {
        "number_integer" | "number_decimal" => "number",
        "boolean" => "boolean",
        "json" | "json_string" | "rich_text_field" | "dimension" | "volume" | "weight" | "money" | "rating"
        | "link" => "json",
        list if list.starts_with("list.") => "json",
        _ => "text",
    }
}
