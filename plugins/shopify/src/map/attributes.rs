//! Metafields, each with its type.

use entrepot_guest::prelude::model::Attribute;
use serde_json::Value;

use super::look::{list, text};
use crate::listings::MARK;

pub(super) fn of(body: &Value) -> Vec<Attribute> {
    // The mark of a listing says something of Entrepot, and nothing of the goods.
    let marks =
        |field: &&Value| text(field, "key") == Some(MARK) && text(field, "namespace").is_some_and(is_of_the_app);
    let fields = list(body, "metafields").iter().filter(|field| !marks(field)).filter_map(|field| {
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

/// The namespace that Shopify keeps for an app.
fn is_of_the_app(namespace: &str) -> bool {
    namespace.starts_with("app--")
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
