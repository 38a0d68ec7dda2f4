//! API keys, and what a request proves with them.

use std::collections::BTreeMap;
use std::sync::{Mutex, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;

use super::errors;
use super::oauth::{self, Nonces};
use super::options::Options;
use crate::server::{Answer, Request};

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    Read,
    Write,
    ReadWrite,
}

/// A key as the shop hands it out, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub consumer_key: String,
    pub consumer_secret: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) secret: String,
    pub(crate) permission: Permission,
    /// Whether the user behind the key may still manage the shop.
    pub(crate) manager: bool,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Anonymous,
    Manager,
    /// A known user without the rights.
    Nobody,
}

/// The keys of a shop.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) rows: RwLock<BTreeMap<String, Row>>,
    nonces: Mutex<Nonces>,
}

impl Keys {
    pub(crate) fn add(&self, key: &Key, permission: Permission) {
        let row = Row { secret: key.consumer_secret.clone(), permission, manager: true };
        self.rows.write().expect("the keys").insert(key.consumer_key.clone(), row);
    }

    pub(crate) fn find(&self, consumer_key: &str) -> Option<Row> {
        self.rows.read().expect("the keys").get(consumer_key).cloned()
    }

    /// Who asks, or the error that ends the request. Order and outcomes are the shop's own.
    pub(crate) fn authenticate(&self, request: &Request, options: &Options) -> Result<Caller, Answer> {
        // Looked for in the raw request line: a query value counts too.
        let target = request.target();
        if !target.contains("wp-json/wc/") && !target.contains("wp-json/wc-") {
            return Ok(Caller::Anonymous);
        }
        let ssl = request.tls && !options.tls_hidden;
        let mut row = None;
        if ssl && let Some((consumer_key, secret)) = presented(request, options) {
            row = self.find(&consumer_key);
            if row.as_ref().is_some_and(|row| row.secret != secret) {
                return Err(errors::authentication("Consumer secret is invalid."));
            }
        }
        if row.is_none() {
            row = oauth::authenticate(self, &self.nonces, request, options, ssl)?;
        }
        let Some(row) = row else { return Ok(Caller::Anonymous) };
        let reads = matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS);
        match (reads, row.permission) {
            (true, Permission::Write) => {
                Err(errors::authentication("The API key provided does not have read permissions."))
            }
            (false, Permission::Read) => {
                Err(errors::authentication("The API key provided does not have write permissions."))
            }
            _ if row.manager => Ok(Caller::Manager),
            _ => Ok(Caller::Nobody),
        }
    }
}

/// Query parameters first, then Basic; the header may never arrive.
fn presented(request: &Request, options: &Options) -> Option<(String, String)> {
    let query = |name| request.parameter(name).filter(|value| !value.is_empty());
    if let (Some(key), Some(secret)) = (query("consumer_key"), query("consumer_secret")) {
        return Some((key, secret));
    }
    if options.drop_authorization_header {
        return None;
    }
    let header = request.headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
    let (key, secret) = text.split_once(':')?;
    (!key.is_empty() && !secret.is_empty()).then(|| (key.to_owned(), secret.to_owned()))
}
