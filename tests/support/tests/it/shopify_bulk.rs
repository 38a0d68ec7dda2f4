//! Bulk operations of the simulated Shopify shop: their rules, their ends and their files.

use std::collections::HashMap;

use entrepot_test_support::shopify::{Ending, Order};
use serde_json::{Value, json};

use crate::shopify::{Shop, schema, shop};

const RUN: &str = "mutation Run($query: String!, $grouped: Boolean) { bulkOperationRunQuery(query: $query, groupObjects: $grouped) { bulkOperation { id status } userErrors { code field message } } }";
const POLL: &str = "query Poll($id: ID!) { bulkOperation(id: $id) { id type status errorCode objectCount rootObjectCount fileSize url partialDataUrl } }";
const ALL: &str = "{ products { edges { node { __typename id title
    media { edges { node { __typename id ... on MediaImage { image { url } } } } }
    variants { edges { node { __typename id sku inventoryItem { id tracked
        inventoryLevels { edges { node { __typename id location { id } quantities(names: [\"available\"]) { quantity } } } } } } } } } } } }";

impl Shop {
    fn run(&self, query: &str, grouped: bool) -> Value {
        self.data(RUN, json!({"query": query, "grouped": grouped}))["bulkOperationRunQuery"].take()
    }

    fn started(&self, query: &str) -> String {
        let payload = self.run(query, false);
        assert_eq!(
            (&payload["userErrors"], &payload["bulkOperation"]["status"]),
            (&json!([]), &json!("CREATED")),
            "{payload}"
        );
        payload["bulkOperation"]["id"].as_str().unwrap().to_owned()
    }

    fn poll(&self, id: &str) -> Value {
        self.data(POLL, json!({"id": id}))["bulkOperation"].take()
    }

    fn file(&self, operation: &Value) -> Vec<Value> {
        let url = operation["url"].as_str().unwrap();
        let target = url.strip_prefix(&self.server.base_url).unwrap_or_else(|| panic!("{url}"));
        let reply = self.raw("GET", target, "", "");
        assert_eq!(reply.status, 200);
        reply.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[test]
fn an_operation_runs_and_leaves_a_file() {
    let shop = shop(8);
    shop.store.configure(|options| options.bulk_polls = 3);
    let id = shop.started(ALL);
    let running = shop.poll(&id);
    assert_eq!(
        (&running["status"], &running["url"], &running["type"]),
        (&json!("RUNNING"), &Value::Null, &json!("QUERY"))
    );
    shop.poll(&id);
    let done = shop.poll(&id);
    assert_eq!(
        (&done["status"], &done["errorCode"], &done["rootObjectCount"]),
        (&json!("COMPLETED"), &Value::Null, &json!("8")),
        "counts are texts"
    );
    let lines = shop.file(&done);
    assert_eq!(done["objectCount"], lines.len().to_string());
    assert_eq!(lines.iter().filter(|line| line.get("__parentId").is_none()).count(), 8);
    assert!(shop.data(POLL, json!({"id": "gid://shopify/BulkOperation/1"}))["bulkOperation"].is_null());
}

/// Each line's parent is the nearest node of a connection: that of a level is the variant, not the item.
#[test]
fn lines_name_their_parents() {
    let shop = shop(8);
    let id = shop.started(ALL);
    let lines = shop.file(&shop.poll(&id));
    let kinds: HashMap<&str, &str> =
        lines.iter().map(|line| (line["id"].as_str().unwrap(), line["__typename"].as_str().unwrap())).collect();
    for line in &lines {
        let parent = line.get("__parentId").map(|parent| kinds[parent.as_str().unwrap()]);
        let expected = match line["__typename"].as_str().unwrap() {
            "Product" => None,
            "MediaImage" | "ProductVariant" => Some("Product"),
            "InventoryLevel" => Some("ProductVariant"),
            other => panic!("{other}"),
        };
        assert_eq!(parent, expected);
        assert!(line.pointer("/inventoryItem/inventoryLevels").is_none() && line.get("variants").is_none());
    }
}

#[test]
fn the_order_of_lines_is_any() {
    let shop = shop(20);
    let of = |order: Option<u64>, grouped: bool| {
        if let Some(seed) = order {
            shop.store.configure(|options| options.bulk_order = Order::Shuffled(seed));
        }
        let payload = shop.run(ALL, grouped);
        let id = payload["bulkOperation"]["id"].as_str().unwrap().to_owned();
        shop.file(&shop.poll(&id))
    };
    let grouped = of(None, true);
    let mut current = String::new();
    for line in &grouped {
        match line.get("__parentId") {
            None => current = line["id"].to_string(),
            // Levels name their variant.
            Some(parent) if line["__typename"] != "InventoryLevel" => assert_eq!(parent.to_string(), current),
            Some(_) => {}
        }
    }
    let (one, two) = (of(Some(1), false), of(Some(2), false));
    assert!(one != two && one != grouped);
    let child_first = one.iter().position(|line| line.get("__parentId").is_some())
        < one.iter().position(|line| line.get("__parentId").is_none());
    let sorted = |mut lines: Vec<Value>| {
        lines.sort_by_key(Value::to_string);
        lines
    };
    assert!(child_first || one[1].get("__parentId").is_some());
    assert_eq!(sorted(one), sorted(two.clone()));
    assert_eq!(sorted(two), sorted(grouped));
}

/// As in the real files.
#[test]
fn slashes_and_ampersands_are_escaped() {
    let shop = shop(1);
    shop.store.update(7_000_000_000_001, |product| product.title = "A & B / C".into());
    let id = shop.started("{ products { edges { node { id title } } } }");
    let url = shop.poll(&id)["url"].as_str().unwrap().to_owned();
    let text = shop.raw("GET", url.strip_prefix(&shop.server.base_url).unwrap(), "", "").text;
    assert_eq!(text, "{\"id\":\"gid:\\/\\/shopify\\/Product\\/7000000000001\",\"title\":\"A \\u0026 B \\/ C\"}\n");
}

#[test]
fn there_are_rules_for_the_query() {
    let shop = shop(1);
    let refused = |query: &str, says: &str| {
        let payload = shop.run(query, false);
        let error = &payload["userErrors"][0];
        assert_eq!((&payload["bulkOperation"], &error["code"]), (&Value::Null, &json!("INVALID")), "{payload}");
        assert!(error["message"].as_str().unwrap().contains(says), "{error}");
    };
    refused("{ shop { name } }", "at least one connection");
    refused("{ products { edges { node { id } } } locations { edges { node { id } } } }", "one top level field");
    refused("{ nodes(ids: []) { id } }", "node or nodes");
    let six =
        ALL.replace("media {", "metafields { edges { node { id } } } collections { edges { node { id } } } media {");
    refused(&six, "more than 5 connections");
    let deep = "{ collections { edges { node { products { edges { node { variants { edges { node { inventoryItem { inventoryLevels { edges { node { id } } } } } } } } } } } } } }";
    refused(deep, "nesting depth");
    refused("{ products {", "Invalid bulk query");
    if schema() {
        refused("{ products { edges { node { id colour } } } }", "Field 'colour' doesn't exist on type 'Product'");
    }
    // Five connections, two deep below the first: exactly at both limits.
    shop.started(&ALL.replace("media {", "metafields { edges { node { id } } } media {"));
}

#[test]
fn operations_end_in_many_ways() {
    let shop = shop(6);
    let failed = Ending::Failed { code: "INTERNAL_SERVER_ERROR", partial: true };
    shop.store.end_bulk([failed, Ending::Canceled, Ending::Expired, Ending::CutOff, Ending::Vanished]);
    let of = || shop.poll(&shop.started(ALL));
    let end = of();
    assert_eq!(
        (&end["status"], &end["errorCode"], &end["url"]),
        (&json!("FAILED"), &json!("INTERNAL_SERVER_ERROR"), &Value::Null)
    );
    assert!(end["partialDataUrl"].is_string());
    for status in ["CANCELED", "EXPIRED"] {
        let end = of();
        assert_eq!((&end["status"], &end["url"], &end["partialDataUrl"]), (&json!(status), &Value::Null, &Value::Null));
    }
    let cut = of();
    assert!(shop.file(&cut).len() < cut["objectCount"].as_str().unwrap().parse::<usize>().unwrap());
    let vanished = of();
    let target = vanished["url"].as_str().unwrap().strip_prefix(&shop.server.base_url).unwrap().to_owned();
    assert_eq!((vanished["status"].as_str(), shop.raw("GET", &target, "", "").status), (Some("COMPLETED"), 404));
    // A scope that is missing is found out while it runs.
    shop.store.configure(|options| options.scopes = vec!["read_products".into()]);
    let denied = of();
    assert_eq!((&denied["status"], &denied["errorCode"]), (&json!("FAILED"), &json!("ACCESS_DENIED")));
}

#[test]
fn nothing_found_is_no_file() {
    let shop = shop(2);
    let id = shop.started("{ products(query: \"updated_at:>='2090-01-01T00:00:00Z'\") { edges { node { id } } } }");
    let end = shop.poll(&id);
    assert_eq!((&end["status"], &end["url"], &end["objectCount"]), (&json!("COMPLETED"), &Value::Null, &json!("0")));
}

#[test]
fn only_so_many_run_at_once() {
    let shop = shop(1);
    shop.store.end_bulk([Ending::Stalled; 6]);
    for _ in 0..5 {
        shop.started(ALL);
    }
    assert_eq!(shop.run(ALL, false)["userErrors"][0]["code"], "LIMIT_REACHED");
    shop.store.configure(|options| options.bulk_at_once = 1);
    assert_eq!(shop.run(ALL, false)["userErrors"][0]["code"], "OPERATION_IN_PROGRESS");
    shop.store.clear_endings();
    shop.started(ALL);
    assert_eq!(shop.store.bulk_operations(), 1);
}

/// The file lies with another service: whoever sends it a token is refused, and addresses expire.
#[test]
fn files_are_fetched_by_their_signed_address() {
    let shop = shop(1);
    let id = shop.started(ALL);
    let url = shop.poll(&id)["url"].as_str().unwrap().to_owned();
    let target = url.strip_prefix(&shop.server.base_url).unwrap();
    assert_eq!(shop.raw("GET", target, "", "").status, 200);
    assert_eq!(shop.raw("GET", target, "X-Shopify-Access-Token: x\r\n", "").status, 400);
    assert_eq!(shop.raw("GET", target.split('?').next().unwrap(), "", "").status, 403);
    shop.store.expire_bulk_urls();
    assert_eq!(shop.raw("GET", target, "", "").status, 403);
    let anew = shop.poll(&id);
    assert!(anew["url"] != url && !shop.file(&anew).is_empty());
}

/// Only starting and asking costs anything.
#[test]
fn the_work_itself_costs_nothing() {
    let shop = shop(30);
    let answer = shop.ask(RUN, json!({"query": ALL}));
    assert_eq!(answer["extensions"]["cost"]["requestedQueryCost"], 10);
    let available = answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"].as_f64().unwrap();
    assert!(available >= 1_980.0, "{available}");
}
