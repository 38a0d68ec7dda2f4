//! Products as the API writes them: the parts asked for, and texts in place of values where a test wants them.

use serde_json::{Map, Value, json};

use super::parameters::Values;

/// Parts that come only when they are asked for.
pub(crate) const PARTS: [&str; 10] = [
    "variants",
    "images",
    "custom_fields",
    "bulk_pricing_rules",
    "primary_image",
    "modifiers",
    "options",
    "videos",
    "parent_relations",
    "channels",
];

/// Leaves out the parts that `include` does not name.
pub(crate) fn with_parts(product: &Value, include: &[&str]) -> Value {
    let mut shown: Map<String, Value> = product.as_object().cloned().unwrap_or_default();
    for part in PARTS {
        if !include.contains(&part) {
            shown.remove(part);
        } else if !shown.contains_key(part) {
            shown.insert(part.to_owned(), if part == "primary_image" { Value::Null } else { json!([]) });
        }
    }
    Value::Object(shown)
}

/// `include_fields` and `exclude_fields`; `always` stays.
pub(crate) fn trimmed(mut item: Value, values: &Values, always: &[&str]) -> Value {
    let Some(fields) = item.as_object_mut() else { return item };
    if let Some(wanted) = values.list("include_fields") {
        fields.retain(|key, _| wanted.contains(&key.as_str()) || always.contains(&key.as_str()));
    }
    if let Some(unwanted) = values.list("exclude_fields") {
        fields.retain(|key, _| !unwanted.contains(&key.as_str()) || always.contains(&key.as_str()));
    }
    item
}

/// A list of products as text, with `raw` texts in the places that their pointers name: what no value can hold, such as
/// the digits of a number.
pub(crate) fn text(mut body: Value, raw: &[(u64, String, String)]) -> String {
    let mut texts = Vec::new();
    for product in body["data"].as_array_mut().into_iter().flatten() {
        let id = product["id"].as_u64();
        for (_, pointer, text) in raw.iter().filter(|(of, _, _)| Some(*of) == id) {
            if let Some(place) = product.pointer_mut(pointer) {
                let mark = format!("@@raw {}@@", texts.len());
                *place = json!(mark);
                texts.push((format!("\"{mark}\""), text));
            }
        }
    }
    texts.iter().fold(body.to_string(), |body, (mark, text)| body.replace(mark, text))
}
