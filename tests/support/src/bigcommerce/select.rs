//! Which products a list is of, and in which order.

use std::cmp::Ordering;

use serde_json::Value;

use super::list::unknown_choice;
use super::parameters::Values;
use super::state::State;
use super::time::parse;
use crate::server::Answer;

const SORTS: [&str; 10] = [
    "id",
    "name",
    "sku",
    "price",
    "date_modified",
    "date_last_imported",
    "inventory_level",
    "is_visible",
    "total_sold",
    "calculated_price",
];

pub(crate) fn products<'a>(state: &'a State, values: &Values) -> Result<Vec<&'a Value>, Answer> {
    let mut kept: Vec<&Value> = state.products.values().collect();
    let id = |product: &Value| product["id"].as_i64().unwrap_or(0);
    for (name, keep) in [
        ("id", (|id, bound| id == bound) as fn(i64, i64) -> bool),
        ("id:min", |id, bound| id >= bound),
        ("id:max", |id, bound| id <= bound),
        ("id:greater", |id, bound| id > bound),
        ("id:less", |id, bound| id < bound),
    ] {
        if let Some(bound) = values.number(name)? {
            kept.retain(|product| keep(id(product), bound));
        }
    }
    if let Some(ids) = values.ids("id:in")? {
        kept.retain(|product| ids.contains(&id(product)));
    }
    if let Some(ids) = values.ids("id:not_in")? {
        kept.retain(|product| !ids.contains(&id(product)));
    }
    if let Some(ids) = values.ids("categories:in")? {
        let within = |product: &Value| product["categories"].as_array().cloned().unwrap_or_default();
        kept.retain(|product| ids.iter().all(|id| within(product).iter().any(|category| category == id)));
    }
    if let Some(skus) = values.list("sku:in") {
        kept.retain(|product| product["sku"].as_str().is_some_and(|sku| skus.contains(&sku)));
    }
    for name in ["sku", "name", "brand_id", "is_visible", "availability"] {
        if let Some(wanted) = values.get(name) {
            kept.retain(|product| match &product[name] {
                Value::String(text) => text == wanted,
                other => serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| wanted == *other),
            });
        }
    }
    let now = state.options.seconds();
    for (name, newer) in [("date_modified:min", true), ("date_modified:max", false)] {
        let Some(text) = values.get(name) else { continue };
        let Some(bound) = parse(text, now) else { return Err(unknown_choice(name, text)) };
        kept.retain(|product| {
            let modified = product["date_modified"].as_str().and_then(|text| parse(text, now)).unwrap_or(0);
            if newer { modified >= bound } else { modified <= bound }
        });
    }
    sort(&mut kept, values)?;
    Ok(kept)
}

fn sort(kept: &mut [&Value], values: &Values) -> Result<(), Answer> {
    let field = values.get("sort").unwrap_or("id");
    if !SORTS.contains(&field) {
        return Err(unknown_choice("sort", field));
    }
    kept.sort_by(|one, other| compare(&one[field], &other[field]));
    match values.get("direction") {
        None | Some("asc") => {}
        Some("desc") => kept.reverse(),
        Some(other) => return Err(unknown_choice("direction", other)),
    }
    Ok(())
}

fn compare(one: &Value, other: &Value) -> Ordering {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => one.to_string().cmp(&other.to_string()),
    }
}
