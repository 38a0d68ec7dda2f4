//! The official schema, when it is at hand: every document and its variables are held against it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Value, json};

/// Below `$ENTREPOT_SPECS`, or beside the workspace.
fn file() -> PathBuf {
    let specs = match std::env::var_os("ENTREPOT_SPECS") {
        Some(specs) => PathBuf::from(specs),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"),
    };
    specs.join("shopify/schema/admin-2026-10.graphql")
}

/// Read once; `None`, said aloud, when it is not there.
fn schema() -> Option<&'static Valid<Schema>> {
    static SCHEMA: OnceLock<Option<Valid<Schema>>> = OnceLock::new();
    SCHEMA
        .get_or_init(|| {
            let path = file();
            let Ok(text) = std::fs::read_to_string(&path) else {
                eprintln!(
                    "\nNO SCHEMA OF SHOPIFY at {}: set ENTREPOT_SPECS. Documents are not validated.\n",
                    path.display()
                );
                return None;
            };
            // Introspection leaves out what is built in, and this library builds in less.
            let text = format!("directive @oneOf on INPUT_OBJECT\n{text}");
            match Schema::parse_and_validate(text, &path) {
                Ok(schema) => Some(schema),
                Err(errors) => {
                    eprintln!("\nTHE SCHEMA OF SHOPIFY IS NOT VALID: documents are not validated.\n{errors}\n");
                    None
                }
            }
        })
        .as_ref()
}

/// What is wrong with a document: `errors` as Shopify answers them.
pub(super) fn validate(query: &str, variables: &Value) -> Result<(), Vec<Value>> {
    let Some(schema) = schema() else { return Ok(()) };
    let document = ExecutableDocument::parse_and_validate(schema, query, "query.graphql")
        .map_err(|errors| said(errors.errors.iter().map(|found| error(&found.error.to_string())).collect()))?;
    let operation = document.operations.get(None).map_err(|_| vec![error("An operation name is required")])?;
    let variables: JsonMap = serde_json::from_value(variables.clone()).unwrap_or_default();
    coerce_variable_values(schema, operation, &variables).map(drop).map_err(|found| {
        vec![json!({"message": found.message().to_string(), "extensions": {"code": "INVALID_VARIABLE"}})]
    })
}

/// What only follows from an unknown field (a selection that is empty without it) is left out.
fn said(mut errors: Vec<Value>) -> Vec<Value> {
    if errors.iter().any(|error| error.get("extensions").is_some()) {
        errors.retain(|error| error.get("extensions").is_some());
    }
    errors
}

/// The commonest mistakes in Shopify's words; others in the parser's.
fn error(found: &str) -> Value {
    let names: Vec<&str> = found.split('`').skip(1).step_by(2).collect();
    let (message, extensions) = match names.as_slice() {
        [kind, field] if found.contains("does not have a field") => (
            format!("Field '{field}' doesn't exist on type '{kind}'"),
            json!({"code": "undefinedField", "typeName": kind, "fieldName": field}),
        ),
        [argument, place] if found.contains("is not supported by") => {
            let field = place.rsplit('.').next().unwrap_or(place);
            (
                format!("Field '{field}' doesn't accept argument '{argument}'"),
                json!({"code": "argumentNotAccepted", "name": field, "typeName": "Field", "argumentName": argument}),
            )
        }
        [place] if found.contains("required argument") => {
            let place = place.rsplit('.').next().unwrap_or(place);
            let (field, argument) = place.split_once('(').unwrap_or((place, ""));
            let argument = argument.trim_end_matches([':', ')']);
            (
                format!("Field '{field}' is missing required arguments: {argument}"),
                json!({"code": "missingRequiredArguments", "className": "Field", "name": field, "arguments": argument}),
            )
        }
        _ => return json!({"message": found}),
    };
    json!({"message": message, "extensions": extensions})
}
