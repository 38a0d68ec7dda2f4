//! Amounts from decimal text, exactly.

use std::fmt;

use crate::bindings::types::Money;
use crate::currency::exponent;

/// Why a text is no amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// Not `-?digits(.digits)?`: a comma, a symbol, a space, nothing.
    NotADecimal,
    /// More decimals than the currency has, and not only zeros.
    TooPrecise,
    /// Larger than 64 bits of minor units.
    Overflow,
    /// The currency is no active ISO 4217 code.
    UnknownCurrency,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotADecimal => "not a plain decimal number",
            Self::TooPrecise => "more decimals than the currency has",
            Self::Overflow => "too large",
            Self::UnknownCurrency => "unknown currency",
        })
    }
}

impl std::error::Error for MoneyError {}

/// The amount in the currency's minor unit. Surplus decimals are an error unless they are zeros.
///
/// ```
/// use entrepot_guest::money::{MoneyError, money};
/// assert_eq!(money("19.90", "USD").map(|m| m.minor), Ok(1990));
/// assert_eq!(money("19.9000", "JPY"), Err(MoneyError::TooPrecise));
/// assert_eq!(money("12,50", "EUR"), Err(MoneyError::NotADecimal));
/// ```
pub fn money(text: &str, currency: &str) -> Result<Money, MoneyError> {
    let minor = minor(text, exponent(currency).ok_or(MoneyError::UnknownCurrency)?)?;
    Ok(Money { minor, currency: currency.to_owned() })
}

/// As [`money`], but surplus decimals are rounded, a half away from zero.
pub fn money_half_up(text: &str, currency: &str) -> Result<Money, MoneyError> {
    let minor = minor_half_up(text, exponent(currency).ok_or(MoneyError::UnknownCurrency)?)?;
    Ok(Money { minor, currency: currency.to_owned() })
}

/// [`money`] for a caller that has looked up the exponent.
pub fn minor(text: &str, exponent: u32) -> Result<i64, MoneyError> {
    let parts = Parts::of(text)?;
    if parts.decimals.iter().skip(exponent as usize).any(|digit| *digit != b'0') {
        return Err(MoneyError::TooPrecise);
    }
    parts.value(exponent, false)
}

/// [`money_half_up`] for a caller that has looked up the exponent.
pub fn minor_half_up(text: &str, exponent: u32) -> Result<i64, MoneyError> {
    let parts = Parts::of(text)?;
    let up = parts.decimals.get(exponent as usize).is_some_and(|digit| *digit >= b'5');
    parts.value(exponent, up)
}

struct Parts<'a> {
    negative: bool,
    whole: &'a [u8],
    decimals: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self, MoneyError> {
        let bytes = text.as_bytes();
        let (negative, bytes) = match bytes.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, bytes),
        };
        let mut halves = bytes.splitn(2, |byte| *byte == b'.');
        let whole = halves.next().unwrap_or_default();
        let decimals = halves.next();
        let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        if !digits(whole) || decimals.is_some_and(|part| !digits(part)) {
            return Err(MoneyError::NotADecimal);
        }
        Ok(Self { negative, whole, decimals: decimals.unwrap_or_default() })
    }

    fn value(&self, exponent: u32, up: bool) -> Result<i64, MoneyError> {
        let decimals = self.decimals.iter().copied().chain(std::iter::repeat(b'0')).take(exponent as usize);
        let mut value = 0_i64;
        for digit in self.whole.iter().copied().chain(decimals) {
            value = value
                .checked_mul(10)
                .and_then(|v| v.checked_add(i64::from(digit - b'0')))
                .ok_or(MoneyError::Overflow)?;
        }
        value = value.checked_add(i64::from(up)).ok_or(MoneyError::Overflow)?;
        Ok(if self.negative { -value } else { value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_decimals() {
        for (text, exponent, want) in [
            ("0", 2, 0),
            ("12", 2, 1200),
            ("12.5", 2, 1250),
            ("12.500", 2, 1250),
            ("-0.01", 2, -1),
            ("007.10", 2, 710),
            ("1500.00", 0, 1500),
            ("1.234", 3, 1234),
            ("92233720368547758.07", 2, i64::MAX),
        ] {
            assert_eq!(minor(text, exponent), Ok(want), "{text}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in
            ["", "-", ".5", "5.", "12,50", "1.299,00 zł", "1e3", "+1", " 1", "1 ", "1.2.3", "٣", "--1", "NaN", "0x10"]
        {
            assert_eq!(minor(text, 2), Err(MoneyError::NotADecimal), "{text:?}");
        }
        assert_eq!(minor("1.005", 2), Err(MoneyError::TooPrecise));
        assert_eq!(minor("92233720368547758.08", 2), Err(MoneyError::Overflow));
        assert_eq!(minor(&"9".repeat(400), 0), Err(MoneyError::Overflow));
        assert_eq!(money("1", "usd"), Err(MoneyError::UnknownCurrency));
    }

    #[test]
    fn rounds_half_away_from_zero_when_asked() {
        for (text, want) in [("1.005", 101), ("1.0049999", 100), ("-1.005", -101), ("0.995", 100), ("2", 200)] {
            assert_eq!(minor_half_up(text, 2), Ok(want), "{text}");
        }
    }
}
