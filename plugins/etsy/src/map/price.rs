//! Prices: `amount / divisor`, exactly. The divisor is whatever the data says; it is not always a hundred.

use entrepot_guest::currency::exponent;
use entrepot_guest::prelude::*;

use super::notes::{Notes, short};
use entrepot_guest::lenient::Raw;

/// More than this is a slip of the hand, not a price (in minor units).
const ABSURD: i128 = 1_000_000_000_000;

/// Nothing for no price; what is no price at all is said, and nothing too.
pub(super) fn money(raw: Raw<'_>, path: &str, notes: &mut Notes) -> Option<Money> {
    if raw.is_empty() {
        let message = "There is no price, so this cannot be sold. Enter one on Etsy.";
        notes.warn(path, "price-missing", message);
        return None;
    }
    match read(raw) {
        Ok(money) => {
            if money.minor == 0 {
                notes.warn(path, "price-zero", "The price is zero: buyers would pay nothing.");
            }
            Some(money)
        }
        Err((code, message)) => {
            notes.fatal(path, code, message);
            None
        }
    }
}

fn read(raw: Raw<'_>) -> Result<Money, (&'static str, String)> {
    let fields = raw.fields();
    let whole = |name: &str| {
        let text = fields.get(name).word();
        let text = text.as_deref().unwrap_or_default();
        let digits = text.strip_prefix('-').unwrap_or(text);
        // More digits than any price has are refused below as absurd, so they need not fit.
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<i128>().unwrap_or(i128::MAX / 1_000_000))
    };
    let (Some(amount), Some(divisor)) = (whole("amount"), whole("divisor").filter(|divisor| *divisor > 0)) else {
        let message = format!("{:?} is no amount with a divisor. Enter the price anew on Etsy.", short(raw.json()));
        return Err(("price-invalid", message));
    };
    let code = fields.get("currency_code").word().unwrap_or_default();
    let Some(exponent) = exponent(&code) else {
        return Err(("currency-unknown", entrepot_guest::currency::unknown(&code)));
    };
    if amount < 0 {
        return Err(("price-invalid", format!("The price {amount}/{divisor} is negative. Correct it on Etsy.")));
    }
    let Some(scaled) = amount.checked_mul(10_i128.pow(exponent)).filter(|scaled| scaled / divisor <= ABSURD) else {
        return Err(("price-absurd", format!("The price {amount}/{divisor} cannot be meant. Correct it on Etsy.")));
    };
    if scaled % divisor != 0 {
        let message = format!("The price {amount}/{divisor} has more decimals than {code} has. Correct it on Etsy.");
        return Err(("price-too-precise", message));
    }
    Ok(Money { minor: i64::try_from(scaled / divisor).unwrap_or_default(), currency: code.into_owned() })
}
