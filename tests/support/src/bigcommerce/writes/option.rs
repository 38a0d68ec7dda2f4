//! Options and their values. One that is deleted takes its variants along.

use serde_json::{Value, json};

use super::super::errors::{refusal, with_errors};
use super::super::state::State;
use super::{OPTIONS, checked, keep, nothing, one, product};
use crate::server::Answer;

const MOST_VALUES: usize = 250;

fn value(state: &mut State, label: &Value, sort_order: &Value) -> Value {
    json!({"id": state.id(), "label": label, "sort_order": sort_order, "value_data": null, "is_default": false})
}

fn rows<'v>(of: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    of[name].as_array().into_iter().flatten()
}

/// An option and a value that a new variant names and the new product does not have yet.
pub(super) fn learn(state: &mut State, product: &mut Value, named: &Value) {
    let (name, label) = (&named["option_display_name"], &named["label"]);
    let at = rows(product, "options").position(|option| option["display_name"] == *name);
    let at = at.unwrap_or_else(|| {
        let option = json!({"id": state.id(), "product_id": product["id"], "display_name": name, "name": name, "type": "rectangles",
            "sort_order": rows(product, "options").count(), "config": {}, "option_values": []});
        let options = product["options"].as_array_mut().expect("options");
        options.push(option);
        options.len() - 1
    });
    let option = &mut product["options"][at];
    if !rows(option, "option_values").any(|known| known["label"] == *label) {
        let rank = json!(rows(option, "option_values").count());
        let value = value(state, label, &rank);
        option["option_values"].as_array_mut().expect("values").push(value);
    }
}

fn shown(option: &Value, value: &Value) -> Value {
    json!({"id": value["id"], "label": value["label"], "option_id": option["id"], "option_display_name": option["display_name"]})
}

pub(super) fn of_label(product: &Value, named: &Value) -> Option<Value> {
    let option = rows(product, "options").find(|option| option["display_name"] == named["option_display_name"])?;
    let value = rows(option, "option_values").find(|value| value["label"] == named["label"])?;
    Some(shown(option, value))
}

/// Of a product that is there, values have to be there, too.
pub(super) fn of_ids(product: &Value, named: &Value) -> Option<Value> {
    let option = rows(product, "options").find(|option| option["id"] == named["option_id"])?;
    let value = rows(option, "option_values").find(|value| value["id"] == named["id"])?;
    Some(shown(option, value))
}

pub(super) fn create(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(OPTIONS, "/catalog/products/{product_id}/options", "post", body)?;
    let mut product = product(state, ids[0])?;
    for name in ["display_name", "type", "option_values"] {
        if body[name].is_null() {
            return Err(with_errors(422, "JSON data is missing or invalid", &json!({name: "error.path.missing"})));
        }
    }
    if rows(&product, "options").any(|option| option["display_name"] == body["display_name"]) {
        return Err(refusal(409, "The product has an option of this name"));
    }
    let values: Vec<(Value, Value)> =
        rows(body, "option_values").map(|row| (row["label"].clone(), row["sort_order"].clone())).collect();
    let values: Vec<Value> = values.iter().map(|(label, rank)| value(state, label, rank)).collect();
    let made = json!({"id": state.id(), "product_id": ids[0], "display_name": body["display_name"], "name": body["display_name"],
        "type": body["type"], "sort_order": body["sort_order"], "config": {}, "option_values": values});
    product["options"].as_array_mut().expect("options").push(made.clone());
    keep(state, product);
    Ok(one(&made))
}

fn with_option<V>(
    state: &mut State,
    ids: &[u64],
    act: impl FnOnce(&mut State, &mut Value, usize) -> Result<V, Answer>,
) -> Result<V, Answer> {
    let mut product = product(state, ids[0])?;
    let at = rows(&product, "options").position(|option| option["id"] == ids[1]);
    let at = at.ok_or_else(|| refusal(404, "An option was not found with the specified id"))?;
    let done = act(state, &mut product, at)?;
    keep(state, product);
    Ok(done)
}

pub(super) fn update(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(OPTIONS, "/catalog/products/{product_id}/options/{option_id}", "put", body)?;
    let option = with_option(state, ids, |_, product, at| {
        let name = body["display_name"].clone();
        (product["options"][at]["display_name"], product["options"][at]["name"]) = (name.clone(), name.clone());
        let variants = product["variants"].as_array_mut().into_iter().flatten();
        let values = variants.flat_map(|variant| variant["option_values"].as_array_mut().into_iter().flatten());
        values
            .filter(|value| value["option_id"] == ids[1])
            .for_each(|value| value["option_display_name"] = name.clone());
        Ok(product["options"][at].clone())
    })?;
    Ok(one(&option))
}

pub(super) fn create_value(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(OPTIONS, "/catalog/products/{product_id}/options/{option_id}/values", "post", body)?;
    let made = with_option(state, ids, |state, product, at| {
        let option = &mut product["options"][at];
        if rows(option, "option_values").any(|known| known["label"] == body["label"]) {
            return Err(refusal(422, "The option has a value of this label"));
        }
        if rows(option, "option_values").count() >= MOST_VALUES {
            return Err(refusal(422, "The option has more than 250 values"));
        }
        let made = value(state, &body["label"], &body["sort_order"]);
        option["option_values"].as_array_mut().expect("values").push(made.clone());
        Ok(made)
    })?;
    Ok(one(&made))
}

/// Its variants show the new label.
pub(super) fn update_value(state: &mut State, ids: &[u64], body: &Value) -> Result<Answer, Answer> {
    checked(OPTIONS, "/catalog/products/{product_id}/options/{option_id}/values/{value_id}", "put", body)?;
    let changed = with_option(state, ids, |_, product, at| {
        let values = product["options"][at]["option_values"].as_array_mut().expect("values");
        if values.iter().any(|known| known["label"] == body["label"] && known["id"] != ids[2]) {
            return Err(refusal(422, "The option has a value of this label"));
        }
        let value = values.iter_mut().find(|value| value["id"] == ids[2]);
        let value = value.ok_or_else(|| refusal(404, "An option value was not found with the specified id"))?;
        for name in ["label", "sort_order"] {
            value[name] = body[name].clone();
        }
        let changed = value.clone();
        let variants = product["variants"].as_array_mut().into_iter().flatten();
        let shown = variants.flat_map(|variant| variant["option_values"].as_array_mut().into_iter().flatten());
        shown.filter(|value| value["id"] == ids[2]).for_each(|value| value["label"] = body["label"].clone());
        Ok(changed)
    })?;
    Ok(one(&changed))
}

pub(super) fn delete_value(state: &mut State, ids: &[u64]) -> Result<Answer, Answer> {
    with_option(state, ids, |_, product, at| {
        product["options"][at]["option_values"].as_array_mut().expect("values").retain(|value| value["id"] != ids[2]);
        let is_of = |variant: &Value| rows(variant, "option_values").any(|value| value["id"] == ids[2]);
        product["variants"].as_array_mut().expect("variants").retain(|variant| !is_of(variant));
        Ok(())
    })?;
    Ok(nothing())
}
