//! What can be bought.

use std::borrow::Cow;

use entrepot_guest::gtin;
use entrepot_guest::measure::{length_unit, number, weight_unit};
use entrepot_guest::prelude::model::{Dimensions, LengthUnit, ProductVariant, WeightUnit};

use super::notes::{Notes, Place, short};
use super::price::Prices;
use super::wire::{Goods, StoreInfo};
use super::{extras, stock};
use entrepot_guest::lenient::{Fields, Raw, Record};

/// What all variants of a product are measured in.
pub(super) struct Units {
    weight: Option<(WeightUnit, f64)>,
    length: Option<LengthUnit>,
    /// The shop does not say: of weights, of lengths.
    unsaid: [bool; 2],
}

/// Nothing where the key may not read it.
fn said(unit: Raw<'_>) -> Option<Cow<'_, str>> {
    unit.word().filter(|name| !name.is_empty())
}

impl Units {
    pub(super) fn of(store: &StoreInfo<'_>, notes: &mut Notes) -> Self {
        let weight = said(store.weight_unit).and_then(|name| weight_unit(&name));
        let length = said(store.dimension_unit).and_then(|name| length_unit(&name));
        for (unit, known) in [(store.weight_unit, weight.is_some()), (store.dimension_unit, length.is_some())] {
            if !known && said(unit).is_some() {
                let message =
                    format!("The shop measures in {}, which is no known unit; measures were left out.", unit.json());
                notes.warnings.push(entrepot_guest::issue::issue("/store", "unit-unknown", message));
            }
        }
        Self { weight, length, unsaid: [store.weight_unit, store.dimension_unit].map(|unit| said(unit).is_none()) }
    }
}

pub(super) struct Context<'a> {
    pub(super) prices: Prices<'a>,
    pub(super) units: Units,
    pub(super) product_id: &'a str,
    /// The product's own SKU and tax class, which variations repeat or refer to.
    pub(super) parent: Option<&'a Goods<'a>>,
}

impl Context<'_> {
    pub(super) fn variant(&self, goods: &Goods<'_>, place: Place, notes: &mut Notes) -> ProductVariant {
        let is_variation = matches!(place, Place::Variation(_));
        let source_id = match goods.id.word() {
            Some(id) => id.into_owned(),
            None => self.product_id.to_owned(),
        };
        let priced = self.prices.of(goods, place, notes);
        let mut without_place = Vec::new();
        let gtin = goods.global_unique_id.word().and_then(|text| {
            let gtin = gtin::normalise(&text);
            if gtin.is_none() {
                let message =
                    format!("{:?} is no valid GTIN (wrong length or check digit); it is kept as it is.", short(&text));
                notes.warn(place, "global_unique_id", "gtin-invalid", message);
                without_place.push(("global_unique_id", goods.global_unique_id));
            }
            gtin
        });
        for (unknown, measures, field) in
            [(self.units.unsaid[0], goods.weight, "weight"), (self.units.unsaid[1], goods.dimensions, "dimensions")]
        {
            if unknown && measures.json().bytes().any(|byte| byte.is_ascii_digit()) {
                let message = "It is not known in which unit the shop measures; this was left out.".to_owned();
                notes.warn(place, field, "unit-unknown", message);
            }
        }
        let weight = self
            .units
            .weight
            .zip(measure(goods.weight, place, "weight", notes))
            .map(|((unit, times), weight)| (weight * times, unit));
        let dimensions = self.dimensions(goods, place, notes);
        if dimensions.is_none() && goods.dimensions.json().bytes().any(|byte| byte.is_ascii_digit()) {
            without_place.push(("dimensions", goods.dimensions));
        }
        let tax_class = |goods: &Goods<'_>| goods.tax_class.word().map(Cow::into_owned);
        ProductVariant {
            sku: self.sku(goods),
            gtin,
            mpn: None,
            title: if is_variation { goods.name.name() } else { None },
            option_values: Vec::new(),
            enabled: !is_variation || published(goods, place, notes),
            price: priced.price,
            compare_at: priced.compare_at,
            sale: priced.sale,
            cost: None,
            weight,
            dimensions,
            // Of "shipping" alone the shipping is taxed; of a word that is not known, nothing is.
            taxable: goods.tax_status.word().and_then(|status| match status.as_ref() {
                "taxable" => Some(true),
                "none" | "shipping" => Some(false),
                _ => None,
            }),
            tax_class: match (tax_class(goods), self.parent) {
                (Some(class), Some(parent)) if class == "parent" => tax_class(parent),
                (class, _) => class,
            }
            .filter(|class| class != "standard"),
            // What is also downloadable may be shipped all the same; what is virtual is not.
            requires_shipping: goods.r#virtual.is_given().then(|| !goods.r#virtual.is_true()),
            inventory: stock::inventory(goods, &source_id, self.product_id, place, notes),
            media_ids: Vec::new(),
            extras: extras::of_variant(goods, is_variation, &without_place),
            source_id,
        }
    }

    /// A variation without one of its own answers its product's, and no shop allows the same SKU twice.
    fn sku(&self, goods: &Goods<'_>) -> Option<String> {
        let sku = goods.sku.word()?;
        let inherited = self.parent.and_then(|parent| parent.sku.word()).is_some_and(|own| own == sku);
        (!inherited).then(|| sku.into_owned())
    }

    /// All three sides or none: two of them are no size.
    fn dimensions(&self, goods: &Goods<'_>, place: Place, notes: &mut Notes) -> Option<Dimensions> {
        if goods.dimensions.is_empty() {
            return None;
        }
        let sides = Fields::of(goods.dimensions)?;
        let mut side = |name: &str| measure(sides.get(name), place, "dimensions", notes);
        let (length, width, height) = (side("length"), side("width"), side("height"));
        Some(Dimensions { length: length?, width: width?, height: height?, unit: self.units.length? })
    }
}

/// A variation that is switched off is private, and one that a builder of products has begun is a draft.
fn published(goods: &Goods<'_>, place: Place, notes: &mut Notes) -> bool {
    match goods.status.word().as_deref() {
        // Old versions do not say.
        None | Some("publish") => true,
        Some("private" | "draft" | "pending" | "future" | "auto-draft" | "trash") => false,
        Some(other) => {
            let message =
                format!("{:?} is no status that is known; the variation counts as switched off.", short(other));
            notes.warn(place, "status", "status-unknown", message);
            false
        }
    }
}

fn measure(raw: Raw<'_>, place: Place, field: &str, notes: &mut Notes) -> Option<f64> {
    let text = raw.word()?;
    let value = number(&text);
    if value.is_none() {
        let code = if field == "weight" { "weight-invalid" } else { "dimensions-invalid" };
        notes.warn(place, field, code, format!("{:?} is no measure; it was left out.", short(&text)));
    }
    value
}
