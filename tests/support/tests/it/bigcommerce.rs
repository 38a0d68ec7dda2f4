//! The simulated BigCommerce store, held against the facts and the official OpenAPI documents.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use entrepot_test_support::bigcommerce::{Options, Quota, Store, serve};
use entrepot_test_support::seed::{Seed, catalogue};
use entrepot_test_support::server::Server;
use serde_json::{Value, json};

pub(crate) struct Shop {
    pub(crate) store: Store,
    pub(crate) server: Server,
    pub(crate) options: Options,
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

    pub(crate) fn ids(&self) -> Vec<u64> {
        self.json()["data"].as_array().unwrap().iter().map(|item| item["id"].as_u64().unwrap()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        line.split_once(": ").map(|(_, value)| value)
    }
}

pub(crate) fn shop(products: usize) -> Shop {
    let seed = Seed { products, variable_share: 0.4, seed: 7 };
    of(Store::from_seed(&catalogue(seed)))
}

pub(crate) fn of(store: Store) -> Shop {
    Shop { server: serve(&store), options: store.options(), store }
}

impl Shop {
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    pub(crate) fn send(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.raw(method, &format!("/stores/{}{path}", self.options.store_hash), &self.options.access_token, body)
    }

    pub(crate) fn raw(&self, method: &str, target: &str, token: &str, body: Option<Value>) -> Reply {
        let mut stream = TcpStream::connect(self.server.address()).unwrap();
        let body = body.map(|body| body.to_string());
        let kind = if body.is_some() { "Content-Type: application/json\r\n" } else { "" };
        let body = body.unwrap_or_default();
        let length = body.len();
        write!(
            stream,
            "{method} {target} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {token}\r\nConnection: close\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        Reply { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head: head.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn with(&self, tracking: &str) -> Value {
        let mut products = self.store.product_ids().into_iter().filter_map(|id| self.store.product(id));
        products.find(|product| product["inventory_tracking"] == tracking).unwrap()
    }
}

pub(crate) const PRODUCTS: &str = "/v3/catalog/products";

#[test]
fn the_token_and_the_store_have_to_fit() {
    let shop = shop(1);
    let own = format!("/stores/{}/v2/store", shop.options.store_hash);
    assert_eq!(shop.raw("GET", &own, "wrong", None).status, 401);
    assert_eq!(shop.raw("GET", "/stores/other/v2/store", &shop.options.access_token, None).status, 401);
    assert_eq!(shop.raw("GET", "/elsewhere", &shop.options.access_token, None).status, 404);
    assert_eq!(shop.get("/v2/store").json()["currency"], "USD");
    assert_eq!((shop.get("/v3/catalog/nothing").status, shop.send("POST", "/v2/store", None).status), (404, 405));
    shop.store.configure(|options| {
        options.inventory_forbidden = true;
        options.information_forbidden = true;
    });
    assert_eq!((shop.get("/v2/store").status, shop.get("/v3/inventory/items").status), (403, 403));
}

#[test]
fn pages_say_where_they_are() {
    let shop = shop(120);
    let reply = shop.get(&format!("{PRODUCTS}?page=2&limit=50"));
    let meta = &reply.json()["meta"]["pagination"];
    assert_eq!(
        (reply.ids().len(), &meta["total"], &meta["total_pages"], &meta["current_page"]),
        (50, &json!(120), &json!(3), &json!(2))
    );
    assert_eq!(meta["links"]["next"], "?page=3&limit=50");
    let last = shop.get(&format!("{PRODUCTS}?page=3&limit=50"));
    assert_eq!((last.ids().len(), &last.json()["meta"]["pagination"]["links"]["next"]), (20, &Value::Null));
    assert_eq!(shop.get(PRODUCTS).ids().len(), 50, "the default");
    assert_eq!(shop.get(&format!("{PRODUCTS}?limit=250")).ids().len(), 120);
    assert_eq!(shop.get(&format!("{PRODUCTS}?sort=id&id:greater=100&limit=5")).ids(), [101, 102, 103, 104, 105]);
    assert_eq!(shop.get(&format!("{PRODUCTS}?id:in=7,3,999")).ids(), [3, 7]);
    assert_eq!(shop.get(&format!("{PRODUCTS}?direction=desc&limit=2")).ids(), [120, 119]);
}

#[test]
fn with_options_a_page_is_ten_whatever_the_limit() {
    let shop = shop(30);
    for include in ["options", "modifiers", "variants,options"] {
        let reply = shop.get(&format!("{PRODUCTS}?limit=250&include={include}"));
        assert_eq!((reply.ids().len(), &reply.json()["meta"]["pagination"]["per_page"]), (10, &json!(10)));
    }
    let reply = shop.get(&format!("{PRODUCTS}?limit=250&include=variants,images"));
    let first = &reply.json()["data"][0];
    assert!(first["variants"].is_array() && first["images"].is_array() && first["options"].is_null());
}

#[test]
fn what_is_not_in_the_schema_is_refused() {
    let shop = shop(1);
    for query in [
        "?per_page=5",
        "?limit=251",
        "?limit=0",
        "?page=x",
        "?include=everything",
        "?sort=colour",
        "?id:greater=x",
        "?id:in=a",
    ] {
        let reply = shop.get(&format!("{PRODUCTS}{query}"));
        assert_eq!((reply.status, &reply.json()["status"]), (422, &json!(422)), "{query}");
    }
    assert_eq!(shop.get("/v3/inventory/items?limit=1000").status, 200);
    assert_eq!(shop.get("/v3/inventory/items?limit=1001").status, 422);
    assert_eq!(shop.store.unsimulated_parameters(), Vec::<String>::new());
    assert_eq!(shop.get(&format!("{PRODUCTS}?keyword=x")).status, 200);
    assert_eq!(shop.store.unsimulated_parameters().len(), 1);
}

#[test]
fn every_parameter_is_one_of_the_official_documents() {
    let specs = std::env::var_os("ENTREPOT_SPECS").map_or_else(
        || std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs"),
        std::path::PathBuf::from,
    );
    let folder = specs.join("bigcommerce/openapi");
    if !folder.is_dir() {
        eprintln!("SKIPPED: no documents in {} (set ENTREPOT_SPECS)", folder.display());
        return;
    }
    let shop = shop(1);
    for (document, path) in [
        ("products_catalog.v3.yml", PRODUCTS),
        ("brands_catalog.v3.yml", "/v3/catalog/brands"),
        ("category-trees_catalog.v3.yml", "/v3/catalog/trees/categories"),
        ("inventory.v3.yml", "/v3/inventory/items"),
        ("webhooks.v3.yml", "/v3/hooks"),
    ] {
        let text = std::fs::read_to_string(folder.join(document)).unwrap();
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("name: "))
            .map(|name| name.trim_matches('\''))
            .collect();
        let mut known = 0;
        for name in [
            "id",
            "id:in",
            "id:greater",
            "category_id:in",
            "product_id:in",
            "date_modified:min",
            "include_fields",
            "exclude_fields",
            "include",
            "sort",
            "direction",
            "page",
            "limit",
            "scope",
            "destination",
            "per_page",
            "offset",
        ] {
            let refused = shop.get(&format!("{path}?{name}=1")).text.contains("not valid filter");
            assert!(refused || names.contains(&name), "{document}: {name}");
            known += usize::from(!refused);
        }
        assert!(known >= 3, "{document}");
    }
}

#[test]
fn a_date_without_a_time_means_that_time_of_day() {
    let shop = shop(2);
    shop.store.configure(|options| options.now = Some(1_795_167_807));
    shop.store.change(1, |product| product["name"] = json!("Later"));
    let ids = |min: &str| shop.get(&format!("{PRODUCTS}?date_modified:min={min}")).ids();
    assert_eq!(ids("2026-11-20T09:43:27%2B00:00"), [1]);
    assert_eq!(ids("2026-11-20T09:43:28%2B00:00"), [] as [u64; 0]);
    assert_eq!(ids("2026-11-20T10:43:27%2B01:00"), [1]);
    shop.store.configure(|options| options.now = Some(1_795_167_807 + 3_600));
    assert_eq!(ids("2026-11-20"), [] as [u64; 0], "an hour later the same filter leaves it out");
}

#[test]
fn the_limit_is_told_and_kept() {
    let shop = shop(1);
    shop.store.configure(|options| options.quota = Some(Quota { requests: 3, window_ms: 60_000 }));
    let left: Vec<_> =
        (0..3).map(|_| shop.get("/v2/store").header("x-rate-limit-requests-left").unwrap().to_owned()).collect();
    assert_eq!(left, ["2", "1", "0"]);
    let refused = shop.get("/v2/store");
    let reset: u64 = refused.header("x-rate-limit-time-reset-ms").unwrap().parse().unwrap();
    assert!(refused.status == 429 && reset > 50_000 && reset <= 60_000, "{refused:?}");
    shop.store.configure(|options| options.sheds_load = true);
    let shed = shop.get("/v2/store");
    assert_eq!((shed.status, shed.header("x-rate-limit-time-reset-ms")), (429, None));
}
