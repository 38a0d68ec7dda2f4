//! An inventory is written as a whole: what is left out is gone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::answers::{not_found, ok};
use super::super::model::{Offering, Product, Property};
use super::super::render;
use super::super::store::State;
use super::{bad, body};
use crate::server::{Answer, Request};

const MOST_QUANTITY: u64 = 999;
const MOST_SKU: usize = 32;
const MOST_PROPERTIES: usize = 2;
const MOST_VALUES: usize = 70;
/// Those that are named by the seller.
const CUSTOM: [u64; 2] = [513, 514];

type Refused = Result<Answer, Answer>;

pub(super) fn put(state: &mut State, request: &Request, numbers: &[u64]) -> Refused {
    let id = numbers[0];
    let body = body::json(request, "updateListingInventory", "products")?;
    let listing = state.listings.get(&id).ok_or_else(not_found)?;
    let is_physical = listing.kind == "physical";
    let rows = body["products"].as_array().cloned().unwrap_or_default();
    let products: Vec<Product> = rows.iter().map(|row| product(state, row, is_physical)).collect::<Result<_, _>>()?;
    let on =
        |name: &str| -> Vec<u64> { body[name].as_array().into_iter().flatten().filter_map(Value::as_u64).collect() };
    complete(&products)?;
    let lists = ["price_on_property", "quantity_on_property", "sku_on_property", "readiness_state_on_property"].map(on);
    let values: [fn(&Product) -> String; 4] = [
        |product| product.offering.amount.to_string(),
        |product| product.offering.quantity.to_string(),
        |product| product.sku.clone(),
        |product| format!("{:?}", product.offering.readiness),
    ];
    for (list, value) in lists.iter().zip(values) {
        varies(&products, list, value)?;
    }
    if !products.iter().any(|product| product.offering.enabled && product.offering.quantity > 0) {
        return Err(bad("At least one offering must be enabled and have a quantity greater than zero"));
    }
    let mut next = state.last_product;
    let listing = state.listings.get_mut(&id).ok_or_else(not_found)?;
    listing.products = Some(products);
    listing.number_products(&mut next);
    let [price, quantity, sku, _] = lists;
    (listing.price_on, listing.quantity_on, listing.sku_on) = (price, quantity, sku);
    // What sellers met: links between variants and pictures do not outlive it.
    listing.variation_images.clear();
    state.last_product = next;
    state.touch(id);
    let listing = state.listings.get(&id).ok_or_else(not_found)?;
    Ok(ok(&render::inventory(state, listing, true)))
}

fn product(state: &State, row: &Value, is_physical: bool) -> Result<Product, Answer> {
    let sku = row["sku"].as_str().unwrap_or_default().to_owned();
    if sku.chars().count() > MOST_SKU {
        return Err(bad("The SKU must be 32 characters or fewer"));
    }
    let offerings = row["offerings"].as_array().cloned().unwrap_or_default();
    let [offering] = offerings.as_slice() else { return Err(bad("Each product has one offering")) };
    let amount = offering["price"].as_f64().map(|price| price * state.options.divisor as f64);
    let amount = amount.filter(|amount| *amount > 0.0).ok_or_else(|| bad("The price must be greater than zero"))?;
    if (amount - amount.round()).abs() > 1e-6 {
        return Err(bad("The price has more decimals than the currency"));
    }
    let quantity = offering["quantity"].as_u64().ok_or_else(|| bad("The quantity is no whole number"))?;
    if quantity > MOST_QUANTITY {
        return Err(bad("The quantity must be 999 or less"));
    }
    let enabled = offering["is_enabled"].as_bool().ok_or_else(|| bad("Missing input parameter: [is_enabled]"))?;
    let readiness = offering["readiness_state_id"].as_u64();
    if is_physical && !readiness.is_some_and(|id| render::profiles(state).contains(&id)) {
        return Err(bad("readiness_state_id is required for physical listings"));
    }
    let properties = row["property_values"].as_array().cloned().unwrap_or_default();
    let properties = properties.iter().map(property).collect::<Result<Vec<_>, _>>()?;
    if properties.len() > MOST_PROPERTIES {
        return Err(bad("A listing may vary by 2 properties"));
    }
    let offering = Offering { id: 0, amount: amount.round() as i64, quantity, enabled, readiness };
    Ok(Product { id: 0, sku, properties, offering })
}

fn property(row: &Value) -> Result<Property, Answer> {
    let id = row["property_id"].as_u64().unwrap_or_default();
    let values: Vec<&str> = row["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let value = values.join(" / ");
    if value.is_empty() {
        return Err(bad("Property values can't be empty"));
    }
    if value.contains(['(', ')']) {
        return Err(bad("Property values may not hold parentheses"));
    }
    let name = row["property_name"].as_str().unwrap_or_default().to_owned();
    if CUSTOM.contains(&id) && name.is_empty() {
        return Err(bad("A custom property needs a property_name"));
    }
    let value_id = row["value_ids"].as_array().and_then(|ids| ids.first()).and_then(Value::as_u64);
    // A value of the seller's own gets an id of its own.
    let made = value.bytes().fold(1_u64, |hash, byte| (hash * 31 + u64::from(byte)) % 9_000_000_000) + 1_000_000_000;
    Ok(Property { id, name, value_id: value_id.unwrap_or(made), value })
}

/// All combinations of the values that are used are there, each once.
fn complete(products: &[Product]) -> Result<(), Answer> {
    let Some(first) = products.first() else { return Err(bad("Missing input parameter: [products]")) };
    let ids: Vec<u64> = first.properties.iter().map(|property| property.id).collect();
    let mut used: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for product in products {
        if product.properties.iter().map(|property| property.id).collect::<Vec<_>>() != ids {
            return Err(bad("All products need the same properties"));
        }
        for property in &product.properties {
            used.entry(property.id).or_default().insert(&property.value);
        }
        if !seen.insert(product.properties.iter().map(|property| property.value.as_str()).collect::<Vec<_>>()) {
            return Err(bad("Two products have the same property values"));
        }
    }
    if used.len() != ids.len() {
        return Err(bad("A property is there twice"));
    }
    if used.values().any(|values| values.len() > MOST_VALUES) {
        return Err(bad("A property may have 70 values"));
    }
    if products.len() != used.values().map(BTreeSet::len).product::<usize>() {
        return Err(bad("All combinations of property values must be provided"));
    }
    Ok(())
}

/// Between products that are alike in the listed properties the value is the same.
fn varies(products: &[Product], by: &[u64], value: fn(&Product) -> String) -> Result<(), Answer> {
    let own: BTreeSet<u64> = products.iter().flat_map(|product| &product.properties).map(|one| one.id).collect();
    if !by.iter().all(|id| own.contains(id)) {
        return Err(bad("Property values can't be empty"));
    }
    let mut groups: BTreeMap<Vec<&str>, String> = BTreeMap::new();
    for product in products {
        let alike =
            product.properties.iter().filter(|one| by.contains(&one.id)).map(|one| one.value.as_str()).collect();
        let value = value(product);
        if groups.entry(alike).or_insert_with(|| value.clone()) != &value {
            return Err(bad("The supplied values are incompatible with values in the *_on_property fields"));
        }
    }
    Ok(())
}
