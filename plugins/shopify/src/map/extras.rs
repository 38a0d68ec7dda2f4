//! What has no place in the model and is worth keeping, as one JSON object.

use serde_json::{Map, Value};

pub(super) fn of_product(product: &Value) -> String {
    kept(product, &["status", "publishedAt", "category", "isGiftCard", "templateSuffix"], Map::new())
}

/// `barcode` only where it is no GTIN.
pub(super) fn of_variant(variant: &Value, barcode: Option<&str>) -> String {
    let mut more = Map::new();
    if let Some(barcode) = barcode {
        more.insert("barcode".to_owned(), Value::String(barcode.to_owned()));
    }
    let item = variant.get("inventoryItem").unwrap_or(&Value::Null);
    for field in ["id", "countryCodeOfOrigin", "harmonizedSystemCode"] {
        if let Some(value) = item.get(field).filter(|value| worth(value)) {
            let name = if field == "id" { "inventoryItem" } else { field };
            more.insert(name.to_owned(), value.clone());
        }
    }
    kept(variant, &["position", "requiresComponents"], more)
}

fn kept(of: &Value, fields: &[&str], mut into: Map<String, Value>) -> String {
    for field in fields {
        if let Some(value) = of.get(*field).filter(|value| worth(value)) {
            into.insert((*field).to_owned(), value.clone());
        }
    }
    Value::Object(into).to_string()
}

fn worth(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}
