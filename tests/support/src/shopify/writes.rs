//! What an app changes in the catalogue: whole products, prices, stock, and where it is published.

mod bulk;
mod publish;
mod set;
mod stock;

use serde_json::{Value, json};

use super::model::Product;
use super::state::State;
use super::tree::{Arguments, Missing, NODE, gid, number};

/// Under this name the key of the directive stands among a mutation's arguments.
pub(super) const IDEMPOTENT: &str = "@idempotent";
/// The namespace that is the app's own.
const OF_THE_APP: &str = "app--1";

/// A metafield that the shop keeps unique.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    id: u64,
    namespace: String,
    key: String,
    kind: String,
}

/// What was done under a key.
#[derive(Clone, Debug)]
pub(super) struct Done {
    input: String,
    payload: Value,
}

/// A product that is set while nobody waits.
#[derive(Clone, Debug)]
pub(super) struct Work {
    id: u64,
    arguments: Arguments,
    /// How often it is asked for until it is done.
    left: u32,
    outcome: Option<Result<u64, Vec<Value>>>,
}

impl Work {
    pub(super) fn gid(&self) -> String {
        gid("ProductSetOperation", self.id)
    }

    pub(super) fn shown(&self) -> Value {
        let (status, product, errors) = match &self.outcome {
            None => ("ACTIVE", Value::Null, Vec::new()),
            Some(Ok(id)) => ("COMPLETE", there(gid("Product", *id)), Vec::new()),
            Some(Err(errors)) => ("COMPLETE", Value::Null, errors.clone()),
        };
        json!({"id": self.gid(), "status": status, "product": product, "userErrors": errors})
    }
}

impl Definition {
    pub(super) fn shown(&self) -> Value {
        json!({"id": gid("MetafieldDefinition", self.id), "namespace": self.namespace, "key": self.key})
    }
}

/// In the place of an object of the shop.
fn there(gid: String) -> Value {
    json!({ NODE: gid })
}

fn error(field: &[&str], code: &str, message: &str) -> Value {
    json!({"field": field, "code": code, "message": message})
}

fn text<'v>(of: Option<&'v Value>, name: &str) -> Option<&'v str> {
    of?.get(name)?.as_str()
}

/// An operation that is asked for comes nearer to its end.
pub(super) fn asked_for(state: &mut State, gid: &str) {
    let Some(at) = state.works.iter().position(|work| work.gid() == gid) else { return };
    let work = &mut state.works[at];
    if work.outcome.is_some() {
        return;
    }
    if work.left > 0 {
        work.left -= 1;
        return;
    }
    let arguments = work.arguments.clone();
    let outcome = set::product(state, &arguments);
    state.works[at].outcome = Some(outcome);
}

/// The product that `identifier` says: by its id, its handle, or a value that the shop keeps unique.
pub(super) fn identified<'s>(state: &'s State, identifier: Option<&Value>) -> Option<&'s Product> {
    if let Some(id) = text(identifier, "id") {
        return state.products.get(&number(id, "Product")?);
    }
    if let Some(handle) = text(identifier, "handle") {
        return state.products.values().find(|product| product.handle == handle);
    }
    let custom = identifier?.get("customId")?;
    let definition = state.definition(Some(custom))?;
    let value = text(Some(custom), "value")?;
    let marked = |product: &&Product| {
        product.metafields.iter().any(|field| {
            (field.namespace.as_str(), field.key.as_str(), field.value.as_str())
                == (definition.namespace.as_str(), definition.key.as_str(), value)
        })
    };
    state.products.values().find(marked)
}

impl State {
    /// Without a namespace it is the app's own.
    pub(super) fn definition(&self, identifier: Option<&Value>) -> Option<&Definition> {
        let (namespace, key) = (text(identifier, "namespace").unwrap_or(OF_THE_APP), text(identifier, "key")?);
        self.definitions.iter().find(|known| known.namespace == namespace && known.key == key)
    }
}

/// The scope that is asked for by name; one to read is not enough.
fn needs(state: &State, mutation: &str, scope: &str) -> Result<(), Missing> {
    if state.options.has(scope) {
        return Ok(());
    }
    Err(Missing::Denied(format!("Access denied for {mutation} field. Required access: `{scope}` access scope.")))
}

/// The payload of one field of a mutation: every field its type has, from which the selection takes.
pub(super) fn payload(state: &mut State, name: &str, arguments: &Arguments) -> Result<Value, Missing> {
    let scope = match name {
        "inventorySetQuantities" | "inventoryActivate" => "write_inventory",
        "publishablePublish" | "publishableUnpublish" => "write_publications",
        _ => "write_products",
    };
    needs(state, name, scope)?;
    match name {
        "productSet" => Ok(set::payload(state, arguments)),
        "productUpdate" => publish::update(state, arguments),
        "productDelete" => Ok(publish::delete(state, arguments)),
        "publishablePublish" => Ok(publish::publish(state, arguments, true)),
        "publishableUnpublish" => Ok(publish::publish(state, arguments, false)),
        "productVariantsBulkUpdate" => bulk::update(state, arguments),
        "inventorySetQuantities" => once(state, arguments, stock::set),
        "inventoryActivate" => once(state, arguments, stock::activate),
        "metafieldDefinitionCreate" => Ok(define(state, arguments.get("definition"))),
        other => Err(Missing::Unsimulated(format!("Mutation.{other}"))),
    }
}

/// Does a thing once for its key.
fn once(
    state: &mut State,
    arguments: &Arguments,
    work: impl FnOnce(&mut State, &Arguments) -> Result<Value, Missing>,
) -> Result<Value, Missing> {
    let Some(key) = arguments.get(IDEMPOTENT).and_then(Value::as_str).filter(|key| !key.is_empty()) else {
        return Err(Missing::Wrong(
            "The @idempotent directive is required for this mutation but was not provided.".to_owned(),
        ));
    };
    let refused = |code: &str, message: &str| {
        Ok(json!({"inventoryAdjustmentGroup": null, "inventoryLevel": null,
            "userErrors": [{"field": null, "code": code, "message": message}]}))
    };
    if state.concurrent > 0 {
        state.concurrent -= 1;
        return refused("IDEMPOTENCY_CONCURRENT_REQUEST", "This request is currently in progress, please try again.");
    }
    let input = Value::Object(arguments.clone()).to_string();
    if let Some(done) = state.done.get(key) {
        if done.input != input {
            let message = "The same idempotency key cannot be used with different operation parameters.";
            return refused("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", message);
        }
        if done.payload["userErrors"].as_array().is_some_and(|errors| !errors.is_empty()) {
            let message = "A previous request with this idempotency key failed. Retry with a new idempotency key.";
            return refused("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", message);
        }
        return Ok(done.payload.clone());
    }
    let key = key.to_owned();
    let payload = work(state, arguments)?;
    state.done.insert(key, Done { input, payload: payload.clone() });
    Ok(payload)
}

fn define(state: &mut State, input: Option<&Value>) -> Value {
    let refused = |field: &str, code: &str, message: &str| json!({"createdDefinition": null, "userErrors": [error(&["definition", field], code, message)]});
    if state.definition(input).is_some() {
        return refused("key", "TAKEN", "Key is in use for Product metafields.");
    }
    let (key, kind) = (text(input, "key").unwrap_or_default(), text(input, "type").unwrap_or_default());
    if key.len() < 2 {
        return refused("key", "TOO_SHORT", "Key is too short (minimum is 2 characters)");
    }
    if !matches!(kind, "id" | "single_line_text_field" | "boolean" | "json" | "number_integer") {
        return refused("type", "INCLUSION", "Type name is not a valid type");
    }
    let namespace = text(input, "namespace").unwrap_or(OF_THE_APP).to_owned();
    let definition = Definition { id: state.id(), namespace, key: key.to_owned(), kind: kind.to_owned() };
    let shown = definition.shown();
    state.definitions.push(definition);
    json!({"createdDefinition": shown, "userErrors": []})
}
