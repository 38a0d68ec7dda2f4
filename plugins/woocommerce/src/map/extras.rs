//! What has no place in the model and is worth keeping, as one JSON object.

use entrepot_guest::address::{Unusable, absolute};
use entrepot_guest::json::repaired;

use super::html;
use super::wire::Goods;
use entrepot_guest::lenient::{Raw, quoted};

/// `stored` are texts as the shop stores them, where buyers see something else; `external_url` is an address of a page or nothing.
pub(super) fn of_product(product: &Goods<'_>, stored: &[(&'static str, Raw<'_>)], external_url: Raw<'_>) -> String {
    let mut parts = vec![
        ("type", product.r#type),
        ("status", product.status),
        ("catalog_visibility", product.catalog_visibility),
        ("featured", product.featured),
        ("external_url", external_url),
        ("button_text", product.button_text),
        ("grouped_products", product.grouped_products),
        ("upsell_ids", product.upsell_ids),
        ("cross_sell_ids", product.cross_sell_ids),
        ("default_attributes", product.default_attributes),
        ("menu_order", product.menu_order),
        ("sold_individually", product.sold_individually),
        ("purchase_note", product.purchase_note),
    ];
    parts.extend_from_slice(stored);
    object(&parts, &[])
}

/// `without_place` is what this variant has beyond the usual parts: a value that is no GTIN, a size with a side missing.
pub(super) fn of_variant(goods: &Goods<'_>, is_variation: bool, without_place: &[(&'static str, Raw<'_>)]) -> String {
    let mut texts = Vec::new();
    let mut parts = vec![
        ("shipping_class", goods.shipping_class),
        ("low_stock_amount", goods.low_stock_amount),
        ("downloadable", goods.downloadable),
        ("virtual", goods.r#virtual),
        ("stock_status", goods.stock_status),
    ];
    if is_variation {
        parts.extend([
            ("status", goods.status),
            ("permalink", if is_page(goods.permalink) { goods.permalink } else { Raw::MISSING }),
            ("menu_order", goods.menu_order),
            ("gallery_image_ids", goods.gallery_image_ids),
            ("meta_data", goods.meta_data),
        ]);
    }
    parts.extend_from_slice(without_place);
    if is_variation {
        let stored = goods.description.text().unwrap_or_default();
        match html::shown(&stored) {
            Some(shown) => {
                texts.push(("description", shown));
                parts.push(("stored_description", goods.description));
            }
            None => parts.push(("description", goods.description)),
        }
    }
    object(&parts, &texts)
}

fn is_page(raw: Raw<'_>) -> bool {
    raw.word().is_some_and(|text| !matches!(absolute(&text, ""), Err(Unusable::Scheme(_))))
}

/// The parts that say something, as they stand, and texts of our own.
fn object(parts: &[(&str, Raw<'_>)], texts: &[(&str, String)]) -> String {
    let mut json = String::from("{");
    for (name, value) in parts.iter().filter(|(_, value)| !value.is_empty()) {
        if json.len() > 1 {
            json.push(',');
        }
        json.push('"');
        json.push_str(name);
        json.push_str("\":");
        json.push_str(value.json());
    }
    for (name, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&format!("\"{name}\":{}", quoted(text)));
    }
    json.push('}');
    repaired(&json).unwrap_or(json)
}
