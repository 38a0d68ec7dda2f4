//! Answers by the name of the operation that asks, and runs over them.

use std::path::PathBuf;

use entrepot_guest::prelude::*;
use entrepot_guest::testing::{TestHost, channel as of_settings};
use entrepot_plugin_shopify::catalog::fetch_page;
use serde_json::{Value, json};

pub(crate) const FILE: &str = "https://storage.googleapis.com/shopify/file?Signature=x";

/// A shop that answers by operation; a file is asked for as "GET" with its address.
pub(crate) fn shop<'a>(answer: impl Fn(&str, &Value) -> Response + 'a) -> TestHost<'a> {
    TestHost::new(move |request| Ok(asked(request, &answer)))
}

fn asked(request: &Request, answer: &impl Fn(&str, &Value) -> Response) -> Response {
    if request.method == Method::Get {
        return answer("GET", &json!(request.url));
    }
    assert_eq!(request.url, "https://acme.myshopify.com/admin/api/2026-10/graphql.json");
    let body: Value = serde_json::from_slice(request.body.as_deref().unwrap()).unwrap();
    answer(&name(body["query"].as_str().unwrap()), &body["variables"])
}

/// `Shop` of `query Shop($after: …) {`.
pub(crate) fn name(document: &str) -> String {
    let mut words = document.split([' ', '(', '{', '\n']).filter(|word| !word.is_empty());
    words.find(|word| matches!(*word, "query" | "mutation")).and_then(|_| words.next()).unwrap_or_default().to_owned()
}

/// The names of what was asked, in order.
pub(crate) fn names(host: &TestHost<'_>) -> Vec<String> {
    let of = |request: &Request| match &request.body {
        Some(body) => name(serde_json::from_slice::<Value>(body).unwrap()["query"].as_str().unwrap()),
        None => "GET".to_owned(),
    };
    host.asked().iter().map(of).collect()
}

pub(crate) fn channel() -> Channel {
    of_settings(r#"{"shop":"acme","api_version":"2026-10"}"#)
}

pub(crate) fn status(code: u16, body: impl Into<Vec<u8>>) -> Response {
    let headers = vec![("x-shopify-api-version".to_owned(), "2026-10".to_owned())];
    Response { status: code, headers, body: body.into(), retry_after: None }
}

pub(crate) fn data(data: Value) -> Response {
    let cost = json!({"requestedQueryCost": 10, "actualQueryCost": 5,
        "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1990.0, "restoreRate": 100.0}});
    status(200, json!({"data": data, "extensions": {"cost": cost}}).to_string())
}

/// What every run begins with.
pub(crate) fn beginning() -> Response {
    data(json!({"shop": {"currencyCode": "EUR"}, "locations": {
        "nodes": [{"id": "gid://shopify/Location/7", "name": "Berlin"}, {"id": "gid://shopify/Location/8", "name": "Wien"}],
        "pageInfo": {"hasNextPage": false, "endCursor": null}}}))
}

/// Started: an operation with this number.
pub(crate) fn started(number: usize) -> Response {
    data(json!({"bulkOperationRunQuery": {
        "bulkOperation": {"id": format!("gid://shopify/BulkOperation/{number}"), "status": "CREATED"}, "userErrors": []}}))
}

/// Its state; `roots` below zero is none.
pub(crate) fn operation(status: &str, url: Option<&str>, roots: usize) -> Response {
    data(json!({"bulkOperation": {"id": "gid://shopify/BulkOperation/1", "status": status, "errorCode": null,
        "objectCount": roots.to_string(), "rootObjectCount": roots.to_string(), "url": url, "partialDataUrl": null}}))
}

/// A run from its beginning to its end, or to the first error.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) items: Vec<RawItem>,
    pub(crate) waits: Vec<u64>,
    pub(crate) total: Option<u64>,
    pub(crate) cursors: Vec<String>,
    pub(crate) context: Option<String>,
}

impl Run {
    pub(crate) fn full(host: &TestHost<'_>) -> Result<Self, Error> {
        Self::of(host, Scope::Everything, None, 200)
    }

    pub(crate) fn since(host: &TestHost<'_>, since: i64) -> Result<Self, Error> {
        Self::of(host, Scope::ChangedSince, Some(since), 200)
    }

    pub(crate) fn of(host: &TestHost<'_>, scope: Scope, since: Option<i64>, pages: usize) -> Result<Self, Error> {
        let mut run = Self::default();
        for _ in 0..pages {
            let request = request(scope, since, run.cursors.last().cloned(), run.context.clone());
            let page = fetch_page(host, &channel(), &request)?;
            run.items.extend(page.items);
            run.waits.extend(page.wait);
            run.total = page.total.or(run.total);
            run.context = page.context.or(run.context);
            match page.next {
                Some(next) => run.cursors.push(next),
                None => return Ok(run),
            }
        }
        Ok(run)
    }

    pub(crate) fn ids(&self) -> Vec<&str> {
        self.items.iter().map(|item| item.source_id.as_str()).collect()
    }
}

pub(crate) fn request(
    scope: Scope,
    since: Option<i64>,
    cursor: Option<String>,
    context: Option<String>,
) -> PageRequest {
    PageRequest { scope, since, cursor, context, limit: 100, attempt: 0 }
}

/// Below `$ENTREPOT_SPECS`, or beside the workspace; `None`, said aloud, when it is not there.
pub(crate) fn specs() -> Option<PathBuf> {
    let specs = std::env::var_os("ENTREPOT_SPECS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"), PathBuf::from);
    let folder = specs.join("shopify");
    if folder.join("FACTS.md").is_file() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no specifications of Shopify in {} (set ENTREPOT_SPECS)", folder.display());
    None
}

pub(crate) fn read(path: &str) -> Option<String> {
    let path = specs()?.join(path);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
