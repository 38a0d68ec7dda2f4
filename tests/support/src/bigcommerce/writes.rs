//! What can be written of the catalogue and of stock, and what the store refuses of it. Nothing of a refused request is done.

mod inventory;
mod option;
mod picture;
mod product;
mod unique;
mod variant;

use http::Method;
use serde_json::{Map, Value, json};

use super::errors::{forbidden, json_answer, refusal, with_errors};
use super::schema;
use super::state::State;
use crate::server::{Answer, Request};

const PRODUCTS: &str = "products_catalog.v3.yml";
const VARIANTS: &str = "product-variants_catalog.v3.yml";
const OPTIONS: &str = "product-variant-options_catalog.v3.yml";
const INVENTORY: &str = "inventory.v3.yml";

/// None: there is no such route.
pub(crate) fn answer(state: &mut State, request: &Request, route: &[&str]) -> Option<Result<Answer, Answer>> {
    let forbidden_here = match route {
        ["v3", "inventory", "adjustments", ..] => state.options.inventory_read_only,
        ["v3", "catalog", "products" | "variants", ..] => state.options.products_read_only,
        _ => return None,
    };
    if forbidden_here {
        return Some(Err(forbidden()));
    }
    write(state, request, route)
}

fn write(state: &mut State, request: &Request, route: &[&str]) -> Option<Result<Answer, Answer>> {
    let id = |text: &str| text.parse::<u64>().map_err(|_| refusal(404, "The route is not found, check the URL"));
    let tail = &route[2..];
    let (method, body) = (&request.method, body(request));
    // Ids of the path, in order; the rest of it in the documents' form.
    let mut ids = Vec::new();
    for part in tail.iter().filter(|part| part.chars().all(|c| c.is_ascii_digit())) {
        match id(part) {
            Ok(id) => ids.push(id),
            Err(refusal) => return Some(Err(refusal)),
        }
    }
    let with = |run: &mut dyn FnMut(&mut State, &[u64], &Value) -> Result<Answer, Answer>, state: &mut State| {
        body.clone().and_then(|body| run(state, &ids, &body))
    };
    let (put, post, delete) = (method == Method::PUT, method == Method::POST, method == Method::DELETE);
    Some(match tail {
        ["products"] if post => with(&mut product::create, state),
        ["products"] if put => with(&mut product::batch, state),
        // Without a filter it is of everything.
        ["products"] if delete => {
            state.products.clear();
            Ok(Answer::new(204, "application/json", ""))
        }
        ["products", "channel-assignments"] if put => with(&mut product::assign, state),
        ["products", _] if put => with(&mut product::update, state),
        ["products", _] if delete => product::delete(state, &ids),
        ["products", _, "images"] if post => with(&mut picture::create, state),
        ["products", _, "images", _] if put => with(&mut picture::update, state),
        ["products", _, "images", _] if delete => picture::delete(state, &ids),
        ["products", _, "options"] if post => with(&mut option::create, state),
        ["products", _, "options", _] if put => with(&mut option::update, state),
        ["products", _, "options", _, "values"] if post => with(&mut option::create_value, state),
        ["products", _, "options", _, "values", _] if put => with(&mut option::update_value, state),
        ["products", _, "options", _, "values", _] if delete => option::delete_value(state, &ids),
        ["products", _, "variants"] if post => with(&mut variant::create, state),
        ["products", _, "variants", _] if put => with(&mut variant::update, state),
        ["products", _, "variants", _] if delete => variant::delete(state, &ids),
        ["variants"] if put => with(&mut variant::batch, state),
        ["adjustments", "absolute"] if put => with(&mut inventory::absolute, state),
        _ => return None,
    })
}

fn body(request: &Request) -> Result<Value, Answer> {
    if request.method == Method::DELETE {
        return Ok(Value::Null);
    }
    let json = request.headers.get("content-type").and_then(|value| value.to_str().ok());
    if !json.is_some_and(|kind| kind.starts_with("application/json")) {
        return Err(refusal(415, "The content type is not application/json"));
    }
    serde_json::from_slice(&request.body).map_err(|_| refusal(400, "Input is invalid."))
}

/// Held against the document.
fn checked(file: &'static str, route: &str, method: &str, body: &Value) -> Result<(), Answer> {
    let faults = schema::faults(file, route, method, body);
    if faults.is_empty() {
        return Ok(());
    }
    Err(with_errors(422, "JSON data is missing or invalid", &json!(faults)))
}

fn too_many(body: &Value, most: usize) -> Result<&[Value], Answer> {
    let rows = body.as_array().ok_or_else(|| refusal(422, "The body is no array"))?;
    if rows.len() > most {
        let title = format!("The request payload is too large. The maximum items allowed in the array is {most}.");
        return Err(refusal(413, &title));
    }
    Ok(rows)
}

fn fields(body: &Value) -> Map<String, Value> {
    body.as_object().cloned().unwrap_or_default()
}

fn product(state: &State, id: u64) -> Result<Value, Answer> {
    let product = state.products.get(&id).cloned();
    product.ok_or_else(|| refusal(404, "A product was not found with the specified id"))
}

/// Keeps a product as it is now, with the date of it, and tells webhooks.
fn keep(state: &mut State, mut product: Value) {
    product["date_modified"] = json!(super::time::iso(state.options.seconds()));
    let id = product["id"].as_u64().unwrap_or(0);
    let before = state.products.insert(id, product.clone());
    state.show_levels(id);
    match before {
        Some(before) => state.tell_changes(&before, &product),
        None => state.tell_product("created", id),
    }
}

fn one(data: &Value) -> Answer {
    json_answer(200, &json!({"data": data, "meta": {}}))
}

fn nothing() -> Answer {
    Answer::new(204, "application/json", "")
}
