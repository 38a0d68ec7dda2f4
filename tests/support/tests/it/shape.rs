//! Generated rows have the keys of recorded ones, in their order, with values of the same types.

use std::collections::BTreeMap;

use entrepot_test_support::woocommerce::{Recorded, Seed, Store};
use serde_json::Value;

/// The types each path has anywhere in these items.
fn types(items: &[Value]) -> BTreeMap<String, Vec<&'static str>> {
    let mut found = BTreeMap::new();
    for item in items {
        walk(item, String::new(), &mut found);
    }
    found
}

fn walk(value: &Value, path: String, found: &mut BTreeMap<String, Vec<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let kinds = found.entry(path.clone()).or_default();
    if !kinds.contains(&kind) {
        kinds.push(kind);
    }
    match value {
        // The values of `meta_data` are whatever a plugin put there.
        Value::Array(items) if !path.ends_with("meta_data") => {
            items.iter().for_each(|item| walk(item, format!("{path}[]"), found));
        }
        Value::Object(map) => map.iter().for_each(|(name, item)| walk(item, format!("{path}.{name}"), found)),
        _ => {}
    }
}

fn keys_in_order(text: &str) -> Vec<String> {
    // Top level only: a key is what follows `{` or `,` at depth 1.
    let (mut keys, mut depth, mut string, mut escape, mut start) = (Vec::new(), 0, false, false, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escape => escape = false,
            b'\\' if string => escape = true,
            b'"' => {
                string = !string;
                if string {
                    start = at + 1;
                } else if depth == 1 && text[at..].starts_with("\":") {
                    keys.push(text[start..at].to_owned());
                }
            }
            b'{' | b'[' if !string => depth += 1,
            b'}' | b']' if !string => depth -= 1,
            _ => {}
        }
    }
    keys
}

fn compare(what: &str, generated: &[Value], recorded: &[Value]) {
    let (mine, theirs) = (types(generated), types(recorded));
    for (path, kinds) in &mine {
        let known = theirs.get(path).unwrap_or_else(|| panic!("{what}: a real shop has no {path}"));
        for kind in kinds {
            assert!(known.contains(kind), "{what}: {path} is {kind} here and {known:?} in a real shop");
        }
    }
    for path in theirs.keys().filter(|path| path.matches(['.', '[']).count() == 1) {
        assert!(mine.contains_key(path), "{what}: {path} is missing");
    }
}

#[test]
fn generated_rows_look_like_recorded_ones() {
    let Some(recorded) = Recorded::open() else { return };
    let store = Store::generate(Seed { products: 3_000, variable_share: 0.1, seed: 3 });
    let home = "https://shop.example.test";
    let parsed = |text: String| serde_json::from_str::<Value>(&text).unwrap();
    let products: Vec<_> = store.product_ids().into_iter().map(|id| parsed(store.product_json(id, home))).collect();
    compare("product", &products, &recorded.products());
    let variations: Vec<_> =
        store.variation_ids().into_iter().map(|id| parsed(store.variation_json(id, home))).collect();
    let parents = recorded.products().into_iter().filter_map(|product| product["id"].as_u64());
    let nested: Vec<_> = parents.flat_map(|parent| recorded.variations_of(parent)).collect();
    assert_eq!(nested.len(), 649);
    compare("variation", &variations, &nested);

    let first = store.product_ids()[0];
    assert_eq!(keys_in_order(&store.product_json(first, home)), recorded.product_keys());
    let first = store.variation_ids()[0];
    assert_eq!(keys_in_order(&store.variation_json(first, home)), recorded.variation_keys());
}

#[test]
fn generated_rows_are_of_a_realistic_size() {
    let store = Store::generate(Seed { products: 2_000, ..Seed::default() });
    let home = "https://shop.example.test";
    let sizes: Vec<usize> = store.product_ids().into_iter().map(|id| store.product_json(id, home).len()).collect();
    let mean = sizes.iter().sum::<usize>() / sizes.len();
    assert!((3_000..3_700).contains(&mean), "{mean}");
    let kinds =
        |kind: &str| store.product_ids().into_iter().filter(|id| store.product(*id).unwrap().kind == kind).count();
    for kind in ["simple", "variable", "grouped", "external"] {
        assert!(kinds(kind) > 0, "{kind}");
    }
    for id in store.product_ids() {
        if store.product(id).unwrap().kind == "variable" {
            assert!((4..=12).contains(&store.variations_of(id).len()));
        }
    }
}
