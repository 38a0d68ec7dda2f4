//! What can be bought: items, each with its offer.

use std::collections::BTreeMap;

use entrepot_guest::blank;
use entrepot_guest::gtin;
use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::measure::{length_unit, number, weight_unit};
use entrepot_guest::prelude::*;
use model::{Dimensions, Inventory, Level, ProductVariant, WeightUnit};

use super::attributes::{aspects, object};
use super::notes::{Notes, short};
use super::price::amount;

/// An item and its offer on the channel's marketplace.
pub(super) struct Part<'a> {
    pub(super) at: usize,
    pub(super) item: Fields<'a>,
    /// Without fields where there is none.
    pub(super) offer: Fields<'a>,
}

impl<'a> Part<'a> {
    pub(super) fn sku(&self) -> String {
        self.item.get("sku").text().map(|sku| sku.into_owned()).unwrap_or_default()
    }

    pub(super) fn product(&self) -> Fields<'a> {
        self.item.get("product").fields()
    }

    pub(super) fn aspects(&self) -> BTreeMap<String, Vec<String>> {
        aspects(self.product().get("aspects"))
    }

    pub(super) fn is_published(&self) -> bool {
        self.offer.get("status").word().as_deref() == Some("PUBLISHED")
    }

    fn path(&self, field: &str) -> String {
        format!("/parts/{}/{field}", self.at)
    }

    /// `sku`: as the seller knows it. `grouped`: of a group of which something is on sale.
    pub(super) fn variant(&self, sku: Option<&str>, grouped: bool, notes: &mut Notes) -> ProductVariant {
        let product = self.product();
        let pricing = self.offer.get("pricingSummary").fields();
        let price = amount(pricing.get("price"), &self.path("offer/pricingSummary/price"), notes);
        if price.as_ref().is_some_and(|price| price.minor == 0) {
            notes.warn(
                self.path("offer/pricingSummary/price"),
                "price-zero",
                "The price is zero: buyers would pay nothing.",
            );
        }
        let before =
            amount(pricing.get("originalRetailPrice"), &self.path("offer/pricingSummary/originalRetailPrice"), notes);
        let compare_at = before.filter(|before| {
            price.as_ref().is_some_and(|price| price.currency == before.currency && before.minor > price.minor)
        });
        ProductVariant {
            sku: sku.map(str::to_owned),
            gtin: self.gtin(&product, notes),
            mpn: product.get("mpn").name().filter(|mpn| !is_none_said(mpn)),
            title: product.get("title").name().filter(|_| grouped),
            enabled: !grouped || self.is_published(),
            price,
            compare_at,
            weight: self.weight(notes),
            dimensions: self.dimensions(),
            inventory: self.inventory(notes),
            extras: object([
                ("offer_id", self.offer.get("offerId")),
                ("offer_status", self.offer.get("status")),
                ("locations", self.item.get("availability").fields().get("pickupAtLocationAvailability")),
            ]),
            ..blank::variant(self.sku())
        }
    }

    fn gtin(&self, product: &Fields<'_>, notes: &mut Notes) -> Option<String> {
        let all = ["ean", "upc", "isbn"].into_iter().flat_map(|name| product.get(name).items());
        let mut wrong = None;
        for text in all.filter_map(Raw::word).filter(|text| !is_none_said(text)) {
            match gtin::normalise(&text) {
                Some(gtin) => return Some(gtin),
                None => wrong = wrong.or(Some(text.into_owned())),
            }
        }
        if let Some(text) = wrong {
            let message = format!("{:?} is no GTIN; it was left out.", short(&text));
            notes.warn(self.path("item/product"), "gtin-invalid", message);
        }
        None
    }

    /// The lower of what there is and of what is offered counts.
    fn inventory(&self, notes: &mut Notes) -> Inventory {
        let there = self.item.get("availability").fields().get("shipToLocationAvailability").fields().get("quantity");
        let offered = self.offer.get("availableQuantity");
        let mut count = |raw: Raw<'_>, field: &str| match raw.whole() {
            Some(count) => Some(count),
            None if raw.is_null() => None,
            None => {
                let message = format!("The quantity {} is no whole number.", short(raw.json()));
                notes.fatal(self.path(field), "stock-invalid", message);
                None
            }
        };
        let (there, offered) = (count(there, "item/availability"), count(offered, "offer/availableQuantity"));
        let available = match (there, offered) {
            (Some(there), Some(offered)) => there.min(offered),
            (there, offered) => there.or(offered).unwrap_or(0),
        };
        Inventory::Tracked(vec![Level {
            location_id: "default".to_owned(),
            location_name: None,
            available,
            item_id: Some(self.sku()),
            backorder: false,
        }])
    }

    fn weight(&self, notes: &mut Notes) -> Option<(f64, WeightUnit)> {
        let weight = self.item.get("packageWeightAndSize").fields().get("weight").fields();
        let text = weight.get("value").word()?;
        let unit = weight.get("unit").word().and_then(|unit| weight_unit(&unit));
        match number(&text).zip(unit) {
            Some((value, (unit, times))) => Some((value * times, unit)).filter(|(value, _)| *value > 0.0),
            None => {
                let message = format!("{:?} is no weight; it was left out.", short(&text));
                notes.warn(self.path("item/packageWeightAndSize"), "measure-invalid", message);
                None
            }
        }
    }

    fn dimensions(&self) -> Option<Dimensions> {
        let size = self.item.get("packageWeightAndSize").fields().get("dimensions").fields();
        let side = |name: &str| size.get(name).word().and_then(|text| number(&text));
        let unit = size.get("unit").word().and_then(|unit| length_unit(&unit))?;
        Some(Dimensions { length: side("length")?, width: side("width")?, height: side("height")?, unit })
    }
}

/// What stands where a category asks for a number and goods have none.
fn is_none_said(text: &str) -> bool {
    text.eq_ignore_ascii_case("does not apply") || text.eq_ignore_ascii_case("nicht zutreffend")
}
