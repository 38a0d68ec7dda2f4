//! Amounts in minor units, and how many decimals each currency has.

use std::fmt;

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

/// An amount in the currency's minor unit by ISO 4217: 1999 USD is nineteen dollars and ninety-nine cents.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// In the smallest unit of the currency: cents, pence, whole yen.
    pub minor: i64,
    /// ISO 4217, three capital letters.
    pub currency: String,
}

impl Money {
    /// Whether there is such a currency is for validation to say.
    pub fn new(minor: i64, currency: impl Into<String>) -> Self {
        Self { minor, currency: currency.into() }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = exponent(&self.currency).unwrap_or(0);
        let scale = 10_u64.pow(exponent);
        let magnitude = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        if exponent == 0 {
            return write!(f, "{sign}{magnitude} {}", self.currency);
        }
        let (whole, part) = (magnitude / scale, magnitude % scale);
        write!(f, "{sign}{whole}.{part:0width$} {}", self.currency, width = exponent as usize)
    }
}

/// What shops are run in and ISO 4217 never listed, or lists no more; the table of ISO's codes knows only some that were replaced. The
/// SDK's list (`sdk/guest/src/currency.rs`) is the same.
const BESIDE: [(&str, u32); 20] = [
    // Of the same worth as a currency that is listed.
    ("FOK", 2),
    ("GGP", 2),
    ("IMP", 2),
    ("IRT", 2),
    ("JEP", 2),
    ("KID", 2),
    ("PRB", 2),
    ("TVD", 2),
    // Replaced by another one.
    ("ANG", 2),
    ("BYR", 0),
    ("EEK", 2),
    ("GHC", 2),
    ("LTL", 2),
    ("LVL", 2),
    ("MRO", 2),
    ("SKK", 2),
    ("STD", 2),
    ("TMM", 2),
    ("VEF", 2),
    ("ZMK", 2),
];

/// How many decimals the currency has; `None` for what is none that goods are sold in. Superseded ones count: shops go on in them.
pub fn exponent(currency: &str) -> Option<u32> {
    // What most shops sell in needs no search through the table, once for every amount.
    if matches!(currency, "EUR" | "USD" | "GBP" | "CAD" | "AUD") {
        return Some(2);
    }
    match Currency::from_code(currency) {
        // Metals, funds of the IMF and test codes are no money.
        Some(known) if known.is_special() => None,
        Some(known) => known.exponent().map(u32::from),
        None => BESIDE.iter().find(|(code, _)| *code == currency).map(|(_, exponent)| *exponent),
    }
}

/// `12.99 EUR`, or `12.99` where the currency is known; a comma may stand for the dot. What is wrong is said with what to do.
pub fn parse(text: &str, currency: Option<&str>) -> Result<Money, String> {
    let text = text.trim();
    let how = || format!("{text:?} is no amount; write 12.99 {}", currency.unwrap_or("EUR"));
    let (number, currency) = match text.split_once(' ') {
        Some((number, named)) => (number, named.trim()),
        None => (text, currency.ok_or_else(how)?),
    };
    let places = exponent(currency).ok_or_else(|| format!("{currency:?} is no currency of ISO 4217, such as EUR"))?;
    let (whole, decimals) = number.split_once(['.', ',']).unwrap_or((number, ""));
    if decimals.len() > places as usize && decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{text:?} has more decimals than {currency} has ({places})"));
    }
    let digits = format!("{whole}{decimals:0<width$}", width = places as usize);
    if whole.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(how());
    }
    let minor = digits.parse().map_err(|_| how())?;
    Ok(Money::new(minor, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_amounts_with_the_decimals_of_the_currency() {
        assert_eq!(Money::new(-5, "USD").to_string(), "-0.05 USD");
        assert_eq!(Money::new(1_500, "JPY").to_string(), "1500 JPY");
        assert_eq!(Money::new(12_345, "KWD").to_string(), "12.345 KWD");
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, currency, minor) in [
            ("12.99 EUR", None, 1_299),
            ("12,9", Some("EUR"), 1_290),
            (" 12 ", Some("EUR"), 1_200),
            ("1500", Some("JPY"), 1_500),
            ("1.5 KWD", Some("EUR"), 1_500),
        ] {
            assert_eq!(parse(text, currency).map(|money| money.minor), Ok(minor), "{text}");
        }
        for (text, currency, words) in [
            ("12.99", None, "write 12.99 EUR"),
            ("12.999", Some("EUR"), "more decimals than EUR has (2)"),
            ("1,299.00", Some("EUR"), "is no amount"),
            ("-1", Some("EUR"), "is no amount"),
            (".", Some("EUR"), "is no amount"),
            ("1 EURO", None, "no currency"),
            ("99999999999999999999", Some("EUR"), "is no amount"),
        ] {
            let said = parse(text, currency).expect_err(text);
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn unknown_codes_have_no_exponent() {
        for code in ["", "XX", "usd", "ABC", "USD EUR", "XXX", "XAU", "XDR", "BTC"] {
            assert_eq!(exponent(code), None, "{code}");
        }
        for (code, decimals) in [("EUR", 2), ("CLF", 4), ("ISK", 0), ("TND", 3), ("JEP", 2), ("BGN", 2), ("BYR", 0)] {
            assert_eq!(exponent(code), Some(decimals), "{code}");
        }
    }
}
