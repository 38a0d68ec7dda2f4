//! Variants: of values of options that there are, up to 600 of a product.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::errors::{json_answer, refusal, with_errors};
use super::super::state::State;
use super::{VARIANTS, checked, fields, keep, nothing, one, option, picture, product, too_many, unique};
use crate::server::Answer;

const MOST: usize = 600;
const MOST_OF_A_BATCH: usize = 50;

/// What a variant has where nothing is said of it: what its product has.
fn inheriting(id: u64, product: u64, sku_id: Value) -> Value {
    json!({
        "id": id, "product_id": product, "sku": "", "sku_id": sku_id, "price": null, "sale_price": null, "cost_price": null,
        "retail_price": null, "map_price": null, "calculated_price": 0, "weight": null, "calculated_weight": 0, "width": null,
        "height": null, "depth": null, "is_free_shipping": false, "fixed_cost_shipping_price": null, "purchasing_disabled": false,
        "purchasing_disabled_message": "", "image_url": "", "upc": "", "mpn": "", "gtin": "", "inventory_level": 0,
        "inventory_warning_level": 0, "bin_picking_number": "", "option_values": [],
    })
}

/// Variants of a product that is being made: options and values come of what they say of them.
pub(super) fn with_product(state: &mut State, product: &mut Value, rows: &[Value]) -> Result<(), Answer> {
    let product_id = product["id"].as_u64().unwrap_or(0);
    if rows.len() > MOST {
        return Err(refusal(422, "The product has more than 600 variants"));
    }
    if rows.is_empty() {
        let mut base = inheriting(state.id(), product_id, Value::Null);
        for name in ["sku", "gtin", "mpn", "upc"] {
            base[name] = product[name].clone();
        }
        product["base_variant_id"] = base["id"].clone();
        product["variants"] = json!([base]);
        return Ok(());
    }
    product["base_variant_id"] = Value::Null;
    product["variants"] = json!([]);
    for row in rows {
        for value in row["option_values"].as_array().into_iter().flatten() {
            option::learn(state, product, value);
        }
    }
    for row in rows {
        let labels = row["option_values"].as_array().cloned().unwrap_or_default();
        let values: Vec<Value> = labels.iter().filter_map(|value| option::of_label(product, value)).collect();
        add(state, product, row, values)?;
    }
    Ok(())
}

fn add(state: &mut State, product: &mut Value, row: &Value, values: Vec<Value>) -> Result<Value, Answer> {
    let product_id = product["id"].as_u64().unwrap_or(0);
    let sku = row["sku"].as_str().unwrap_or_default();
    if sku.is_empty() {
        return Err(with_errors(422, "JSON data is missing or invalid", &json!({"sku": "error.path.missing"})));
    }
    unique::sku(state, sku, None)?;
    let known = product["variants"].as_array().expect("variants");
    if known.iter().any(|other| other["sku"].as_str().is_some_and(|other| other.eq_ignore_ascii_case(sku))) {
        return Err(with_errors(409, "The variant sku is a duplicate", &json!({"sku": sku})));
    }
    if values.is_empty() || values.len() != product["options"].as_array().map_or(0, Vec::len) {
        let words = "The option values of the variant do not exist, or are not one of each option";
        return Err(with_errors(422, words, &json!({"option_values": words})));
    }
    let values = Value::Array(values);
    if known.iter().any(|other| other["option_values"] == values) {
        return Err(with_errors(
            422,
            "The options of the variants are not unique",
            &json!({"option_values": "not unique"}),
        ));
    }
    if known.len() >= MOST {
        return Err(refusal(422, "The product has more than 600 variants"));
    }
    let (id, sku_id) = (state.id(), state.id());
    let mut made = inheriting(id, product_id, json!(sku_id));
    made["option_values"] = values;
    merge(state, &mut made, &fields(row))?;
    product["variants"].as_array_mut().expect("variants").push(made.clone());
    Ok(made)
}

fn merge(state: &State, variant: &mut Value, given: &Map<String, Value>) -> Result<(), Answer> {
    for (name, value) in given {
        match name.as_str() {
            "id" | "product_id" | "option_values" => {}
            "image_url" if value == "" => variant["image_url"] = json!(""),
            // Kept as a copy of the store's own.
            "image_url" => {
                let url = value.as_str().unwrap_or_default();
                picture::reachable(state, url, 422)?;
                let copy = format!(
                    "https://cdn8.example/s-{}/product_images/attribute_rule_images/{}_source_{}",
                    state.options.store_hash,
                    variant["id"],
                    url.rsplit('/').next().unwrap_or_default()
                );
                variant["image_url"] = json!(copy);
            }
            _ => variant[name] = value.clone(),
        }
    }
    Ok(())
}

pub(super) fn create(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(VARIANTS, "/catalog/products/{product_id}/variants", "post", body)?;
    let mut product = product(state, ids[0])?;
    let given = body["option_values"].as_array().cloned().unwrap_or_default();
    let values: Option<Vec<Value>> = given.iter().map(|value| option::of_ids(&product, value)).collect();
    let words = "An option value of the variant does not exist";
    let values = values.ok_or_else(|| with_errors(422, words, &json!({"option_values": words})))?;
    if product["base_variant_id"].is_u64() {
        product["base_variant_id"] = Value::Null;
        product["variants"] = json!([]);
    }
    let made = add(state, &mut product, body, values)?;
    keep(state, product);
    Ok(one(&made))
}

fn change(state: &State, product: &mut Value, id: u64, given: &Map<String, Value>) -> Result<Value, Answer> {
    if let Some(sku) = given.get("sku").and_then(Value::as_str) {
        unique::sku(state, sku, Some(id))?;
    }
    let rows = product["variants"].as_array_mut().expect("variants");
    let row = rows.iter_mut().find(|row| row["id"] == id);
    let row = row.ok_or_else(|| refusal(404, "A variant was not found with the specified id"))?;
    let mut changed = row.clone();
    merge(state, &mut changed, given)?;
    *row = changed.clone();
    Ok(changed)
}

pub(super) fn update(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(VARIANTS, "/catalog/products/{product_id}/variants/{variant_id}", "put", body)?;
    let mut product = product(state, ids[0])?;
    let changed = change(state, &mut product, ids[1], &fields(body))?;
    keep(state, product);
    Ok(one(&changed))
}

pub(super) fn batch(state: &mut State, _: &[u64], body: &Value) -> Result<Answer, Answer> {
    let rows = too_many(body, MOST_OF_A_BATCH)?;
    checked(VARIANTS, "/catalog/variants", "put", body)?;
    let (mut shown, mut changed) = (Vec::new(), BTreeMap::<u64, Value>::new());
    for row in rows {
        let is_of = |product: &&Value| {
            let variants = product["variants"].as_array().into_iter().flatten();
            variants.into_iter().any(|variant| variant["id"] == row["id"])
        };
        let owner = state.products.values().find(is_of).and_then(|product| product["id"].as_u64());
        let done = match owner {
            Some(owner) => {
                let product = changed.entry(owner).or_insert_with(|| state.products[&owner].clone());
                change(state, product, row["id"].as_u64().unwrap_or(0), &fields(row))
            }
            None => Err(refusal(404, "A variant was not found with the specified id")),
        };
        let Ok(variant) = done else {
            let error = json!({"status": 422, "title": "The variant could not be saved", "type": "", "errors": {}});
            return Err(json_answer(422, &json!({"batch_errors": [error]})));
        };
        shown.push(variant);
    }
    changed.into_values().for_each(|product| keep(state, product));
    Ok(json_answer(200, &json!({"data": shown, "meta": {}})))
}

pub(super) fn delete(state: &mut State, ids: &[u64]) -> Result<Answer, Answer> {
    let mut product = product(state, ids[0])?;
    let rows = product["variants"].as_array_mut().expect("variants");
    rows.retain(|row| row["id"] != ids[1]);
    state.stock.remove(&ids[1]);
    if rows.is_empty() {
        with_product(state, &mut product, &[])?;
    }
    keep(state, product);
    Ok(nothing())
}
