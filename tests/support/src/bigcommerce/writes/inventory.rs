//! Stock as it is set: at a location, by the identity that the product is counted by, all of a request or none.

use serde_json::{Value, json};

use super::super::errors::{json_answer, refusal};
use super::super::state::{DEFAULT_LOCATION, State};
use super::{INVENTORY, checked};
use crate::server::Answer;

const MOST: usize = 2_000;
const MOST_PIECES: i64 = 2_147_483_647;

pub(super) fn absolute(state: &mut State, _: &[u64], body: &Value) -> Result<Answer, Answer> {
    let items = body["items"].as_array().cloned().unwrap_or_default();
    if items.is_empty() || items.len() > MOST {
        return Err(refusal(422, &format!("items must have 1 to {MOST} elements")));
    }
    checked(INVENTORY, "/inventory/adjustments/absolute", "put", body)?;
    let mut set = Vec::new();
    for item in &items {
        let quantity = item["quantity"].as_i64().unwrap_or(-1);
        let location = item["location_id"].as_u64().unwrap_or(0);
        if !(0..=MOST_PIECES).contains(&quantity) {
            return Err(refusal(422, &format!("The quantity {quantity} is out of range")));
        }
        if !state.locations.contains_key(&location) {
            return Err(refusal(422, &format!("The location {location} does not exist")));
        }
        set.push((identified(state, item)?, location, quantity));
    }
    for ((product, variant), location, quantity) in set {
        let safety = state.safety.get(&variant).copied().unwrap_or(0);
        state.stock.entry(variant).or_default().insert(location, quantity - safety);
        state.show_levels(product);
        if location == DEFAULT_LOCATION {
            let now = super::super::time::iso(state.options.seconds());
            state.products.entry(product).and_modify(|product| product["date_modified"] = json!(now));
        }
        let product = state.products[&product].clone();
        let variant = product["variants"].as_array().into_iter().flatten().find(|one| one["id"] == variant).cloned();
        state.tell_stock(&product, &variant.unwrap_or_default(), location, quantity - safety);
    }
    let transaction = format!("00000000-0000-4000-8000-{:012}", state.id());
    Ok(json_answer(200, &json!({"transaction_id": transaction})))
}

/// Product and variant.
fn identified(state: &State, item: &Value) -> Result<(u64, u64), Answer> {
    let id = |value: &Value| value.as_u64().unwrap_or(0);
    let variants = |product: &Value| product["variants"].as_array().cloned().unwrap_or_default();
    if item["product_id"].is_u64() {
        let product_id = id(&item["product_id"]);
        let found = state.products.get(&product_id);
        let product = found.ok_or_else(|| refusal(422, &format!("Product {product_id} was not found")))?;
        return match product["inventory_tracking"].as_str() {
            Some("product") => Ok((product_id, id(&variants(product)[0]["id"]))),
            Some("variant") => Err(refusal(
                422,
                &format!(
                    "[Item with product_id {product_id} is tracked by variant, please update stock by variant id]"
                ),
            )),
            _ => Err(refusal(422, &format!("Inventory of product {product_id} is not tracked"))),
        };
    }
    let is_it = |variant: &Value| match item["variant_id"].as_u64() {
        Some(wanted) => variant["id"] == wanted,
        None => variant["sku"] == item["sku"],
    };
    let owner = { state.products.values() }.find_map(|product| {
        let variant = variants(product).into_iter().find(|variant| is_it(variant))?;
        Some((product, id(&variant["id"])))
    });
    let (product, variant) = owner.ok_or_else(|| refusal(422, &format!("Item {item} was not found")))?;
    match product["inventory_tracking"].as_str() {
        Some("variant") => Ok((id(&product["id"]), variant)),
        Some("product") => Err(refusal(
            422,
            &format!("[Item with variant_id {variant} is tracked by product, please update stock by product id]"),
        )),
        _ => Err(refusal(422, &format!("Inventory of variant {variant} is not tracked"))),
    }
}
