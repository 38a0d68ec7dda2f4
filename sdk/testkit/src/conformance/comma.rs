//! Prices with a comma, as shops write them whose language does: read as they are meant, or refused; never a hundred times as much.

use entrepot_domain::Money;
use entrepot_domain::catalog::Product;
use entrepot_domain::money::exponent;
use entrepot_sandbox::{CallError, RawItem};
use serde_json::Value;

use super::money::stands_for;
use super::{Outcome, Subject, told};

/// Items that are tried.
const ITEMS: usize = 50;

pub(super) async fn read_or_refused(subject: &Subject<'_>) -> Outcome {
    let walk = subject.walk()?;
    let (shop, _) = subject.shop(None)?;
    let (mut mapper, mut tried) = (shop.mapper(), 0);
    for item in walk.items.iter().take(ITEMS) {
        let Ok(product) = mapper.map(item).await else { continue };
        let Ok(mut body) = serde_json::from_str::<Value>(&item.body) else { continue };
        let known = prices(&product);
        let changed = with_commas(&mut body, &known);
        if changed == 0 {
            continue;
        }
        tried += 1;
        let other = RawItem { body: body.to_string(), ..item.clone() };
        match mapper.map(&other).await {
            Err(error @ CallError::Stopped { .. }) => return Err(told(&error)),
            Err(_) => {}
            Ok(product) => {
                if let Some(wrong) = prices(&product).into_iter().find(|price| !known.contains(price)) {
                    return Err(format!(
                        "item {}: written with a comma, a price became {} {} (in minor units); read the comma, or refuse it",
                        item.source_id, wrong.minor, wrong.currency
                    ));
                }
            }
        }
    }
    Ok(format!("{tried} items with a comma in their prices"))
}

fn prices(product: &Product) -> Vec<Money> {
    product.variants.iter().flat_map(|variant| variant.amounts()).cloned().collect()
}

/// Writes texts that are one of the prices, and have a point, with a comma.
fn with_commas(value: &mut Value, prices: &[Money]) -> usize {
    match value {
        Value::String(text) => {
            let number = text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            let one_of =
                |price: &Money| exponent(&price.currency).is_some_and(|digits| stands_for(text, price.minor, digits));
            if !number || !prices.iter().any(one_of) {
                return 0;
            }
            *text = text.replace('.', ",");
            1
        }
        Value::Array(items) => items.iter_mut().map(|item| with_commas(item, prices)).sum(),
        Value::Object(fields) => fields.values_mut().map(|field| with_commas(field, prices)).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prices_alone_are_written_otherwise() {
        let mut body =
            json!({"price": "19.90", "weight": "1.5", "version": "19.9.0", "prices": [{"amount": "19.9"}], "id": 19.9});
        assert_eq!(with_commas(&mut body, &[Money::new(1990, "EUR")]), 2);
        let wanted =
            json!({"price": "19,90", "weight": "1.5", "version": "19.9.0", "prices": [{"amount": "19,9"}], "id": 19.9});
        assert_eq!(body, wanted);
    }
}
