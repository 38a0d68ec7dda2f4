//! The store's units: one for all weights, one for all lengths.

use entrepot_guest::issue::issue;
use entrepot_guest::measure::{length_unit, number, weight_unit};
use entrepot_guest::prelude::model::{Dimensions, LengthUnit, WeightUnit};

use super::notes::{Notes, Place, short};
use entrepot_guest::lenient::{Fields, Raw};

#[derive(Debug)]
pub(super) struct Units {
    /// The unit, and how many of it one of the store's units is.
    weight: Option<(WeightUnit, f64)>,
    length: Option<LengthUnit>,
}

impl Units {
    pub(super) fn of(store: &Fields<'_>, notes: &mut Notes) -> Self {
        let name = |field: &str| store.get(field).owned().unwrap_or_default();
        let (weight_units, dimension_units) = (name("weight_units"), name("dimension_units"));
        let (weight, length) = (weight_unit(&weight_units), length_unit(&dimension_units));
        for (unit, known) in [(&weight_units, weight.is_some()), (&dimension_units, length.is_some())] {
            // Nothing at all: the API account may not read the store's information, which the channel's check says.
            if !known && !unit.is_empty() {
                let message =
                    format!("The store measures in {:?}, which is no known unit; measures were left out.", short(unit));
                notes.warnings.push(issue("/store", "unit-unknown", message));
            }
        }
        Self { weight, length }
    }

    /// BigCommerce asks for a weight, and 0 is what people enter who have none.
    pub(super) fn weight(&self, raw: Raw<'_>, place: Place, notes: &mut Notes) -> Option<(f64, WeightUnit)> {
        let value = measure(raw, place, "weight", notes)?;
        let (unit, times) = self.weight?;
        (value > 0.0).then_some((value * times, unit))
    }

    /// All three sides or none: two of them are no size.
    pub(super) fn dimensions(
        &self,
        [depth, width, height]: [Raw<'_>; 3],
        place: Place,
        notes: &mut Notes,
    ) -> Option<Dimensions> {
        let mut side = |raw, field| measure(raw, place, field, notes).filter(|value| *value > 0.0);
        let (length, width, height) = (side(depth, "depth"), side(width, "width"), side(height, "height"));
        Some(Dimensions { length: length?, width: width?, height: height?, unit: self.length? })
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
