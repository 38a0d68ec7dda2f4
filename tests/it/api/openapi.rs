//! The OpenAPI document.

use serde_json::Value;

/// The document that is served, printed and kept in docs is the same, and names every route.
#[test]
fn the_openapi_document_names_every_resource() {
    let kept =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json")).unwrap_or_default();
    let document: Value = serde_json::from_str(&entrepot_web::openapi_json()).expect("JSON");
    let text = serde_json::to_string_pretty(&document).expect("JSON") + "\n";
    assert!(kept == text, "docs/openapi.json is not what the host says; run `cargo xtask openapi` and commit it");
    let document: Value = serde_json::from_str(&entrepot_web::openapi_json()).expect("JSON");
    for path in [
        "/api/v1/channels",
        "/api/v1/channels/{channel}/runs",
        "/api/v1/products",
        "/api/v1/dead-letters",
        "/api/v1/adapters",
        "/healthz",
        "/readyz",
    ] {
        assert!(document["paths"].get(path).is_some(), "{path}");
    }
}

/// Schemas are known by the name of their type: of two types of one name, one is described by the other.
#[test]
fn no_two_bodies_have_one_name() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../host/web/src"))];
    let mut names = std::collections::BTreeMap::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a file");
            let derived = text.split("#[derive(").skip(1).filter_map(|rest| rest.split_once(')'));
            for (_, rest) in derived.filter(|(derived, _)| derived.contains("ToSchema")) {
                let words: Vec<&str> = rest.split_whitespace().collect();
                let at = words.iter().position(|word| matches!(*word, "struct" | "enum")).expect("a type");
                let name = words[at + 1].split(['<', '(', ';']).next().expect("a name").to_owned();
                let other = names.insert(name.clone(), path.clone());
                assert!(other.is_none(), "{name} is in {} and in {other:?}", path.display());
            }
        }
    }
    assert!(names.len() > 50, "the types are found: {}", names.len());
}
