//! Stock: not counted, counted for the product as a whole, or for each variant; per location where that may be read.

use std::collections::BTreeMap;

use entrepot_guest::prelude::StockLevel;
use entrepot_guest::prelude::model::{Inventory, Level};

use super::notes::{Notes, Place, short};
use entrepot_guest::lenient::{Fields, Raw};

pub(super) struct Stock<'a> {
    pub(super) product: &'a Fields<'a>,
    pub(super) product_id: &'a str,
    /// Items of stock of this product; nothing where they may not be read.
    pub(super) items: Raw<'a>,
    pub(super) base_variant: Option<u64>,
}

impl Stock<'_> {
    pub(super) fn of(&self, variant: &Fields<'_>, id: &str, place: Place, notes: &mut Notes) -> Inventory {
        let tracking = self.product.get("inventory_tracking").word().unwrap_or_default();
        let items = self.items.records();
        let (item, level, item_id) = match tracking.as_ref() {
            "variant" => {
                let own = items.iter().find(|item| variant_of(item).is_some_and(|found| found.to_string() == id));
                // It may be this variant's.
                if own.is_none() && items.iter().any(|item| variant_of(item).is_none()) {
                    said(Number::Missing, Raw::MISSING, place, notes);
                    return Inventory::Untracked(false);
                }
                // One that is made up for has nothing of its own.
                let level = if variant.0.is_empty() { self.product } else { variant }.get("inventory_level");
                (own, level, id.to_owned())
            }
            "product" => {
                (pool(&items, self.base_variant), self.product.get("inventory_level"), pool_id(self.product_id))
            }
            "none" => return Inventory::Untracked(true),
            "" => {
                let message = "The store does not tell whether and how this product's stock is counted; the next import asks again.";
                if !notes.fatal.iter().any(|issue| issue.code == "stock-incomplete") {
                    notes.fatal(Place::Product, "inventory_tracking", "stock-incomplete", message);
                }
                return Inventory::Untracked(false);
            }
            other => {
                let message =
                    format!("{:?} is no way of tracking stock that is known; it counts as not for sale.", short(other));
                // Said once, whatever number of variants it is about.
                if !notes.warnings.iter().any(|warning| warning.code == "tracking-unknown") {
                    notes.warn(Place::Product, "inventory_tracking", "tracking-unknown", message);
                }
                return Inventory::Untracked(false);
            }
        };
        let levels = item
            .map(|item| located(item, &item_id, &mut |number, raw| said(number, raw, place, notes)))
            .unwrap_or_default();
        if !levels.is_empty() {
            return Inventory::Tracked(levels);
        }
        // New products have no item of stock yet, and then the catalogue's own number is all there is.
        if self.items.list().is_some() && !notes.warnings.iter().any(|warning| warning.code == "stock-without-location")
        {
            let message =
                "BigCommerce shows no stock by location for this product; the number of the catalogue is taken.";
            notes.warn(Place::Product, "inventory_level", "stock-without-location", message);
        }
        let number = Number::of(level);
        said(number, level, place, notes);
        let available = number.pieces();
        let location_id = "default".to_owned();
        Inventory::Tracked(vec![Level {
            location_id,
            location_name: None,
            available,
            item_id: Some(item_id),
            backorder: false,
        }])
    }
}

/// The levels of a product's items, without the product. `tracking` is the product's word for how it is counted. `None`: one is not told,
/// or is no number.
pub(crate) fn alone(
    tracking: &str,
    product_id: &str,
    base_variant: Option<u64>,
    items: &[Fields<'_>],
) -> Option<Vec<StockLevel>> {
    if items.iter().any(|item| is_odd(item, tracking)) {
        return None;
    }
    let of_items: Vec<(String, &Fields<'_>)> = match tracking {
        "variant" => {
            // Of a variant that is there twice, the first counts.
            let mut own = BTreeMap::new();
            for item in items.iter().rev() {
                own.extend(variant_of(item).map(|variant| (variant, item)));
            }
            own.into_iter().map(|(variant, item)| (variant.to_string(), item)).collect()
        }
        "product" => pool(items, base_variant).map(|item| (pool_id(product_id), item)).into_iter().collect(),
        _ => Vec::new(),
    };
    let (mut levels, mut told) = (Vec::new(), true);
    for (item_id, item) in &of_items {
        let located = located(item, item_id, &mut |number, _| told &= number.is_told());
        levels.extend(located.into_iter().map(|Level { location_id, available, .. }| StockLevel {
            item_id: item_id.clone(),
            location_id,
            available,
        }));
    }
    told.then_some(levels)
}

/// A number of pieces, as far as it is one.
#[derive(Clone, Copy, Debug)]
enum Number {
    Whole(i64),
    /// What is left of a piece cannot be sold.
    Rounded(i64),
    /// Null, or not there.
    Missing,
    Invalid,
    Absurd,
}

/// BigCommerce's own inventory takes no more.
const MOST: u64 = 2_147_483_647;

impl Number {
    fn of(raw: Raw<'_>) -> Self {
        match (raw.whole(), raw.word().and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite())) {
            (Some(whole), _) if whole.unsigned_abs() > MOST => Self::Absurd,
            (Some(whole), _) => Self::Whole(whole),
            (None, Some(decimal)) => Self::Rounded(decimal.floor() as i64),
            (None, None) if raw.is_null() => Self::Missing,
            (None, None) => Self::Invalid,
        }
    }

    /// Of what is not told nobody knows how many there are.
    fn is_told(self) -> bool {
        !matches!(self, Self::Missing | Self::Invalid)
    }

    fn pieces(self) -> i64 {
        match self {
            Self::Whole(pieces) | Self::Rounded(pieces) => pieces,
            Self::Missing | Self::Invalid | Self::Absurd => 0,
        }
    }
}

fn said(number: Number, raw: Raw<'_>, place: Place, notes: &mut Notes) {
    let (code, message) = match number {
        Number::Whole(_) => return,
        Number::Rounded(_) => ("stock-rounded", "The stock is no whole number; it was rounded down."),
        Number::Absurd => ("stock-absurd", "So many pieces cannot be meant; they count as none."),
        Number::Missing => {
            let message = "Stock is counted and its number is not told; the next import asks again.";
            return notes.fatal(place, "inventory_level", "stock-incomplete", message);
        }
        Number::Invalid => {
            let message = format!("The stock {} is no number. Enter it anew in the store.", short(raw.json()));
            return notes.fatal(place, "inventory_level", "stock-invalid", message);
        }
    };
    notes.warn(place, "inventory_level", code, message);
}

fn variant_of(item: &Fields<'_>) -> Option<u64> {
    item.get("identity").fields().get("variant_id").id()
}

/// Whose stock it is cannot be read. One of a product as a whole may name no variant.
fn is_odd(item: &Fields<'_>, tracking: &str) -> bool {
    let variant = item.get("identity").fields().get("variant_id");
    variant.id().is_none() && (tracking == "variant" || !variant.is_null())
}

/// One pool for all variants.
fn pool<'i, 'a>(items: &'i [Fields<'a>], base_variant: Option<u64>) -> Option<&'i Fields<'a>> {
    let whole = items.iter().find(|item| variant_of(item).is_none());
    whole.or_else(|| items.iter().find(|item| variant_of(item) == base_variant)).or(items.first())
}

/// No number: it could be that of another product's variant.
fn pool_id(product_id: &str) -> String {
    format!("product:{product_id}")
}

/// Locations that are switched off sell nothing and are left out.
fn located(item: &Fields<'_>, item_id: &str, said: &mut dyn FnMut(Number, Raw<'_>)) -> Vec<Level> {
    let Some(locations) = item.get("locations").list() else {
        said(Number::Missing, item.get("locations"));
        return Vec::new();
    };
    let mut levels: Vec<_> = locations
        .into_iter()
        .map(Raw::fields)
        .filter(|location| location.get("location_enabled").flag() != Some(false))
        .filter_map(|location| {
            // What is no location, or does not say which: the goods would seem to lie nowhere.
            let Some(location_id) = location.get("location_id").owned() else {
                said(Number::Missing, Raw::MISSING);
                return None;
            };
            // Safety stock and what is reserved are taken off what is on hand: one does not stand for the other.
            let told = location.get("available_to_sell");
            let number = Number::of(told);
            said(number, told);
            Some(Level {
                location_id,
                location_name: location.get("location_name").owned(),
                available: number.pieces(),
                item_id: Some(item_id.to_owned()),
                backorder: false,
            })
        })
        .collect();
    levels.sort_by_key(|level| level.location_id.parse::<u64>().unwrap_or(u64::MAX));
    levels
}
