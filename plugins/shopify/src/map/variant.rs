//! What can be bought.

use entrepot_guest::gtin;
use entrepot_guest::prelude::model::{OptionAxis, ProductVariant, WeightUnit};
use serde_json::Value;

use super::look::{flag, id, list, of_variant, owned, short, text};
use super::media::Gallery;
use super::notes::Notes;
use super::{extras, price, stock};

pub(super) struct Around<'a> {
    pub(super) currency: &'a str,
    pub(super) locations: &'a Value,
    pub(super) gallery: &'a Gallery,
    /// A product without options has one variant, which Shopify calls "Default Title".
    pub(super) single: bool,
}

pub(super) fn of(
    variant: &Value,
    at: usize,
    axes: &mut [OptionAxis],
    around: &Around<'_>,
    notes: &mut Notes,
) -> Option<ProductVariant> {
    let Some(source_id) = id(variant) else {
        notes.fatal(of_variant(at, "id"), "id-missing", "A variant has no id.");
        return None;
    };
    let item = variant.get("inventoryItem").unwrap_or(&Value::Null);
    let (price, compare_at) = price::of(variant, at, around.currency, notes);
    let barcode = text(variant, "barcode");
    let gtin = barcode.and_then(gtin::normalise);
    if let (Some(barcode), None) = (barcode, &gtin) {
        let message =
            format!("{:?} is no valid GTIN (wrong length or check digit); it is kept as it is.", short(barcode));
        notes.warn(of_variant(at, "barcode"), "gtin-invalid", message);
    }
    Some(ProductVariant {
        sku: owned(variant, "sku"),
        extras: extras::of_variant(variant, barcode.filter(|_| gtin.is_none())),
        gtin,
        mpn: None,
        title: owned(variant, "title").filter(|_| !around.single),
        option_values: values(variant, axes),
        enabled: true,
        price,
        compare_at,
        sale: None,
        cost: price::cost(item, at, around.currency, notes),
        weight: weight(item, at, notes),
        dimensions: None,
        taxable: flag(variant, "taxable"),
        tax_class: None,
        requires_shipping: flag(item, "requiresShipping"),
        inventory: stock::inventory(variant, at, around.locations, notes),
        media_ids: around.gallery.of_variant(variant),
        source_id,
    })
}

/// One value for each option; a value that only the variant knows is added to its option.
fn values(variant: &Value, axes: &mut [OptionAxis]) -> Vec<String> {
    let selected = list(variant, "selectedOptions");
    let mut of_axis = |axis: &mut OptionAxis| {
        let value = selected.iter().find(|option| text(option, "name") == Some(axis.name.as_str()));
        let value = value.and_then(|option| owned(option, "value")).unwrap_or_default();
        if !value.is_empty() && !axis.values.contains(&value) {
            axis.values.push(value.clone());
        }
        value
    };
    axes.iter_mut().map(&mut of_axis).collect()
}

fn weight(item: &Value, at: usize, notes: &mut Notes) -> Option<(f64, WeightUnit)> {
    let weight = item.pointer("/measurement/weight").filter(|weight| weight.is_object())?;
    let value = weight.get("value").and_then(Value::as_f64).filter(|value| value.is_finite() && *value >= 0.0);
    let unit = match text(weight, "unit") {
        Some("GRAMS") => Some(WeightUnit::Gram),
        Some("KILOGRAMS") => Some(WeightUnit::Kilogram),
        Some("OUNCES") => Some(WeightUnit::Ounce),
        Some("POUNDS") => Some(WeightUnit::Pound),
        _ => None,
    };
    if value.is_none() || unit.is_none() {
        let path = of_variant(at, "inventoryItem/measurement/weight");
        let message =
            format!("The weight {} is no number in a known unit; it was left out.", short(&weight.to_string()));
        notes.warn(path, "weight-invalid", message);
    }
    // Shopify writes zero for "not weighed".
    Some((value.filter(|value| *value > 0.0)?, unit?))
}
