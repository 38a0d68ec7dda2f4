//! ISO 4217: the active codes and how many decimals each has.

/// Currencies whose minor unit is not a hundredth.
fn uncommon(code: &str) -> Option<u32> {
    Some(match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => return None,
    })
}

/// The other active codes: two decimals. Metals, funds of the IMF and test codes are not money and not here.
const HUNDREDTHS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF \
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG \
    HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
    MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
    SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// How many decimals the currency has; `None` for what is no active ISO 4217 code.
///
/// ```
/// use entrepot_guest::currency::exponent;
/// assert_eq!((exponent("USD"), exponent("JPY"), exponent("KWD")), (Some(2), Some(0), Some(3)));
/// assert_eq!(exponent("DOGE"), None);
/// ```
pub fn exponent(code: &str) -> Option<u32> {
    // The two that most shops use need no search through the table.
    if code == "EUR" || code == "USD" {
        return Some(2);
    }
    if let Some(exponent) = uncommon(code) {
        return Some(exponent);
    }
    let known = code.len() == 3 && HUNDREDTHS.as_bytes().chunks(4).any(|entry| entry.get(..3) == Some(code.as_bytes()));
    known.then_some(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_code_and_no_other() {
        for code in HUNDREDTHS.split_whitespace() {
            assert_eq!(code.len(), 3, "{code}");
            assert_eq!(exponent(code), Some(2), "{code}");
        }
        for code in ["", "XX", "usd", "ABC", "USD EUR", "XXX", "XAU", "SD ", " US"] {
            assert_eq!(exponent(code), None, "{code}");
        }
        assert_eq!(exponent("CLF"), Some(4));
    }
}
