//! Stock: a quantity for each offering, and pools where the quantity does not vary by every property.

use std::collections::HashMap;

use entrepot_guest::prelude::model::{Inventory, Level};

use super::notes::{Notes, short};
use super::options::{Choice, key};
use entrepot_guest::lenient::{Fields, Raw};

/// What can be sold of an offering.
pub(super) fn quantity(raw: Raw<'_>, path: &str, notes: &mut Notes) -> i64 {
    let decimal = || raw.word()?.parse::<f64>().ok().filter(|number| number.is_finite());
    match (raw.whole(), decimal()) {
        (Some(quantity), _) => quantity,
        (None, Some(decimal)) => {
            notes.warn(path, "stock-rounded", "The quantity is no whole number; it was rounded down.");
            decimal.floor() as i64
        }
        (None, None) if raw.is_null() => {
            notes.fatal(path, "stock-incomplete", "The quantity is not told; the next import asks again.");
            0
        }
        (None, None) => {
            let message = format!("The quantity {} is no whole number.", short(raw.json()));
            notes.fatal(path, "stock-invalid", message);
            0
        }
    }
}

pub(super) fn level(available: i64, item: String) -> Inventory {
    Inventory::Tracked(vec![Level {
        location_id: "default".to_owned(),
        location_name: None,
        available,
        item_id: Some(item),
        backorder: false,
    }])
}

/// Which offerings show the same pieces: those alike in all properties by which the quantity varies.
pub(super) struct Pools {
    by: Vec<String>,
    listing: String,
    /// Quantity seen first in a pool; `None` where they differ, so that it is none.
    seen: HashMap<String, Option<i64>>,
}

impl Pools {
    pub(super) fn of(inventory: &Fields<'_>, listing: &str) -> Self {
        let by = inventory.get("quantity_on_property").items();
        let by = by.into_iter().filter_map(|id| Some(id.word()?.into_owned())).collect();
        Self { by, listing: listing.to_owned(), seen: HashMap::new() }
    }

    fn name(&self, choices: &[Choice]) -> String {
        let key = key(choices.iter().filter(|choice| self.by.contains(&choice.property)));
        if key.is_empty() { self.listing.clone() } else { format!("{}-{key}", self.listing) }
    }

    pub(super) fn see(&mut self, choices: &[Choice], quantity: i64) {
        let seen = self.seen.entry(self.name(choices)).or_insert(Some(quantity));
        *seen = seen.filter(|first| *first == quantity);
    }

    /// The stock-keeping item of these choices; `own` is the variant's id.
    pub(super) fn item(&self, choices: &[Choice], own: &str) -> String {
        let name = self.name(choices);
        if self.seen.get(&name).is_some_and(Option::is_some) { name } else { own.to_owned() }
    }
}
