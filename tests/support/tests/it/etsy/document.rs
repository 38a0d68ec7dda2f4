//! Answers against the schemas of the OpenAPI document, and the parameters that are taken against its own.

use std::path::PathBuf;

use entrepot_test_support::etsy::{Parameter, ROUTES, serve};
use serde_json::Value;

use super::client::Client;
use super::store;

pub(crate) fn specification(name: &str) -> Option<Value> {
    let specs = std::env::var_os("ENTREPOT_SPECS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"), PathBuf::from);
    let file = specs.join("etsy").join(name);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            eprintln!("\nSKIPPED: no {} (set ENTREPOT_SPECS)\n", file.display());
            None
        }
    }
}

fn document() -> Option<Value> {
    specification("openapi/etsy-open-api-v3.oas3.json")
}

fn operation<'a>(document: &'a Value, name: &str) -> &'a Value {
    let paths = document["paths"].as_object().unwrap().values();
    let mut found = paths.flat_map(|path| path.as_object().unwrap().values()).filter(|one| one["operationId"] == name);
    found.next().unwrap_or_else(|| panic!("no operation {name}"))
}

#[test]
fn routes_take_the_parameters_of_the_document() {
    let Some(document) = document() else { return };
    for route in ROUTES {
        let operation = operation(&document, route.operation);
        let query = operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query");
        let documented: Vec<_> = query.collect();
        let names: Vec<_> = documented.iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, route.parameters.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{}", route.operation);
        for (parameter, (name, kind)) in documented.iter().zip(route.parameters) {
            let schema = &parameter["schema"];
            let words = |schema: &Value| -> Vec<String> {
                schema["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
            };
            match kind {
                Parameter::Limit(most) => assert_eq!(schema["maximum"], *most, "{name}"),
                Parameter::Enum(own) => assert_eq!(words(schema), *own, "{name}"),
                Parameter::Enums(own) => assert_eq!(words(&schema["items"]), *own, "{name}"),
                Parameter::Offset | Parameter::Ids | Parameter::Flag | Parameter::Text => {}
            }
        }
        let scopes = operation["security"][0]["oauth2"][0].as_str();
        // The document says nothing of a scope for getMe and some others; the endpoints ask for one.
        assert!(scopes == route.scope || scopes.is_none(), "{}: {scopes:?}", route.operation);
    }
}

/// Every field is one of the schema's, of its type, and within its words.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return fits(document, &document["components"]["schemas"][name], value, at);
    }
    if value.is_null() {
        let nullable = schema["nullable"] == true;
        // `shop_section_id` and the like are nullable; an inventory that is not included is.
        assert!(nullable, "{at} is null");
        return;
    }
    if let Some(one) = schema["oneOf"].get(0) {
        return fits(document, one, value, at);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let Some(properties) = schema["properties"].as_object() else { return };
            for (name, value) in value.as_object().unwrap_or_else(|| panic!("{at} is no object: {value}")) {
                let schema = properties.get(name).unwrap_or_else(|| panic!("{at}/{name} is not in the document"));
                fits(document, schema, value, &format!("{at}/{name}"));
            }
        }
        Some("array") => {
            let items = value.as_array().unwrap_or_else(|| panic!("{at} is no list: {value}"));
            items.iter().enumerate().for_each(|(n, one)| fits(document, &schema["items"], one, &format!("{at}/{n}")));
        }
        Some("integer") => {
            let number = value.as_i64().unwrap_or_else(|| panic!("{at} is no whole number: {value}"));
            assert!(schema["minimum"].as_i64().is_none_or(|least| number >= least), "{at} is {number}");
        }
        Some("number") => assert!(value.is_number(), "{at}: {value}"),
        Some("boolean") => assert!(value.is_boolean(), "{at}: {value}"),
        Some("string") => {
            assert!(value.is_string(), "{at}: {value}");
            let words = schema["enum"].as_array();
            assert!(words.is_none_or(|words| words.contains(value)), "{at}: {value}");
        }
        other => panic!("{at} has the type {other:?}"),
    }
}

#[test]
fn answers_are_as_the_document_says() {
    let Some(document) = document() else { return };
    let store = store(60);
    let server = serve(&store);
    let client = Client::of(&store, &server);
    let ids: Vec<_> = store.listing_ids().iter().take(50).map(u64::to_string).collect();
    let ids = ids.join(",");
    for (name, target) in [
        ("ping", "/openapi-ping".to_owned()),
        ("getMe", "/users/me".to_owned()),
        ("getShop", "/shops/44400001".to_owned()),
        ("getShopSections", "/shops/44400001/sections".to_owned()),
        ("getShopReadinessStateDefinitions", "/shops/44400001/readiness-state-definitions".to_owned()),
        ("getSellerTaxonomyNodes", "/seller-taxonomy/nodes".to_owned()),
        ("getListingsByShop", "/shops/44400001/listings?limit=100&includes=Images,Videos,Inventory".to_owned()),
        ("getListingsByShop", "/shops/44400001/listings?state=draft".to_owned()),
        ("getListingsByListingIds", format!("/listings/batch?listing_ids={ids}&includes=Images,Videos")),
        ("getListingsInventoryByListingIds", format!("/listings/batch/inventory?listing_ids={ids}")),
        ("getListing", "/listings/1000000007?includes=Images".to_owned()),
    ] {
        let reply = client.get(&target);
        assert_eq!(reply.status, 200, "{target}: {}", reply.json());
        let schema = &operation(&document, name)["responses"]["200"]["content"]["application/json"]["schema"];
        fits(&document, schema, &reply.json(), name);
    }
    let refused = client.get("/listings/7");
    fits(&document, &document["components"]["schemas"]["ErrorSchema"], &refused.json(), "error");
}
