//! Amounts in minor units, and how many decimals each currency has.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in the currency's minor unit by ISO 4217: 1999 USD is nineteen dollars and ninety-nine cents.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: String,
}

impl Money {
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

/// Currencies whose minor unit is not a hundredth, ISO 4217 list one.
const EXPONENTS: &[(&str, u32)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// The other active codes: two decimals.
const HUNDREDTHS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF \
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG \
    HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
    MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
    SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// How many decimals the currency has; `None` for what is no active ISO 4217 code.
pub fn exponent(currency: &str) -> Option<u32> {
    if let Some((_, exponent)) = EXPONENTS.iter().find(|(code, _)| *code == currency) {
        return Some(*exponent);
    }
    (currency.len() == 3 && HUNDREDTHS.split_whitespace().any(|code| code == currency)).then_some(2)
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
    fn unknown_codes_have_no_exponent() {
        for code in ["", "XX", "usd", "ABC", "USD EUR"] {
            assert_eq!(exponent(code), None, "{code}");
        }
    }
}
