//! The official schema, when it is at hand: every document and its variables are held against it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};

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

/// What is wrong with a document, as messages.
pub(super) fn validate(query: &str, variables: &serde_json::Value) -> Result<(), Vec<String>> {
    let Some(schema) = schema() else { return Ok(()) };
    let document = ExecutableDocument::parse_and_validate(schema, query, "query.graphql")
        .map_err(|errors| errors.errors.iter().map(|error| error.to_string()).collect::<Vec<_>>())?;
    let operation = document.operations.get(None).map_err(|_| vec!["An operation name is required".to_owned()])?;
    let variables: JsonMap = serde_json::from_value(variables.clone()).unwrap_or_default();
    coerce_variable_values(schema, operation, &variables).map(drop).map_err(|error| vec![error.message().to_string()])
}
