//! The simulated Shopify shop: documents, costs and lists, held against the facts and the official schema.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use entrepot_test_support::seed::{Seed, catalogue};
use entrepot_test_support::server::Server;
use entrepot_test_support::shopify::{Store, serve};
use serde_json::{Value, json};

pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) server: Server,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        line.split_once(": ").map(|(_, value)| value)
    }
}

pub(crate) fn shop(products: usize) -> Shop {
    let store = Store::from_seed(&catalogue(Seed { products, variable_share: 0.4, seed: 7 }));
    Shop { server: serve(&store), store }
}

impl Shop {
    pub(crate) fn ask(&self, query: &str, variables: Value) -> Value {
        let reply = self.post("2026-10", &self.store.access_token(), query, variables);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    /// The answer's data; whatever `errors` there are fail the test.
    pub(crate) fn data(&self, query: &str, variables: Value) -> Value {
        let mut body = self.ask(query, variables);
        assert!(body.get("errors").is_none(), "{body}");
        body["data"].take()
    }

    pub(crate) fn post(&self, version: &str, token: &str, query: &str, variables: Value) -> Reply {
        let body = json!({"query": query, "variables": variables}).to_string();
        let head = format!("X-Shopify-Access-Token: {token}\r\nContent-Type: application/json\r\n");
        self.raw("POST", &format!("/admin/api/{version}/graphql.json"), &head, &body)
    }

    pub(crate) fn raw(&self, method: &str, target: &str, head: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(self.server.address()).unwrap();
        let length = body.len();
        write!(stream, "{method} {target} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let all = String::from_utf8(all).unwrap();
        let (head, text) = all.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_owned(), text: text.to_owned() }
    }
}

/// Whether documents can be validated here; said aloud when not.
pub(crate) fn schema() -> bool {
    let specs = std::env::var("ENTREPOT_SPECS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/specs").to_owned());
    let there = std::path::Path::new(&specs).join("shopify/schema/admin-2026-10.graphql").is_file();
    if !there {
        eprintln!("SKIPPED: no specifications of Shopify in {specs} (set ENTREPOT_SPECS)");
    }
    there
}

pub(crate) const FIRST: &str = "query First($first: Int!, $after: String) { products(first: $first, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";

#[test]
fn only_with_a_token() {
    let shop = shop(1);
    for token in ["", "shpat_wrong"] {
        let reply = shop.post("2026-10", token, "{ shop { name } }", json!({}));
        // A bare text, as in the recording.
        assert_eq!((reply.status, reply.json()["errors"].is_string()), (401, true));
    }
    assert_eq!(
        shop.data("{ shop { name currencyCode } }", json!({}))["shop"],
        json!({"name": "Simulated Shop", "currencyCode": "USD"})
    );
    let token = format!("X-Shopify-Access-Token: {}\r\n", shop.store.access_token());
    assert_eq!(shop.raw("POST", "/admin/api/2026-10/graphql.json", &token, "{}").status, 400);
    assert_eq!(shop.raw("GET", "/admin/api/2026-10/graphql.json", &token, "").status, 404);
    assert_eq!(shop.raw("GET", "/admin/products.json", &token, "").status, 404);
}

#[test]
fn documents_are_held_against_the_schema() {
    if !schema() {
        return;
    }
    let shop = shop(1);
    for (query, message, code) in [
        ("{ shop { nickname } }", "Field 'nickname' doesn't exist on type 'Shop'", "undefinedField"),
        (
            "{ products(first: 1, colour: \"red\") { nodes { id } } }",
            "Field 'products' doesn't accept argument 'colour'",
            "argumentNotAccepted",
        ),
        ("{ product { id } }", "Field 'product' is missing required arguments: id", "missingRequiredArguments"),
    ] {
        let error = &shop.ask(query, json!({}))["errors"][0];
        assert_eq!(
            (error["message"].as_str(), error["extensions"]["code"].as_str()),
            (Some(message), Some(code)),
            "{error}"
        );
    }
    for (query, variables) in [
        (FIRST, json!({})),
        (FIRST, json!({"first": "ten"})),
        ("{ shop { name }", json!({})),
        ("query A { shop { name } } query B { shop { name } }", json!({})),
        ("{ shop { plan } }", json!({})),
        (
            "mutation { webhookSubscriptionCreate(topic: PRODUCTS_UPDATE, webhookSubscription: {url: \"x\"}) { userErrors { message } } }",
            json!({}),
        ),
    ] {
        let answer = shop.ask(query, variables);
        assert!(answer["errors"].is_array() && answer.get("data").is_none(), "{query}: {answer}");
    }
    assert!(shop.store.unsimulated().is_empty());
    // What the real shop knows and this one does not is noted, and never passes for an answer.
    assert!(shop.ask("{ shop { email } }", json!({}))["errors"].is_array());
    assert_eq!(shop.store.unsimulated(), ["Shop.email"]);
}

#[test]
fn a_retired_version_falls_forward() {
    let shop = shop(1);
    for (asked, used) in [("2026-10", "2026-10"), ("2026-04", "2026-04"), ("2024-01", "2026-01")] {
        let reply = shop.post(asked, &shop.store.access_token(), "{ shop { name } }", json!({}));
        assert_eq!((reply.status, reply.header("x-shopify-api-version")), (200, Some(used)));
    }
}

#[test]
fn lists_are_paged() {
    let shop = shop(23);
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let products = shop.data(FIRST, json!({"first": 10, "after": after}))["products"].take();
        seen.extend(products["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        after = products["pageInfo"]["endCursor"].clone();
        if products["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen.len(), 23);
    for wrong in [json!({"first": 0}), json!({"first": 251}), json!({"first": 5, "after": "nonsense"})] {
        assert!(shop.ask(FIRST, wrong.clone())["errors"].is_array(), "{wrong}");
    }
    assert!(shop.ask("{ products { nodes { id } } }", json!({}))["errors"].is_array(), "first or last is needed");
    let ids: Vec<_> = (0..251).map(|id| format!("gid://shopify/Product/{id}")).collect();
    let nodes = "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert!(shop.ask(nodes, json!({"ids": ids}))["errors"][0]["message"].as_str().unwrap().contains("250"));
    let one = shop.data(nodes, json!({"ids": ["gid://shopify/Product/7000000000001", "gid://shopify/Product/404"]}));
    assert_eq!(
        one["nodes"],
        json!([{"id": "gid://shopify/Product/7000000000001"}, null]),
        "null for what does not exist"
    );
}

#[test]
fn searches_by_date() {
    let shop = shop(5);
    shop.store.configure(|options| options.now = Some(1_900_000_000));
    shop.store.update(7_000_000_000_004, |product| product.title = "New".into());
    let query = "query S($query: String!) { products(first: 50, query: $query, sortKey: UPDATED_AT) { nodes { title updatedAt } } productsCount(query: $query) { count } }";
    let data = shop.data(query, json!({"query": "updated_at:>='2030-01-01T00:00:00Z'"}));
    assert_eq!(
        (&data["products"]["nodes"], &data["productsCount"]["count"]),
        (&json!([{"title": "New", "updatedAt": "2030-03-17T17:46:40Z"}]), &json!(1))
    );
    let dates: Vec<String> = shop.data(query, json!({"query": ""}))["products"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["updatedAt"].to_string())
        .collect();
    assert!(dates.is_sorted() && dates.len() == 5);
    // An unknown field is ignored, and everything is returned.
    let answer = shop.ask(query, json!({"query": "updatedat:>='2030-01-01T00:00:00Z'"}));
    assert_eq!(answer["data"]["products"]["nodes"].as_array().unwrap().len(), 5);
    assert_eq!(answer["extensions"]["search"][0]["warnings"][0]["field"], "updatedat");
}

#[test]
fn queries_are_paid_for_before_they_run() {
    let shop = shop(3);
    let answer = shop.ask(FIRST, json!({"first": 100}));
    let cost = &answer["extensions"]["cost"];
    assert_eq!((&cost["requestedQueryCost"], &cost["actualQueryCost"]), (&json!(100), &json!(3)), "{cost}");
    assert_eq!(cost["throttleStatus"]["maximumAvailable"], json!(2_000.0));
    assert!(answer.to_string().contains("\"maximumAvailable\":2000.0"), "a float, as it comes");
    let deep = "{ products(first: 100) { nodes { id variants(first: 20) { nodes { id } } } } }";
    assert_eq!(shop.ask(deep, json!({}))["errors"][0]["extensions"]["code"], "MAX_COST_EXCEEDED");
    shop.store.drain(1_980);
    let answer = shop.ask(FIRST, json!({"first": 250}));
    assert_eq!((&answer["errors"][0]["extensions"]["code"], answer.get("data")), (&json!("THROTTLED"), None));
    assert_eq!(answer["extensions"]["cost"]["actualQueryCost"], Value::Null);
    shop.store.configure(|options| options.restore_rate = 100_000.0);
    std::thread::sleep(std::time::Duration::from_millis(30));
    shop.data(FIRST, json!({"first": 250}));
}

#[test]
fn scopes_are_needed() {
    let shop = shop(1);
    shop.store.configure(|options| options.scopes = vec!["write_products".into()]);
    shop.data("{ products(first: 1) { nodes { id } } }", json!({}));
    for query in [
        "{ locations(first: 1) { nodes { id } } }",
        "{ products(first: 1) { nodes { variants(first: 1) { nodes { inventoryItem { inventoryLevels(first: 1) { nodes { id } } } } } } } }",
    ] {
        assert_eq!(shop.ask(query, json!({}))["errors"][0]["extensions"]["code"], "ACCESS_DENIED", "{query}");
    }
    let scopes = shop.data("{ currentAppInstallation { accessScopes { handle } } }", json!({}));
    assert_eq!(scopes["currentAppInstallation"]["accessScopes"], json!([{"handle": "write_products"}]));
}
