//! Prices are what stands in the item, to the last digit.

use entrepot_domain::money::exponent;

use super::{Outcome, Subject};

pub(super) async fn exact(subject: &Subject<'_>) -> Outcome {
    let walk = subject.walk()?;
    let (shop, _) = subject.shop(None)?;
    let mut mapper = shop.mapper();
    let mut prices = 0;
    for item in &walk.items {
        let Ok(product) = mapper.map(item).await else { continue };
        let numbers = numbers(&item.body);
        for price in product.variants.iter().filter_map(|variant| variant.price.as_ref()) {
            let Some(exponent) = exponent(&price.currency) else {
                return Err(format!("item {}: {:?} is no currency by ISO 4217", item.source_id, price.currency));
            };
            if !numbers.iter().any(|number| stands_for(number, price.minor, exponent)) {
                let (minor, currency) = (price.minor, &price.currency);
                return Err(format!(
                    "item {}: the price {minor} (in minor units, {exponent} digits) {currency} stands nowhere in it",
                    item.source_id
                ));
            }
            prices += 1;
        }
    }
    if prices == 0 { Err("no product has a price; record one that has".into()) } else { Ok(format!("{prices} prices")) }
}

/// Everything in a text that is written like a decimal number, with a point or a comma.
fn numbers(text: &str) -> Vec<String> {
    let split =
        |other: fn(char) -> bool| text.split(other).filter(|part| part.bytes().any(|byte| byte.is_ascii_digit()));
    let points = split(|c| !(c.is_ascii_digit() || c == '.' || c == '-')).map(str::to_owned);
    let commas = split(|c| !(c.is_ascii_digit() || c == '.' || c == ',' || c == '-')).filter(|part| part.contains(','));
    let commas = commas.map(|part| part.replace('.', "").replace(',', "."));
    points.chain(commas).collect()
}

/// As an amount in the currency's unit, or in its minor unit, or with any other divisor that is a power of ten.
pub(super) fn stands_for(number: &str, minor: i64, exponent: u32) -> bool {
    let negative = number.starts_with('-');
    let unsigned = number.trim_start_matches('-');
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.trim_start_matches('0').trim_end_matches('0').to_owned();
    let amount = minor.unsigned_abs().to_string();
    if (minor < 0) != negative || digits(&format!("{whole}{fraction}")) != digits(&amount) {
        return false;
    }
    // Where a point is written, it is where it belongs.
    if fraction.is_empty() {
        return true;
    }
    let kept = fraction.trim_end_matches('0').len().max(exponent as usize);
    let padded = format!("{whole}{fraction:0<kept$}");
    let wanted = format!("{amount}{}", "0".repeat(kept - exponent as usize));
    padded.trim_start_matches('0').trim_end_matches('0').len() <= wanted.len()
        && padded.get(..whole.len() + kept).unwrap_or(&padded).trim_start_matches('0') == wanted.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_is_where_it_belongs() {
        for number in ["19.99", "19.990", "1999", "019.99"] {
            assert!(stands_for(number, 1999, 2), "{number}");
        }
        for number in ["199.9", "1.999", "19.98", "-19.99", "20"] {
            assert!(!stands_for(number, 1999, 2), "{number}");
        }
        assert!(
            stands_for("20", 2000, 2)
                && stands_for("20.0", 2000, 2)
                && stands_for("1500", 1500, 0)
                && stands_for("0", 0, 2)
        );
        assert!(stands_for("1.5", 1500, 3) && !stands_for("15.0", 1500, 3));
    }

    #[test]
    fn a_comma_may_stand_for_the_point() {
        for text in [r#"{"price": "19,90"}"#, "1.019,90 zł", "[19,90]"] {
            let wanted = if text.contains("1.019") { "1019.90" } else { "19.90" };
            assert!(numbers(text).iter().any(|number| number == wanted), "{text}: {:?}", numbers(text));
        }
    }
}
