//! Currencies by their three letters, and how many decimals each has.

use iso_currency::Currency;

/// What shops are run in and ISO 4217 never listed, or lists no more; the table of ISO's codes knows only some that were replaced.
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
///
/// ```
/// use entrepot_guest::currency::exponent;
/// assert_eq!((exponent("USD"), exponent("JPY"), exponent("KWD"), exponent("JEP")), (Some(2), Some(0), Some(3), Some(2)));
/// assert_eq!((exponent("DOGE"), exponent("XAU")), (None, None));
/// ```
pub fn exponent(code: &str) -> Option<u32> {
    // The two that most shops use need no search through the table.
    if code == "EUR" || code == "USD" {
        return Some(2);
    }
    match Currency::from_code(code) {
        // Metals, funds of the IMF and test codes are no money.
        Some(currency) if currency.is_special() => None,
        Some(currency) => currency.exponent().map(u32::from),
        None => BESIDE.iter().find(|(known, _)| *known == code).map(|(_, exponent)| *exponent),
    }
}

/// Why a shop in that currency cannot be connected, in words for its seller.
pub fn unknown(code: &str) -> String {
    let code: String = code.chars().take(20).collect();
    if code.is_empty() {
        return "The shop does not tell its currency. Set the channel's currency.".to_owned();
    }
    format!(
        "The shop sells in {code:?}, which is no currency that amounts can be kept in: neither listed by ISO 4217 nor one of those that \
         shops use beside it. Choose another currency in the shop."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_shops_are_run_in() {
        for (code, decimals) in [
            ("EUR", 2),
            ("CLP", 0),
            ("ISK", 0),
            ("UGX", 0),
            ("XPF", 0),
            ("BHD", 3),
            ("TND", 3),
            ("CLF", 4),
            ("UYW", 4),
            ("BGN", 2),
            ("HRK", 2),
            ("VES", 2),
            ("ZWL", 2),
            ("XCG", 2),
        ] {
            assert_eq!(exponent(code), Some(decimals), "{code}");
        }
        for (code, decimals) in BESIDE {
            assert_eq!(exponent(code), Some(decimals), "{code}");
            assert!(Currency::from_code(code).is_none(), "{code} is in ISO's table now");
        }
        for code in ["", "XX", "usd", "ABC", "USD EUR", "XXX", "XAU", "XDR", "SD ", " US", "BTC", "USDC"] {
            assert_eq!(exponent(code), None, "{code}");
        }
    }
}
