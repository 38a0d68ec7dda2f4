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
