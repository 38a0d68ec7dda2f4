//! Every document is one that the official schema allows, on each version that can be chosen.

use std::io::Read as _;

use apollo_compiler::ast::Selection;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema, ast};
use entrepot_plugin_shopify::documents::{ALL, BULK_COLLECTIONS, BULK_PRODUCTS, filtered};

use crate::shop::{read, specs};

fn schema(text: &str) -> Valid<Schema> {
    // Introspection leaves out what is built in, and this library builds in less.
    let text = format!("directive @oneOf on INPUT_OBJECT\n{text}");
    Schema::parse_and_validate(text, "admin.graphql").unwrap_or_else(|errors| panic!("{errors}"))
}

fn validate(schema: &Valid<Schema>, version: &str) {
    let filter = filtered(BULK_PRODUCTS, "updated_at:>='2026-01-01T00:00:00Z' OR title:\"a \\ b\"");
    for (name, text) in ALL.iter().copied().chain([("bulk_products with a filter", filter.as_str())]) {
        if let Err(errors) = ExecutableDocument::parse_and_validate(schema, text, name) {
            panic!("{name} on {version}: {errors}");
        }
    }
}

#[test]
fn are_valid_by_the_official_schema() {
    let Some(text) = read("schema/admin-2026-10.graphql") else { return };
    validate(&schema(&text), "2026-10");
}

#[test]
fn are_valid_on_the_older_versions_too() {
    let Some(folder) = specs() else { return };
    for version in ["2026-04", "2026-07"] {
        let file = std::fs::File::open(folder.join(format!("schema/admin-{version}.graphql.gz"))).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        validate(&schema(&text), version);
    }
}

/// At least one connection and at most five, two deep below the first; one field at the top, and no variables.
#[test]
fn bulk_documents_keep_to_the_limits() {
    for document in [BULK_PRODUCTS, BULK_COLLECTIONS] {
        let parsed = ast::Document::parse(document, "bulk.graphql").unwrap();
        let [ast::Definition::OperationDefinition(operation)] = parsed.definitions.as_slice() else { panic!() };
        assert!(operation.variables.is_empty() && operation.selection_set.len() == 1);
        let (count, depth) = connections(&operation.selection_set);
        assert!((1..=5).contains(&count) && depth <= 3, "{count} connections, {depth} deep");
    }
    assert_eq!(filtered("{ products(query: \"\") { a } }", ""), "{ products { a } }");
}

/// What has edges is a connection.
fn connections(selections: &[Selection]) -> (usize, usize) {
    let mut all = (0, 0);
    for selection in selections {
        let (mut count, mut depth) = match selection {
            Selection::Field(field) => connections(&field.selection_set),
            Selection::InlineFragment(fragment) => connections(&fragment.selection_set),
            Selection::FragmentSpread(_) => panic!("a bulk document has its fields in it"),
        };
        if matches!(selection, Selection::Field(field) if field.name == "edges") {
            (count, depth) = (count + 1, depth + 1);
        }
        all = (all.0 + count, all.1.max(depth));
    }
    all
}

/// What is asked for by bulk and by query is the same, so that an item is the same whichever way it came.
#[test]
fn bulk_and_query_ask_for_the_same() {
    let fields = |text: &str, from: &str, to: &str| {
        let part = &text[text.find(from).unwrap()..];
        let part = &part[..part.find(to).unwrap()];
        let lines = part.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let query = ALL.iter().find(|(name, _)| *name == "products_by_id").unwrap().1;
    let more = ALL.iter().find(|(name, _)| *name == "product_variants").unwrap().1;
    assert_eq!(fields(BULK_PRODUCTS, "category {", "media {"), fields(query, "category {", "media(first"));
    assert_eq!(fields(BULK_PRODUCTS, "barcode", "inventoryLevels"), fields(query, "barcode", "inventoryLevels"));
    assert_eq!(fields(query, "barcode", "inventoryLevels"), fields(more, "barcode", "inventoryLevels"));
}
