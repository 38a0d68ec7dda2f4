//! Amounts beside the price, and numbers of pieces: what cannot be kept is left out, and the product is not.

use super::{Inventory, Issue, Product, is_count};
use crate::money::{Money, exponent};

/// Leaves out what is no amount in the variant's currency, and says so. What buyers pay is not touched: without it there is no product.
pub(super) fn leave_out(product: &mut Product) {
    for (index, variant) in product.variants.iter_mut().enumerate() {
        let Some(currency) = variant.price.as_ref().map(|price| price.currency.clone()) else { continue };
        let warnings = &mut product.warnings;
        let mut unusable = |field: &str, money: &Money| {
            let why = if money.currency != currency {
                let known = exponent(&money.currency).is_some();
                let other: String = money.currency.chars().take(20).collect();
                format!("it is in {}, and the price in {currency}", if known { other } else { format!("{other:?}") })
            } else if money.minor < 0 {
                "it is below zero".to_owned()
            } else {
                return false;
            };
            let message = format!("the {} was left out: {why}", field.replace('_', " "));
            warnings.push(Issue::new(format!("/variants/{index}/{field}"), "amount-left-out", message));
            true
        };
        variant.cost = variant.cost.take().filter(|cost| !unusable("cost", cost));
        variant.compare_at = variant.compare_at.take().filter(|before| !unusable("compare_at", before));
        variant.sale = variant.sale.take().filter(|sale| !unusable("sale", &sale.price));
    }
    for (index, variant) in product.variants.iter_mut().enumerate() {
        let Inventory::Tracked(levels) = &mut variant.inventory else { continue };
        levels.retain(|level| {
            if is_count(level.available) {
                return true;
            }
            let message =
                format!("the stock at {} was left out: {} pieces cannot be meant", level.location_id, level.available);
            product.warnings.push(Issue::new(format!("/variants/{index}/inventory"), "stock-absurd", message));
            false
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::validate;

    #[test]
    fn an_amount_beside_the_price_does_not_cost_the_product() {
        let money = |minor: i64, currency: &str| json!({"minor": minor, "currency": currency});
        let variant = json!({"source_id": "1", "sku": null, "gtin": null, "mpn": null, "title": null, "option_values": [],
            "enabled": true, "price": money(1250, "EUR"), "compare_at": money(1500, "EUR"),
            "sale": {"price": money(-1, "EUR"), "starts_at": null, "ends_at": null}, "cost": money(420, "USD"), "weight": null,
            "dimensions": null, "taxable": null, "tax_class": null, "requires_shipping": null, "inventory": {"untracked": true},
            "media_ids": [], "extras": {}});
        let product = json!({"source_id": "1", "title": "Mug", "description_html": null, "summary_html": null, "status": "active",
            "url": null, "handle": null, "brand": null, "product_type": null, "tags": [], "options": [], "variants": [variant],
            "media": [], "collections": [], "attributes": [], "seo": null, "created_at": null, "updated_at": null, "warnings": [],
            "extras": {}});
        let mut product: Product = serde_json::from_value(product).expect("a product");
        assert_eq!(validate(&mut product), []);
        let variant = &product.variants[0];
        assert!(
            variant.price.is_some() && variant.compare_at.is_some() && variant.cost.is_none() && variant.sale.is_none()
        );
        let said: Vec<_> =
            product.warnings.iter().map(|warning| (warning.code.as_str(), warning.path.as_str())).collect();
        assert_eq!(said, [("amount-left-out", "/variants/0/cost"), ("amount-left-out", "/variants/0/sale")]);
        assert!(product.warnings[0].message.contains("it is in USD"), "{}", product.warnings[0].message);
    }
}
