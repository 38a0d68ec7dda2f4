//! JSON as it is kept: in the shop's order, without what changes by itself.

use entrepot_guest::json;

use entrepot_guest::lenient::{Fields, Raw, Record, in_one_order};

/// What changes although nobody changed the product, is rendered, or says nothing of the product.
const VOLATILE: [&str; 8] = [
    "related_ids",
    "price_html",
    "_links",
    "total_sales",
    "average_rating",
    "rating_count",
    "backordered",
    "has_options",
];

/// Lists whose order says nothing, and which come in another one each time: terms of equal name, above all.
const UNORDERED: [&str; 6] = ["categories", "tags", "brands", "attributes", "default_attributes", "meta_data"];

const IMAGE_FIELDS: [&str; 4] = ["id", "src", "name", "alt"];

/// An object again, without its volatile fields.
pub(crate) fn write_object(fields: &Fields<'_>, into: &mut String) {
    into.push('{');
    let mut first = true;
    for (key, value) in fields.0.iter().filter(|(key, _)| !VOLATILE.contains(&key.as_ref())) {
        if !first {
            into.push(',');
        }
        write_string(key, into);
        into.push(':');
        match key.as_ref() {
            "images" => write_images(*value, into),
            "image" if value.json().starts_with('{') => write_image(*value, into),
            name if UNORDERED.contains(&name) => into.push_str(&in_one_order(*value, true, &[])),
            _ => into.push_str(value.json()),
        }
        first = false;
    }
    into.push('}');
}

/// What an image is, without the sizes the shop has cut of it: those change with the shop's theme, and are most of the text.
fn write_image(image: Raw<'_>, into: &mut String) {
    let Some(fields) = Fields::of(image) else { return into.push_str(image.json()) };
    into.push('{');
    let mut first = true;
    for (key, value) in fields.0.iter().filter(|(key, _)| IMAGE_FIELDS.contains(&key.as_ref())) {
        into.push_str(if first { "\"" } else { ",\"" });
        into.push_str(key);
        into.push_str("\":");
        into.push_str(value.json());
        first = false;
    }
    into.push('}');
}

fn write_images(images: Raw<'_>, into: &mut String) {
    let images = images.values();
    into.push('[');
    for (at, image) in images.iter().enumerate() {
        if at > 0 {
            into.push(',');
        }
        write_image(*image, into);
    }
    into.push(']');
}

/// A text as a JSON string.
pub(crate) fn write_string(text: &str, into: &mut String) {
    if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        let quoted = serde_json::to_string(text).unwrap_or_default();
        into.push_str(json::repaired(&quoted).as_deref().unwrap_or(&quoted));
    } else {
        into.push('"');
        into.push_str(text);
        into.push('"');
    }
}
