//! Amounts: decimal text and a currency. Nothing goes through a float.

use entrepot_guest::lenient::Raw;
use entrepot_guest::money::{MoneyError, money};
use entrepot_guest::prelude::*;

use super::notes::{Notes, short};

/// More than this is a slip of the hand, not a price (in minor units).
const ABSURD: i64 = 1_000_000_000_000;

/// Nothing for no price; what is no price at all is said, and nothing too.
pub(super) fn amount(raw: Raw<'_>, path: &str, notes: &mut Notes) -> Option<Money> {
    if raw.is_empty() {
        return None;
    }
    let fields = raw.fields();
    let value = fields.get("value").word().unwrap_or_default();
    let currency = fields.get("currency").word().unwrap_or_default();
    let wrong = match money(&value, &currency) {
        Ok(price) if price.minor < 0 => ("price-invalid", "it is negative".to_owned()),
        Ok(price) if price.minor > ABSURD => ("price-absurd", "it cannot be meant".to_owned()),
        Ok(price) => return Some(price),
        Err(MoneyError::UnknownCurrency) => ("currency-unknown", entrepot_guest::currency::unknown(&currency)),
        Err(MoneyError::TooPrecise) => ("price-too-precise", format!("{currency} has fewer decimals")),
        Err(error) => ("price-invalid", error.to_string()),
    };
    let message = format!("The price {:?} is not taken: {}. Correct it on eBay.", short(&value), wrong.1);
    notes.fatal(path, wrong.0, message);
    None
}
