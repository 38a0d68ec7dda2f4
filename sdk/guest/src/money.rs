//! Amounts from decimal text, exactly.

use std::borrow::Cow;
use std::fmt;

use crate::bindings::types::Money;
use crate::currency::exponent;

/// Why a text is no amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// Not digits with at most one dot: a comma, a symbol, a space, nothing.
    NotADecimal,
    /// More decimals than the currency has, and not only zeros.
    TooPrecise,
    /// Larger than 64 bits of minor units.
    Overflow,
    /// No currency that goods are sold in.
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

/// The amount in the currency's minor unit. Surplus decimals are an error unless they are zeros, or what a binary float leaves behind
/// the fifteenth digit.
///
/// ```
/// use entrepot_guest::money::{MoneyError, money};
/// assert_eq!(money("19.90", "USD").map(|m| m.minor), Ok(1990));
/// assert_eq!(money("29.949999999999999", "USD").map(|m| m.minor), Ok(2995));
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

/// As [`money`], for a marketplace that writes a comma before the decimals, and perhaps something between the thousands: only for
/// where that is known, since `1.299` is either.
///
/// ```
/// use entrepot_guest::money::money_comma;
/// assert_eq!(money_comma("1.299,00", "PLN").map(|m| m.minor), Ok(129_900));
/// assert_eq!(money_comma("1 299,5", "PLN").map(|m| m.minor), Ok(129_950));
/// assert!(money_comma("1,299.00", "PLN").is_err() && money_comma("12.5", "PLN").is_err());
/// ```
pub fn money_comma(text: &str, currency: &str) -> Result<Money, MoneyError> {
    let (whole, decimals) = text.split_once(',').map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
    let separators = ['.', ' ', '\u{a0}', '\u{202f}', '\''];
    let mut groups = whole.split(separators);
    let mut plain = groups.next().unwrap_or_default().to_owned();
    for group in groups {
        if group.len() != 3 || plain.is_empty() {
            return Err(MoneyError::NotADecimal);
        }
        plain.push_str(group);
    }
    if let Some(decimals) = decimals {
        plain.push('.');
        plain.push_str(decimals);
    }
    money(&plain, currency)
}

/// The amount as marketplaces take it: `12.50`, `1500`; `None` in a currency whose decimals nobody knows.
///
/// ```
/// use entrepot_guest::{money::text, types::Money};
/// assert_eq!(text(&Money { minor: -5, currency: "USD".into() }).as_deref(), Some("-0.05"));
/// assert_eq!(text(&Money { minor: 1500, currency: "JPY".into() }).as_deref(), Some("1500"));
/// ```
pub fn text(money: &Money) -> Option<String> {
    let exponent = exponent(&money.currency)?;
    let (scale, magnitude) = (10_u64.pow(exponent), money.minor.unsigned_abs());
    let sign = if money.minor < 0 { "-" } else { "" };
    Some(match exponent {
        0 => format!("{sign}{magnitude}"),
        _ => format!("{sign}{}.{:0width$}", magnitude / scale, magnitude % scale, width = exponent as usize),
    })
}

/// [`money`] for a caller that has looked up the exponent.
pub fn minor(text: &str, exponent: u32) -> Result<i64, MoneyError> {
    let parts = Parts::of(text)?.without_noise(exponent);
    if parts.is_too_precise(exponent) {
        return Err(MoneyError::TooPrecise);
    }
    parts.value(exponent, false)
}

/// [`money_half_up`] for a caller that has looked up the exponent.
pub fn minor_half_up(text: &str, exponent: u32) -> Result<i64, MoneyError> {
    let parts = Parts::of(text)?.without_noise(exponent);
    let up = parts.decimals.get(exponent as usize).is_some_and(|digit| *digit >= b'5');
    parts.value(exponent, up)
}

/// So many digits of a decimal number survive in a binary float; what comes after them is noise.
const TRUE_DIGITS: usize = 15;
/// Zeros that have to follow the currency's decimals before the rest counts as noise: one might be chance.
const PROOF: usize = 2;
/// No price is written with a larger exponent, in either direction.
const LARGEST_SHIFT: i32 = 20;

struct Parts<'a> {
    negative: bool,
    whole: Cow<'a, [u8]>,
    decimals: Cow<'a, [u8]>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self, MoneyError> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, shift) = match unsigned.split_once(['e', 'E']) {
            // JSON may write numbers like this, and what is meant is exact.
            Some((mantissa, shift)) => {
                let shift = shift.parse::<i32>().ok().filter(|shift| shift.abs() <= LARGEST_SHIFT);
                (mantissa, shift.ok_or(MoneyError::NotADecimal)?)
            }
            None => (unsigned, 0),
        };
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && decimals.is_empty()) || !digits(whole) || !digits(decimals) {
            return Err(MoneyError::NotADecimal);
        }
        let (whole, decimals) = (Cow::Borrowed(whole.as_bytes()), Cow::Borrowed(decimals.as_bytes()));
        let parts = Self { negative: text.starts_with('-'), whole, decimals };
        Ok(if shift == 0 { parts } else { parts.shifted(shift) })
    }

    fn shifted(self, by: i32) -> Self {
        let zeros = |count: i64| std::iter::repeat_n(b'0', usize::try_from(count).unwrap_or(0));
        let point = self.whole.len() as i64 + i64::from(by);
        let digits: Vec<u8> =
            zeros(-point).chain(self.whole.iter().copied()).chain(self.decimals.iter().copied()).collect();
        let digits: Vec<u8> = digits.iter().copied().chain(zeros(point - digits.len() as i64)).collect();
        let (whole, decimals) = digits.split_at(usize::try_from(point).unwrap_or(0));
        Self { whole: Cow::Owned(whole.to_vec()), decimals: Cow::Owned(decimals.to_vec()), ..self }
    }

    /// 29.949999999999999 is 29.95, written by a machine that counts in halves: rounded to the digits that a float holds, it is exact.
    fn without_noise(self, exponent: u32) -> Self {
        let leading = self.whole.iter().chain(self.decimals.iter()).take_while(|digit| **digit == b'0').count();
        let significant = self.whole.len() + self.decimals.len() - leading;
        let kept = (leading + TRUE_DIGITS).checked_sub(self.whole.len());
        let Some(kept) = kept.filter(|kept| significant > TRUE_DIGITS && *kept < self.decimals.len()) else {
            return self;
        };
        if kept < exponent as usize + PROOF || !self.is_too_precise(exponent) {
            return self;
        }
        let mut digits: Vec<u8> = [b"0", &*self.whole, &self.decimals[..kept]].concat();
        let mut up = self.decimals[kept] >= b'5';
        for digit in digits.iter_mut().rev() {
            if !up {
                break;
            }
            up = *digit == b'9';
            *digit = if up { b'0' } else { *digit + 1 };
        }
        let (whole, decimals) = digits.split_at(self.whole.len() + 1);
        let rounded = Self {
            negative: self.negative,
            whole: Cow::Owned(whole.to_vec()),
            decimals: Cow::Owned(decimals.to_vec()),
        };
        if rounded.is_too_precise(exponent) { self } else { rounded }
    }

    fn is_too_precise(&self, exponent: u32) -> bool {
        self.decimals.iter().skip(exponent as usize).any(|digit| *digit != b'0')
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
mod tests;
