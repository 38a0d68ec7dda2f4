//! Weights and lengths: numbers as they are written, units by their many names.

use crate::bindings::model::{LengthUnit, WeightUnit};

/// A number that is neither negative nor endless: `1.5`, `.5`, `5.`, and `1e-3` as JSON has it. Nothing for any other text; a comma may
/// mean either of two numbers a thousand apart.
///
/// ```
/// use entrepot_guest::measure::number;
/// assert_eq!((number("1.5"), number(".5"), number("1,5"), number("-1"), number("inf")), (Some(1.5), Some(0.5), None, None, None));
/// ```
pub fn number(text: &str) -> Option<f64> {
    // Rust reads "inf" and "nan" too.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    text.parse::<f64>().ok().filter(|value| plain && value.is_finite() && *value >= 0.0)
}

/// The unit, and how many of it one of what was named is: `tonnes` are a thousand kilograms each.
pub fn weight_unit(name: &str) -> Option<(WeightUnit, f64)> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "g" | "gr" | "gram" | "grams" => (WeightUnit::Gram, 1.0),
        "kg" | "kgs" | "kilogram" | "kilograms" => (WeightUnit::Kilogram, 1.0),
        "oz" | "ounce" | "ounces" => (WeightUnit::Ounce, 1.0),
        "lb" | "lbs" | "pound" | "pounds" => (WeightUnit::Pound, 1.0),
        "mg" | "milligram" | "milligrams" => (WeightUnit::Gram, 0.001),
        "t" | "tonne" | "tonnes" => (WeightUnit::Kilogram, 1000.0),
        _ => return None,
    })
}

pub fn length_unit(name: &str) -> Option<LengthUnit> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "mm" | "millimeter" | "millimeters" | "millimetre" | "millimetres" => LengthUnit::Millimeter,
        "cm" | "centimeter" | "centimeters" | "centimetre" | "centimetres" => LengthUnit::Centimeter,
        "m" | "meter" | "meters" | "metre" | "metres" => LengthUnit::Meter,
        "in" | "inch" | "inches" => LengthUnit::Inch,
        "ft" | "foot" | "feet" => LengthUnit::Foot,
        "yd" | "yard" | "yards" => LengthUnit::Yard,
        _ => return None,
    })
}

/// A weight in the unit that is named; nothing where it is no known one.
///
/// ```
/// use entrepot_guest::{measure::weight_in, prelude::model::WeightUnit};
/// assert_eq!(weight_in("KGS", 250.0, WeightUnit::Gram), Some(0.25));
/// ```
pub fn weight_in(name: &str, value: f64, unit: WeightUnit) -> Option<f64> {
    let grams = |unit: WeightUnit| match unit {
        WeightUnit::Gram => 1.0,
        WeightUnit::Kilogram => 1000.0,
        WeightUnit::Ounce => 28.349_523_125,
        WeightUnit::Pound => 453.592_37,
    };
    let (target, times) = weight_unit(name)?;
    Some(value * grams(unit) / (grams(target) * times))
}

/// What a length in `unit` is multiplied with to be one in the unit that is named.
///
/// ```
/// use entrepot_guest::{measure::length_factor, prelude::model::LengthUnit};
/// assert_eq!(length_factor("Centimeters", LengthUnit::Meter), Some(100.0));
/// ```
pub fn length_factor(name: &str, unit: LengthUnit) -> Option<f64> {
    let millimeters = |unit: LengthUnit| match unit {
        LengthUnit::Millimeter => 1.0,
        LengthUnit::Centimeter => 10.0,
        LengthUnit::Meter => 1000.0,
        LengthUnit::Inch => 25.4,
        LengthUnit::Foot => 304.8,
        LengthUnit::Yard => 914.4,
    };
    Some(millimeters(unit) / millimeters(length_unit(name)?))
}
