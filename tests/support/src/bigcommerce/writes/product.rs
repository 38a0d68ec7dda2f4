//! Products: made one at a time, changed one at a time or ten.

use serde_json::{Map, Value, json};

use super::super::errors::{json_answer, refusal, with_errors};
use super::super::render::with_parts;
use super::super::seeded;
use super::super::state::State;
use super::super::time::iso;
use super::{PRODUCTS, checked, fields, keep, nothing, one, picture, product, too_many, unique, variant};
use crate::server::Answer;

const MOST_OF_A_BATCH: usize = 10;
/// Parts that are simulated by routes of their own.
const ELSEWHERE: [&str; 6] = ["inventory_level", "custom_fields", "bulk_pricing_rules", "videos", "variants", "images"];

pub(super) fn create(state: &mut State, _: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(PRODUCTS, "/catalog/products", "post", body)?;
    let mut given = fields(body);
    let (variants, images) = (given.remove("variants"), given.remove("images"));
    refuse_elsewhere(&given)?;
    for name in ["name", "type", "weight", "price"] {
        if !given.contains_key(name) {
            return Err(with_errors(422, "JSON data is missing or invalid", &json!({name: "error.path.missing"})));
        }
    }
    let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    unique::name(state, &text("name"), None)?;
    unique::sku(state, &text("sku"), None)?;
    unique::categories(state, given.get("categories").unwrap_or(&Value::Null))?;
    if let Some(url) = given.get("custom_url").and_then(|url| url["url"].as_str()) {
        unique::address(state, url)?;
    }
    let id = state.id();
    let now = iso(state.options.seconds());
    let mut made = seeded::plain();
    made["id"] = json!(id);
    made["date_created"] = json!(now);
    made["images"] = json!([]);
    made["custom_fields"] = json!([]);
    made["options"] = json!([]);
    for (name, none) in [("sku", json!("")), ("gtin", json!("")), ("description", json!("")), ("brand_id", json!(0))] {
        made[name] = none;
    }
    for (name, none) in [("categories", json!([])), ("sale_price", json!(0)), ("cost_price", json!(0))] {
        made[name] = none;
    }
    for (name, none) in
        [("search_keywords", json!("")), ("inventory_tracking", json!("none")), ("is_visible", json!(false))]
    {
        made[name] = none;
    }
    made["custom_url"] = json!({"url": free_address(state, &text("name")), "is_customized": false});
    merge(state, &mut made, &given);
    let rows = variants.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    variant::with_product(state, &mut made, &rows)?;
    for image in images.as_ref().and_then(Value::as_array).into_iter().flatten() {
        picture::add(state, &mut made, image, 422)?;
    }
    let answer = one(&with_parts(&made, &[]));
    keep(state, made);
    Ok(answer)
}

/// Made of the title, and of a number where another page has it.
fn free_address(state: &State, name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let plain = words.join("-");
    let candidates = (0..).map(|at| if at == 0 { format!("/{plain}/") } else { format!("/{plain}-{at}/") });
    { candidates }.find(|url| !unique::is_address_taken(state, url, None)).unwrap_or_default()
}

fn refuse_elsewhere(given: &Map<String, Value>) -> Result<(), Answer> {
    match given.keys().find(|name| ELSEWHERE.contains(&name.as_str())) {
        Some(name) => Err(with_errors(422, "not simulated here", &json!({name: "not simulated"}))),
        None => Ok(()),
    }
}

fn merge(state: &mut State, product: &mut Value, given: &Map<String, Value>) {
    for (name, value) in given {
        match name.as_str() {
            "brand_name" => {
                let name = value.as_str().unwrap_or_default().to_owned();
                // Whatever its case.
                let known = state.brands.iter().find(|(_, brand)| brand.to_lowercase() == name.to_lowercase());
                let known = known.map(|(id, _)| *id);
                product["brand_id"] = json!(known.unwrap_or_else(|| state.brand(&name)));
            }
            "custom_url" => {
                product["custom_url"] = json!({"url": value["url"], "is_customized": true});
            }
            "id" => {}
            _ => product[name] = value.clone(),
        }
    }
    // A product without options is its own variant, which has what the product has.
    if product["base_variant_id"].is_u64() {
        for name in ["sku", "gtin", "mpn", "upc"].into_iter().filter(|name| given.contains_key(*name)) {
            product["variants"][0][name] = product[name].clone();
        }
    }
}

/// With the words of what could not be done although the rest was.
fn change(state: &mut State, id: u64, body: &Value) -> Result<(Value, Option<&'static str>), Answer> {
    let before = product(state, id)?;
    let mut given = fields(body);
    refuse_elsewhere(&given)?;
    let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(name) = text("name") {
        unique::name(state, &name, Some(id))?;
    }
    if let Some(sku) = text("sku") {
        unique::sku(state, &sku, Some(id))?;
    }
    if let Some(categories) = given.get("categories") {
        unique::categories(state, categories)?;
    }
    let url = given.get("custom_url").and_then(|url| url["url"].as_str()).map(str::to_owned);
    let taken = url.is_some_and(|url| unique::is_address_taken(state, &url, Some(id)));
    if taken {
        given.remove("custom_url");
    }
    let mut after = before;
    merge(state, &mut after, &given);
    Ok((after, taken.then_some("The URL of the product is already in use")))
}

pub(super) fn update(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(PRODUCTS, "/catalog/products/{product_id}", "put", body)?;
    let (after, lacks) = change(state, ids[0], body)?;
    let shown = with_parts(&after, &[]);
    keep(state, after);
    Ok(answered(&shown, lacks))
}

fn answered(data: &Value, lacks: Option<&str>) -> Answer {
    match lacks {
        None => one(data),
        Some(words) => json_answer(207, &json!({"data": data, "errors": {"custom_url": words}, "meta": {}})),
    }
}

pub(super) fn batch(state: &mut State, _: &[u64], body: &Value) -> Result<Answer, Answer> {
    let rows = too_many(body, MOST_OF_A_BATCH)?;
    checked(PRODUCTS, "/catalog/products", "put", body)?;
    let before = state.products.clone();
    let (mut shown, mut lacks) = (Vec::new(), None);
    for row in rows {
        // All of them or none, and the answer names nobody.
        let done = change(state, row["id"].as_u64().unwrap_or(0), row);
        let Ok((after, lacking)) = done else {
            state.products = before;
            let status = done.err().map_or(422, |answer| answer.status.as_u16());
            return Err(refusal(status, "Some of the products could not be saved"));
        };
        lacks = lacks.or(lacking);
        shown.push(with_parts(&after, &[]));
        state.products.insert(row["id"].as_u64().unwrap_or(0), after);
    }
    for row in rows {
        let id = row["id"].as_u64().unwrap_or(0);
        let after = state.products[&id].clone();
        state.products.extend(before.get(&id).map(|before| (id, before.clone())));
        keep(state, after);
    }
    Ok(answered(&json!(shown), lacks))
}

pub(super) fn delete(state: &mut State, ids: &[u64]) -> Result<Answer, Answer> {
    if let Some(product) = state.products.remove(&ids[0]) {
        for variant in product["variants"].as_array().into_iter().flatten() {
            state.stock.remove(&variant["id"].as_u64().unwrap_or(0));
        }
        state.tell_product("deleted", ids[0]);
    }
    Ok(nothing())
}

pub(super) fn assign(state: &mut State, _: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(PRODUCTS, "/catalog/products/channel-assignments", "put", body)?;
    let pairs: Vec<(u64, u64)> = body
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| (row["product_id"].as_u64().unwrap_or(0), row["channel_id"].as_u64().unwrap_or(0)))
        .collect();
    let is_known = |(product, channel): &&(u64, u64)| {
        state.products.contains_key(product) && state.options.channels.contains(channel)
    };
    if let Some((product, channel)) = pairs.iter().find(|pair| !is_known(pair)) {
        let words = format!("product {product} or channel {channel} does not exist");
        return Err(with_errors(422, "Unprocessable entity", &json!({"0": words})));
    }
    state.assigned.extend(pairs);
    Ok(nothing())
}
