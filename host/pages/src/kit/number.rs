//! Numbers as people write them.

use entrepot_domain::Money;
use entrepot_domain::money::exponent;

/// "1 product", "1,204 products"
pub(crate) fn count(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// "1,204"
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    if number < 0 {
        out.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "12.99 EUR"
pub(crate) fn money(money: &Money) -> String {
    let places = exponent(&money.currency).unwrap_or(2);
    let (sign, digits) = (if money.minor < 0 { "−" } else { "" }, money.minor.unsigned_abs());
    let whole = 10_u64.saturating_pow(places);
    if places == 0 {
        return format!("{sign}{digits} {}", money.currency);
    }
    let places = places as usize;
    format!("{sign}{}.{:0places$} {}", digits / whole, digits % whole, money.currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "−1,000")]
        {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn amounts_have_their_currency_s_places() {
        for (minor, currency, text) in [
            (1_299, "EUR", "12.99 EUR"),
            (5, "EUR", "0.05 EUR"),
            (1_500, "JPY", "1500 JPY"),
            (-1_299, "EUR", "−12.99 EUR"),
            (1_234, "KWD", "1.234 KWD"),
        ] {
            assert_eq!(money(&Money::new(minor, currency)), text);
        }
    }
}
