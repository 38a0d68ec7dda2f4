//! What has no place in the model and is worth keeping, as one JSON object.

use entrepot_guest::json::repaired;

use super::wire::Goods;
use entrepot_guest::lenient::Raw;

pub(super) fn of_product(product: &Goods<'_>) -> String {
    object(&[
        ("type", product.r#type),
        ("status", product.status),
        ("catalog_visibility", product.catalog_visibility),
        ("featured", product.featured),
        ("external_url", product.external_url),
        ("button_text", product.button_text),
        ("grouped_products", product.grouped_products),
        ("upsell_ids", product.upsell_ids),
        ("cross_sell_ids", product.cross_sell_ids),
        ("default_attributes", product.default_attributes),
        ("menu_order", product.menu_order),
        ("sold_individually", product.sold_individually),
        ("purchase_note", product.purchase_note),
    ])
}

/// `without_place` is what this variant has beyond the usual parts: a value that is no GTIN, a size with a side missing.
pub(super) fn of_variant(goods: &Goods<'_>, is_variation: bool, without_place: &[(&'static str, Raw<'_>)]) -> String {
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
            ("description", goods.description),
            ("permalink", goods.permalink),
            ("menu_order", goods.menu_order),
            ("gallery_image_ids", goods.gallery_image_ids),
            ("meta_data", goods.meta_data),
        ]);
    }
    parts.extend_from_slice(without_place);
    object(&parts)
}

/// The parts that say something, as they stand.
fn object(parts: &[(&str, Raw<'_>)]) -> String {
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
    json.push('}');
    repaired(&json).unwrap_or(json)
}
