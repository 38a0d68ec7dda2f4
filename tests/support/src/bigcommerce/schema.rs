//! The official OpenAPI documents, when they are at hand: what is written is held against them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use serde_json::{Map, Value};

/// Below `$ENTREPOT_SPECS`, or beside the workspace.
fn folder() -> PathBuf {
    let specs = match std::env::var_os("ENTREPOT_SPECS") {
        Some(specs) => PathBuf::from(specs),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"),
    };
    specs.join("bigcommerce/openapi")
}

/// Read once each; `None`, said aloud, when it is not there.
fn document(name: &'static str) -> Option<&'static Value> {
    static READ: OnceLock<Mutex<HashMap<&'static str, Option<&'static Value>>>> = OnceLock::new();
    let mut read = READ.get_or_init(Mutex::default).lock().expect("the documents");
    *read.entry(name).or_insert_with(|| {
        let path = folder().join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!(
                "\nNO SCHEMA OF BIGCOMMERCE at {}: set ENTREPOT_SPECS. What is written is not held against it.\n",
                path.display()
            );
            return None;
        };
        let document = serde_norway::from_str::<Value>(&text);
        Some(Box::leak(Box::new(document.unwrap_or_else(|error| panic!("{}: {error}", path.display())))))
    })
}

/// Whether the documents are at hand.
pub(crate) fn is_there() -> bool {
    document("inventory.v3.yml").is_some()
}

/// What is wrong with a body, by the path of the field.
pub(crate) fn faults(file: &'static str, route: &str, method: &str, body: &Value) -> BTreeMap<String, String> {
    let mut faults = BTreeMap::new();
    let Some(document) = document(file) else { return faults };
    let operation = &document["paths"][route][method];
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{file} has no body for {method} {route}");
    Check { document, is_new: method == "post" }.value(schema, body, "", &mut faults);
    faults
}

struct Check<'d> {
    document: &'d Value,
    /// Of what is being made nobody knows the ids yet, whatever the document says is required.
    is_new: bool,
}

/// Ids of what is made with its product, which the document requires all the same.
const GIVEN_BY_THE_STORE: [&str; 2] = ["id", "product_id"];

impl Check<'_> {
    fn resolved<'s>(&'s self, mut schema: &'s Value) -> &'s Value {
        while let Some(place) = schema["$ref"].as_str() {
            schema = self.document.pointer(place.trim_start_matches('#')).expect("a reference leads somewhere");
        }
        schema
    }

    fn value(&self, schema: &Value, value: &Value, at: &str, faults: &mut BTreeMap<String, String>) {
        let schema = self.resolved(schema);
        if let Some(kinds) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            let fits = |kind: &Value| {
                let mut found = BTreeMap::new();
                self.value(kind, value, at, &mut found);
                found.is_empty()
            };
            if !kinds.iter().any(fits) {
                faults.insert(at.to_owned(), "is none of what it may be".into());
            }
            return;
        }
        let nullable = [&schema["nullable"], &schema["x-nullable"]].iter().any(|flag| **flag == true);
        if value.is_null() && nullable {
            return;
        }
        if let Some(problem) = kind(schema, value).or_else(|| limits(schema, value)) {
            faults.insert(at.to_owned(), problem);
            return;
        }
        if let Some(items) = value.as_array().filter(|_| schema["items"].is_object()) {
            for (place, item) in items.iter().enumerate() {
                self.value(&schema["items"], item, &below(at, &place.to_string()), faults);
            }
        }
        if let Some(fields) = value.as_object() {
            let (mut known, mut required) = (Map::new(), Vec::new());
            self.fields(schema, &mut known, &mut required);
            self.object(&known, &required, fields, at, faults);
        }
    }

    /// The fields of a schema and of all that it is made of.
    fn fields(&self, schema: &Value, known: &mut Map<String, Value>, required: &mut Vec<String>) {
        let schema = self.resolved(schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.fields(part, known, required);
        }
        known.extend(schema["properties"].as_object().cloned().unwrap_or_default());
        let names = schema["required"].as_array().into_iter().flatten();
        required.extend(names.filter_map(Value::as_str).map(str::to_owned));
    }

    fn object(
        &self,
        known: &Map<String, Value>,
        required: &[String],
        fields: &Map<String, Value>,
        at: &str,
        faults: &mut BTreeMap<String, String>,
    ) {
        if known.is_empty() {
            return;
        }
        let path = |name: &str| below(at, name);
        for (name, value) in fields {
            match known.get(name) {
                Some(schema) => self.value(schema, value, &path(name), faults),
                None => drop(faults.insert(path(name), "is not a field of it".into())),
            }
        }
        let is_given = |name: &&String| self.is_new && GIVEN_BY_THE_STORE.contains(&name.as_str());
        for name in required.iter().filter(|name| !is_given(name) && !fields.contains_key(*name)) {
            faults.insert(path(name), "error.path.missing".into());
        }
    }
}

fn below(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn kind(schema: &Value, value: &Value) -> Option<String> {
    let is_it = match schema["type"].as_str()? {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    (!is_it).then(|| format!("error.expected.{}", schema["type"].as_str().unwrap_or_default()))
}

fn limits(schema: &Value, value: &Value) -> Option<String> {
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        return Some(format!("{value} is none of {choices:?}"));
    }
    let number = |name: &str| schema[name].as_f64();
    // Of lists these documents say `minimum` where they mean how many there are.
    let (size, names) = match value {
        Value::String(text) => (text.chars().count() as f64, ["minLength", "maxLength"]),
        Value::Array(items) => (items.len() as f64, ["minItems", "maxItems"]),
        Value::Number(value) => (value.as_f64().unwrap_or(0.0), ["minimum", "maximum"]),
        _ => return None,
    };
    let [least, most] = names;
    if number(least).is_some_and(|least| size < least) {
        return Some(format!("{least} {}", schema[least]));
    }
    number(most).is_some_and(|limit| size > limit).then(|| format!("{most} {}", schema[most]))
}
