//! How a product is shown: its status, where it is published, and its end.

use serde_json::{Value, json};

use super::super::deliveries;
use super::super::state::{ONLINE_STORE, State};
use super::super::tree::{Arguments, Missing, gid, number};
use super::there;

fn id_of(text: Option<&str>) -> Option<u64> {
    text.and_then(|id| number(id, "Product"))
}

pub(super) fn update(state: &mut State, arguments: &Arguments) -> Result<Value, Missing> {
    let input = arguments.get("product").and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(other) = input.keys().find(|name| !matches!(name.as_str(), "id" | "status")) {
        return Err(Missing::Unsimulated(format!("ProductUpdateInput.{other}")));
    }
    let now = state.options.seconds();
    let id = id_of(input.get("id").and_then(Value::as_str));
    let Some(product) = id.and_then(|id| state.products.get_mut(&id)) else {
        return Ok(json!({"product": null, "userErrors": [{"field": ["id"], "message": "Product does not exist"}]}));
    };
    if let Some(status) = input.get("status").and_then(Value::as_str) {
        status.clone_into(&mut product.status);
    }
    product.updated_at = now.max(product.updated_at + 1);
    let id = product.id;
    deliveries::product(state, "PRODUCTS_UPDATE", id);
    Ok(json!({"product": there(gid("Product", id)), "userErrors": []}))
}

pub(super) fn delete(state: &mut State, arguments: &Arguments) -> Value {
    let said = arguments.get("input").and_then(|input| input.get("id")).and_then(Value::as_str);
    let gone = id_of(said).filter(|id| state.products.remove(id).is_some());
    match gone {
        Some(id) => {
            deliveries::deleted(state, id);
            json!({"deletedProductId": said, "userErrors": []})
        }
        None => {
            json!({"deletedProductId": null, "userErrors": [{"field": ["id"], "message": "Product does not exist"}]})
        }
    }
}

pub(super) fn publish(state: &mut State, arguments: &Arguments, shown: bool) -> Value {
    let now = state.options.seconds();
    let refused = |field: &[&str], message: &str| json!({"publishable": null, "userErrors": [{"field": field, "message": message}]});
    let inputs = arguments.get("input").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut wanted = Vec::new();
    for (at, input) in inputs.iter().enumerate() {
        let id = input.get("publicationId").and_then(Value::as_str).and_then(|id| number(id, "Publication"));
        match id.filter(|id| state.publications.iter().any(|known| known.id == *id)) {
            Some(id) => wanted.push(id),
            None => {
                return refused(
                    &["input", &at.to_string(), "publicationId"],
                    "Publication does not exist or is not publishable",
                );
            }
        }
    }
    let id = id_of(arguments.get("id").and_then(Value::as_str));
    let Some(product) = id.and_then(|id| state.products.get_mut(&id)) else {
        return refused(&["id"], "Resource does not exist");
    };
    product.publications.retain(|id| !wanted.contains(id));
    if shown {
        product.publications.extend(&wanted);
    }
    let in_store = product.publications.contains(&ONLINE_STORE);
    product.published_at = if in_store { product.published_at.or(Some(now)) } else { None };
    product.updated_at = now.max(product.updated_at + 1);
    let id = product.id;
    deliveries::product(state, "PRODUCTS_UPDATE", id);
    json!({"publishable": there(gid("Product", id)), "userErrors": []})
}
