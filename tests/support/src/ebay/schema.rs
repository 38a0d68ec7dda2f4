//! The official OpenAPI document of the Inventory API, when it is at hand: every body that is written is held against it. Nothing is required
//! there, and facts are said to be a text, which they are not.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::answers::{Wrong, wrong};

/// Below `$ENTREPOT_SPECS`, or beside the workspace.
fn file() -> PathBuf {
    let specs = match std::env::var_os("ENTREPOT_SPECS") {
        Some(specs) => PathBuf::from(specs),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"),
    };
    specs.join("ebay/openapi/sell_inventory_v1_oas3.json")
}

/// Read once; `None`, said aloud, when it is not there.
fn document() -> Option<&'static Value> {
    static DOCUMENT: OnceLock<Option<Value>> = OnceLock::new();
    DOCUMENT
        .get_or_init(|| {
            let path = file();
            let read = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
            if read.is_none() {
                eprintln!(
                    "\nNO OPENAPI DOCUMENT OF EBAY at {}: set ENTREPOT_SPECS. Bodies are not held against it.\n",
                    path.display()
                );
            }
            read
        })
        .as_ref()
}

/// The schemas by name; `None`: the document is not at hand.
#[must_use]
pub(crate) fn named(name: &str) -> Option<&'static Value> {
    document()?.pointer("/components/schemas")?.get(name)
}

/// What is wrong with a body of this schema.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), Wrong> {
    let Some(schema) = named(name) else { return Ok(()) };
    fits(schema, value, "").map_err(|why| wrong(400, 25709, format!("Invalid request. Invalid value for field {why}.")))
}

fn fits(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return named(name).map_or(Ok(()), |schema| fits(schema, value, at));
    }
    let said = |expected: &str| Err(format!("{at}: {expected} is expected, not {value}"));
    if at.ends_with("/aspects") {
        let is_list = |values: &Value| values.as_array().is_some_and(|values| values.iter().all(Value::is_string));
        return match value.as_object() {
            Some(facts) if facts.values().all(is_list) => Ok(()),
            _ => said("an object of lists of texts"),
        };
    }
    match schema["type"].as_str() {
        Some("array") => match value.as_array() {
            Some(items) => {
                { items.iter().enumerate() }.try_for_each(|(n, one)| fits(&schema["items"], one, &format!("{at}/{n}")))
            }
            None => said("a list"),
        },
        Some("integer") if !value.is_i64() => said("a whole number"),
        Some("number") if !value.is_number() => said("a number"),
        Some("boolean") if !value.is_boolean() => said("true or false"),
        Some("string") if !value.is_string() => said("a text"),
        Some("integer" | "number" | "boolean" | "string") => Ok(()),
        _ => match (value.as_object(), schema["properties"].as_object()) {
            (Some(fields), Some(known)) => fields.iter().try_for_each(|(name, value)| match known.get(name) {
                Some(schema) => fits(schema, value, &format!("{at}/{name}")),
                None => Err(format!("{at}/{name}: there is no such field")),
            }),
            (None, Some(_)) => said("an object"),
            _ => Ok(()),
        },
    }
}
