//! What the store has once: titles, SKUs and addresses.

use serde_json::{Value, json};

use super::super::errors::with_errors;
use super::super::state::State;
use crate::server::Answer;

fn conflict(field: &str, words: &str) -> Answer {
    with_errors(409, words, &json!({field: words}))
}

fn same(one: &Value, other: &str) -> bool {
    one.as_str().is_some_and(|one| one.to_lowercase() == other.to_lowercase())
}

/// `own`: the product that may have it.
pub(super) fn name(state: &State, name: &str, own: Option<u64>) -> Result<(), Answer> {
    let taken = state.products.iter().any(|(id, other)| Some(*id) != own && same(&other["name"], name));
    if taken { Err(conflict("name", "The product name is a duplicate")) } else { Ok(()) }
}

/// `own`: the variant that may have it, or the product without options.
pub(super) fn sku(state: &State, sku: &str, own: Option<u64>) -> Result<(), Answer> {
    if sku.is_empty() {
        return Ok(());
    }
    let of = |product: &Value| {
        let is_own = |one: &Value| own.is_some() && (one["id"].as_u64() == own || product["id"].as_u64() == own);
        let variants = product["variants"].as_array().into_iter().flatten();
        variants.chain([product]).any(|one| same(&one["sku"], sku) && !is_own(one))
    };
    let taken = state.products.values().any(of);
    if taken { Err(conflict("sku", &format!("The product sku is a duplicate: {sku}"))) } else { Ok(()) }
}

/// Whether another product's page has it.
pub(super) fn is_address_taken(state: &State, url: &str, own: Option<u64>) -> bool {
    state.products.iter().any(|(id, other)| Some(*id) != own && other["custom_url"]["url"] == url)
}

pub(super) fn address(state: &State, url: &str) -> Result<(), Answer> {
    match is_address_taken(state, url, None) {
        true => Err(conflict("custom_url", "The product url is a duplicate")),
        false => Ok(()),
    }
}

/// A missing category is a conflict, too.
pub(super) fn categories(state: &State, ids: &Value) -> Result<(), Answer> {
    let known = |id: &Value| id.as_u64().is_some_and(|id| state.categories.contains_key(&id));
    match ids.as_array().into_iter().flatten().find(|id| !known(id)) {
        Some(id) => Err(conflict("categories", &format!("The category {id} does not exist"))),
        None => Ok(()),
    }
}
