//! What can be bought. What a variant has null of, it inherits from its product.

use entrepot_guest::gtin;
use entrepot_guest::prelude::model::ProductVariant;

use super::extras;
use super::notes::{Notes, Place, short};
use super::price::Prices;
use super::stock::Stock;
use super::units::Units;
use entrepot_guest::lenient::{Fields, Raw};

/// What all variants of a product have in common.
pub(super) struct Shared<'a> {
    pub(super) product: &'a Fields<'a>,
    pub(super) prices: Prices<'a>,
    pub(super) units: Units,
    pub(super) stock: Stock<'a>,
    /// Whether the product as a whole can be bought.
    pub(super) purchasable: bool,
}

impl Shared<'_> {
    /// `base`: the product's only variant, which is the product itself and has its codes where it has none of its own.
    pub(super) fn variant(&self, variant: &Fields<'_>, base: bool, place: Place, notes: &mut Notes) -> ProductVariant {
        let product = self.product;
        let inherited = |field: &str| variant.get(field).or(product.get(field));
        let own = |field: &str| variant.get(field).owned().or_else(|| product.get(field).owned().filter(|_| base));
        let base_id = self.stock.base_variant.filter(|_| base).map(|id| id.to_string());
        let source_id = variant.get("id").owned().or(base_id).unwrap_or_else(|| self.stock.product_id.to_owned());
        let priced = self.prices.of(variant, place, notes);
        let mut without_place = Vec::new();
        let gtin = ["gtin", "upc"].into_iter().fold(None, |found: Option<String>, field| {
            let raw = if base && variant.get(field).word().is_none() { product.get(field) } else { variant.get(field) };
            let kept = self.gtin(raw, field, place, notes);
            // A number of its own, or a text that is none: kept beside.
            if raw.word().is_some()
                && (kept.is_none() || found.as_ref().is_some_and(|found| Some(found) != kept.as_ref()))
            {
                without_place.push((field, raw));
            }
            found.or(kept)
        });
        let sides = ["depth", "width", "height"].map(inherited);
        let tax_class = product.get("tax_class_id").word().filter(|class| class != "0");
        ProductVariant {
            sku: own("sku"),
            gtin,
            mpn: own("mpn"),
            title: None,
            option_values: Vec::new(),
            enabled: self.purchasable && variant.get("purchasing_disabled").flag() != Some(true),
            price: priced.price,
            compare_at: priced.compare_at,
            sale: priced.sale,
            cost: priced.cost,
            weight: self.units.weight(inherited("weight"), place, notes),
            dimensions: self.units.dimensions(sides, place, notes),
            taxable: None,
            tax_class: tax_class.map(|class| class.into_owned()),
            requires_shipping: match product.get("type").text().as_deref() {
                Some("physical") => Some(true),
                Some("digital") => Some(false),
                _ => None,
            },
            inventory: self.stock.of(variant, &source_id, place, notes),
            media_ids: Vec::new(),
            extras: extras::of_variant(variant, &without_place),
            source_id,
        }
    }

    fn gtin(&self, raw: Raw<'_>, field: &str, place: Place, notes: &mut Notes) -> Option<String> {
        let text = raw.word()?;
        let gtin = gtin::normalise(&text);
        if gtin.is_none() {
            let message =
                format!("{:?} is no valid GTIN (wrong length or check digit); it is kept as it is.", short(&text));
            notes.warn(place, field, "gtin-invalid", message);
        }
        gtin
    }
}
