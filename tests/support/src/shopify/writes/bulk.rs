//! Variants of one product, many at a time.

use serde_json::{Value, json};

use super::super::deliveries;
use super::super::state::State;
use super::super::tree::{Arguments, Missing, gid, number};
use super::{error, there};

const MOST: usize = 250;

pub(super) fn update(state: &mut State, arguments: &Arguments) -> Result<Value, Missing> {
    let now = state.options.seconds();
    let rows = arguments.get("variants").and_then(Value::as_array).cloned().unwrap_or_default();
    if rows.len() > MOST {
        return Err(Missing::Wrong(format!(
            "The input array size of {} is greater than the maximum allowed of {MOST}.",
            rows.len()
        )));
    }
    let partial = arguments.get("allowPartialUpdates") == Some(&Value::Bool(true));
    let id = arguments.get("productId").and_then(Value::as_str).and_then(|id| number(id, "Product"));
    let Some(before) = id.and_then(|id| state.products.get(&id)) else {
        let errors = [error(&["productId"], "PRODUCT_DOES_NOT_EXIST", "Product does not exist")];
        return Ok(json!({"product": null, "productVariants": null, "userErrors": errors}));
    };
    let mut product = before.clone();
    let (mut errors, mut changed) = (Vec::new(), Vec::new());
    for (at, row) in rows.iter().enumerate() {
        let place = at.to_string();
        let mut refuse =
            |field: &str, code: &str, message: &str| errors.push(error(&["variants", &place, field], code, message));
        let known = ["id", "price", "compareAtPrice", "barcode"];
        if let Some(other) = row.as_object().and_then(|row| row.keys().find(|name| !known.contains(&name.as_str()))) {
            return Err(Missing::Unsimulated(format!("ProductVariantsBulkInput.{other}")));
        }
        let Some(id) = row.get("id").and_then(Value::as_str) else {
            refuse("id", "PRODUCT_VARIANT_ID_MISSING", "Product variant is missing ID attribute");
            continue;
        };
        let variant =
            number(id, "ProductVariant").and_then(|id| product.variants.iter_mut().find(|known| known.id == id));
        let Some(variant) = variant else {
            refuse("id", "PRODUCT_VARIANT_DOES_NOT_EXIST", "Product variant does not exist");
            continue;
        };
        let price = row.get("price").and_then(Value::as_str);
        if price.is_some_and(|price| price.starts_with('-')) {
            refuse("price", "NEGATIVE_PRICE_VALUE", "Price must be greater than or equal to 0");
            continue;
        }
        if let Some(price) = price {
            price.clone_into(&mut variant.price);
        }
        match row.get("compareAtPrice") {
            Some(Value::Null) => variant.compare_at = None,
            Some(before) => variant.compare_at = before.as_str().map(str::to_owned),
            None => {}
        }
        changed.push(there(gid("ProductVariant", variant.id)));
    }
    if !errors.is_empty() && !partial {
        changed.clear();
    }
    if !changed.is_empty() {
        product.updated_at = now.max(product.updated_at + 1);
        let id = product.id;
        state.products.insert(id, product);
        deliveries::product(state, "PRODUCTS_UPDATE", id);
    }
    Ok(json!({"productVariants": changed, "userErrors": errors}))
}
