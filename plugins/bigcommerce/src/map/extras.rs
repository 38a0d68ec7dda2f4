//! What has no place in the model and is worth keeping, as one JSON object.

use entrepot_guest::json::repaired;

use entrepot_guest::lenient::{Fields, Raw, quoted};

const PRODUCT: [&str; 36] = [
    "type",
    "availability",
    "availability_description",
    "is_visible",
    "is_featured",
    "condition",
    "is_condition_shown",
    "warranty",
    "retail_price",
    "map_price",
    "calculated_price",
    "product_tax_code",
    "inventory_warning_level",
    "order_quantity_minimum",
    "order_quantity_maximum",
    "preorder_release_date",
    "preorder_message",
    "is_preorder_only",
    "is_price_hidden",
    "price_hidden_label",
    "is_free_shipping",
    "fixed_cost_shipping_price",
    "related_products",
    "bulk_pricing_rules",
    "meta_keywords",
    "bin_picking_number",
    "layout_file",
    "sort_order",
    "open_graph_type",
    "open_graph_title",
    "open_graph_description",
    "gift_wrapping_options_type",
    "gift_wrapping_options_list",
    "option_set_id",
    "option_set_display",
    "base_variant_id",
];

const VARIANT: [&str; 11] = [
    "sku_id",
    "retail_price",
    "map_price",
    "calculated_price",
    "calculated_weight",
    "is_free_shipping",
    "fixed_cost_shipping_price",
    "purchasing_disabled",
    "purchasing_disabled_message",
    "inventory_warning_level",
    "bin_picking_number",
];

pub(super) fn of_product(product: &Fields<'_>, modifiers: Raw<'_>, store: &Fields<'_>) -> String {
    let mut parts: Vec<_> = PRODUCT.iter().map(|name| (*name, product.get(name))).collect();
    parts.push(("modifiers", modifiers));
    // Also where it is false: whether tax is in the prices is not to be guessed.
    object(&parts, &[("prices_include_tax", store.get("prices_include_tax"))])
}

/// `without_place` is what this variant has beyond the usual parts: a value that is no GTIN.
pub(super) fn of_variant(variant: &Fields<'_>, without_place: &[(&'static str, Raw<'_>)]) -> String {
    let mut parts: Vec<_> = VARIANT.iter().map(|name| (*name, variant.get(name))).collect();
    parts.extend_from_slice(without_place);
    object(&parts, &[])
}

/// The parts that say something, and those of `always` that are there.
fn object(parts: &[(&str, Raw<'_>)], always: &[(&str, Raw<'_>)]) -> String {
    let telling = parts.iter().filter(|(_, value)| !value.is_empty() && value.json() != "0");
    let fields: Vec<_> = telling
        .chain(always.iter().filter(|(_, value)| !value.is_null()))
        .map(|(name, value)| format!("\"{name}\":{}", readable(*value)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// Numbers such as 1e999 are JSON, and most parsers refuse them: as a text they harm nobody.
fn readable(value: Raw<'_>) -> String {
    let json = repaired(value.json()).unwrap_or_else(|| value.json().to_owned());
    if serde_json::from_str::<serde_json::Value>(&json).is_ok() { json } else { quoted(&json) }
}
