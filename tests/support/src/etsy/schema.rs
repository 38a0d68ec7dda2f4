//! The official OpenAPI document, when it is at hand: every body that is written is held against it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

/// Below `$ENTREPOT_SPECS`, or beside the workspace.
fn file() -> PathBuf {
    let specs = match std::env::var_os("ENTREPOT_SPECS") {
        Some(specs) => PathBuf::from(specs),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"),
    };
    specs.join("etsy/openapi/etsy-open-api-v3.oas3.json")
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
                    "\nNO OPENAPI DOCUMENT OF ETSY at {}: set ENTREPOT_SPECS. Bodies are not held against it.\n",
                    path.display()
                );
            }
            read
        })
        .as_ref()
}

/// The schema of an operation's body.
fn body(operation: &str) -> Option<&'static Value> {
    let paths = document()?.get("paths")?.as_object()?;
    let mut all = paths.values().filter_map(Value::as_object).flat_map(|path| path.values());
    let found = all.find(|one| one["operationId"] == operation)?;
    let content = found.pointer("/requestBody/content")?.as_object()?;
    content.values().next()?.get("schema")
}

/// What is wrong with a JSON body.
pub(super) fn json(operation: &str, value: &Value) -> Result<(), String> {
    body(operation).map_or(Ok(()), |schema| fits(schema, value, ""))
}

/// What is wrong with a form: lists are texts with commas in between, and everything is text.
pub(super) fn form(operation: &str, fields: &[(String, String)]) -> Result<(), String> {
    let Some(schema) = body(operation) else { return Ok(()) };
    for (name, value) in fields {
        let Some(known) = schema["properties"].get(name) else { return Err(format!("Unknown parameter: [{name}]")) };
        let parts: Vec<&str> = match known["type"].as_str() {
            Some("array") if value.is_empty() => Vec::new(),
            Some("array") => value.split(',').collect(),
            _ => vec![value],
        };
        let one = if known["type"] == "array" { &known["items"] } else { known };
        // A text of nothing is none.
        for part in parts.into_iter().filter(|part| !(part.is_empty() && one["nullable"] == true)) {
            let good = match one["type"].as_str() {
                Some("integer") => {
                    part.parse::<i64>().is_ok_and(|n| one["minimum"].as_i64().is_none_or(|least| n >= least))
                }
                Some("number") => part.parse::<f64>().is_ok_and(f64::is_finite),
                Some("boolean") => matches!(part, "true" | "false" | "1" | "0"),
                _ => one["enum"].as_array().is_none_or(|words| words.iter().any(|word| word == part)),
            };
            if !good {
                return Err(format!("Invalid value ({part}) for '{name}'"));
            }
        }
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.iter().any(|(known, value)| known == name && !value.is_empty()) {
            return Err(format!("Missing input parameter: [{name}]"));
        }
    }
    Ok(())
}

fn fits(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if value.is_null() {
        return if schema["nullable"] == true { Ok(()) } else { Err(format!("'{at}' is null")) };
    }
    let wrong = |expected: &str| Err(format!("Expected {expected} value for '{at}' (got {value})"));
    match schema["type"].as_str() {
        Some("object") => {
            let Some(fields) = value.as_object() else { return wrong("object") };
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !fields.contains_key(name) {
                    return Err(format!("Missing input parameter: [{name}]"));
                }
            }
            fields.iter().try_for_each(|(name, value)| match schema["properties"].get(name) {
                Some(schema) => fits(schema, value, &format!("{at}/{name}")),
                None => Err(format!("Unknown parameter: [{name}]")),
            })
        }
        Some("array") => {
            let Some(items) = value.as_array() else { return wrong("array") };
            items.iter().enumerate().try_for_each(|(n, one)| fits(&schema["items"], one, &format!("{at}/{n}")))
        }
        Some("integer") => match value.as_i64() {
            Some(number) if schema["minimum"].as_i64().is_none_or(|least| number >= least) => Ok(()),
            _ => wrong("int"),
        },
        Some("number") => {
            if value.is_number() {
                Ok(())
            } else {
                wrong("float")
            }
        }
        Some("boolean") => {
            if value.is_boolean() {
                Ok(())
            } else {
                wrong("boolean")
            }
        }
        Some("string") => {
            if value.is_string() {
                Ok(())
            } else {
                wrong("string")
            }
        }
        _ => Ok(()),
    }
}
