//! The simulated eBay account, held against the official documents and against what sellers met.

mod answers;
mod rules;
mod tokens;

use entrepot_test_support::ebay::Store;
use entrepot_test_support::seed::{self, Seed};
use entrepot_test_support::server::{Answer, Request, Site as _};
use http::{HeaderMap, Method};
use serde_json::Value;

/// An account with goods.
fn store(products: usize) -> Store {
    Store::from_seed(&seed::catalogue(Seed { products, variable_share: 0.4, seed: 3 }))
}

/// What a client sends, as the seller.
struct Client<'s> {
    store: &'s Store,
    token: String,
    language: Option<&'static str>,
}

impl<'s> Client<'s> {
    fn of(store: &'s Store) -> Self {
        Self { store, token: store.credentials().access_token, language: Some("en-US") }
    }

    fn send(&self, method: Method, target: &str, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {}", self.token).parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        if let Some(language) = self.language {
            headers.insert("content-language", language.parse().unwrap());
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        self.store.answer(&Request {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers,
            tls: true,
            origin: "https://api.ebay.com".to_owned(),
            body: body.to_vec().into(),
        })
    }

    /// Below `/sell/inventory/v1`.
    fn get(&self, target: &str) -> (u16, Value) {
        let answer = self.send(Method::GET, &format!("/sell/inventory/v1{target}"), b"");
        (answer.status.as_u16(), json(&answer))
    }

    fn write(&self, method: Method, target: &str, body: &Value) -> (u16, Value) {
        let answer = self.send(method, &format!("/sell/inventory/v1{target}"), body.to_string().as_bytes());
        (answer.status.as_u16(), json(&answer))
    }

    fn post(&self, target: &str, body: &Value) -> (u16, Value) {
        self.write(Method::POST, target, body)
    }

    fn put(&self, target: &str, body: &Value) -> (u16, Value) {
        self.write(Method::PUT, target, body)
    }
}

fn json(answer: &Answer) -> Value {
    if answer.body.is_empty() { Value::Null } else { serde_json::from_slice(&answer.body).unwrap() }
}

/// The number of the first error.
fn number(answer: &Value) -> i64 {
    answer["errors"][0]["errorId"].as_i64().unwrap_or_default()
}
