//! Stock at one location: set where it is another number than was thought, begun where nothing lies yet.

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::answered::{message, place};
use super::known::fingerprint;
use super::shop::Shop;
use crate::documents;

/// Quantities of one mutation.
const AT_ONCE: usize = 250;
/// Keys that are tried for one change.
const MOST_KEYS: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quantity {
    /// Gids.
    pub(super) item: String,
    pub(super) location: String,
    pub(super) quantity: i64,
    /// What is thought to be there; none: whatever is there.
    pub(super) from: Option<i64>,
    /// The same for each try of the same change.
    pub(super) key: String,
}

#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Done,
    /// Another number was there, and nothing was set.
    Stale,
    Refused(Issue),
    Failed(Error),
}

/// One outcome for each, in order.
pub(super) fn set<T: Transport>(shop: &Shop<'_, T>, quantities: &[Quantity]) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(quantities.len());
    for some in quantities.chunks(AT_ONCE) {
        outcomes.extend(set_some(shop, some));
    }
    outcomes
}

/// All of them are set, or none: what is refused is left out, and the others are sent once more.
fn set_some<T: Transport>(shop: &Shop<'_, T>, quantities: &[Quantity]) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = vec![None; quantities.len()];
    let mut key = 0;
    loop {
        // Two variants may be one item, which has one number: the first of them says which.
        let mut open: Vec<usize> = Vec::new();
        for (at, quantity) in quantities.iter().enumerate().filter(|(at, _)| outcomes[*at].is_none()) {
            let same = |other: &usize| {
                (&quantities[*other].item, &quantities[*other].location) == (&quantity.item, &quantity.location)
            };
            if !open.iter().any(same) {
                open.push(at);
            }
        }
        let all = |outcome: Outcome, outcomes: &mut Vec<Option<Outcome>>| {
            outcomes.iter_mut().filter(|known| known.is_none()).for_each(|known| *known = Some(outcome.clone()));
        };
        if open.is_empty() {
            break;
        }
        let sent: Vec<&Quantity> = open.iter().map(|at| &quantities[*at]).collect();
        let errors = match send(shop, &sent, key) {
            Ok(errors) => errors,
            Err(error) => {
                all(Outcome::Failed(error), &mut outcomes);
                break;
            }
        };
        if errors.is_empty() {
            all(Outcome::Done, &mut outcomes);
            break;
        }
        let codes: Vec<&str> = errors.iter().filter_map(|error| error.get("code")?.as_str()).collect();
        if codes.contains(&"IDEMPOTENCY_CONCURRENT_REQUEST") {
            let why = "Shopify is still at work on the same change of stock".to_owned();
            all(Outcome::Failed(Error::Unavailable(why)), &mut outcomes);
            break;
        }
        if codes.iter().any(|code| code.starts_with("IDEMPOTENCY_")) {
            key += 1;
            if key == MOST_KEYS {
                let why = format!("Shopify refuses the change of stock again and again: {}", message(&errors[0]));
                all(Outcome::Failed(Error::Unavailable(why)), &mut outcomes);
                break;
            }
            continue;
        }
        for error in &errors {
            let outcome = outcome_of(error);
            match place(error, "quantities").and_then(|place| open.get(place)) {
                Some(at) => outcomes[*at] = Some(outcome),
                None => all(outcome, &mut outcomes),
            }
        }
    }
    outcomes.into_iter().map(|outcome| outcome.unwrap_or(Outcome::Done)).collect()
}

fn outcome_of(error: &Value) -> Outcome {
    let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
    let refused = |code: &str, said: &str| {
        Outcome::Refused(issue("/inventory", code, format!("Shopify refuses the stock: {said}")))
    };
    match code {
        "CHANGE_FROM_QUANTITY_STALE" | "COMPARE_QUANTITY_STALE" => Outcome::Stale,
        "NON_MUTABLE_INVENTORY_ITEM" => refused("stock-not-ours", message(error)),
        _ => refused("stock-refused", message(error)),
    }
}

/// The errors of one mutation.
fn send<T: Transport>(shop: &Shop<'_, T>, sent: &[&Quantity], tried: usize) -> Result<Vec<Value>, Error> {
    let quantity = |of: &&Quantity| {
        // What is thought to be there is always said: null stands for whatever there is.
        json!({ "inventoryItemId": of.item, "locationId": of.location, "quantity": of.quantity, "changeFromQuantity": of.from })
    };
    let quantities: Vec<Value> = sent.iter().map(quantity).collect();
    let input = json!({ "name": "available", "reason": "correction", "quantities": quantities });
    let keys: Vec<&str> = sent.iter().map(|of| of.key.as_str()).collect();
    let key = fingerprint(&json!([keys, input, tried]).to_string());
    let payload = shop.client.change(
        documents::INVENTORY_SET,
        json!({ "input": input, "key": key }),
        "inventorySetQuantities",
    )?;
    Ok(errors(&payload))
}

pub(super) fn errors(payload: &Value) -> Vec<Value> {
    payload.get("userErrors").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The item lies at the location from now on.
pub(super) fn activate<T: Transport>(shop: &Shop<'_, T>, of: &Quantity) -> Outcome {
    let input = json!([of.key, of.item, of.location, of.quantity]);
    let variables = json!({
        "item": of.item,
        "location": of.location,
        "available": of.quantity,
        "key": fingerprint(&input.to_string()),
    });
    match shop.client.change(documents::INVENTORY_ACTIVATE, variables, "inventoryActivate") {
        Ok(payload) => match errors(&payload).first() {
            None => Outcome::Done,
            // Errors of this mutation have no codes.
            Some(error) if message(error).contains("in progress") => {
                Outcome::Failed(Error::Unavailable(format!("Shopify is still at work on it: {}", message(error))))
            }
            Some(error) => outcome_of(error),
        },
        Err(error) => Outcome::Failed(error),
    }
}
