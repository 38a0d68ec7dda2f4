//! A simulated WooCommerce shop: its REST API for reading the catalogue and for webhooks, and what those send, after the
//! official schemas and recordings of a real shop, with the shop's own quirks.

mod authorize;
mod errors;
mod from_seed;
mod generate;
mod json;
mod keys;
mod list;
mod model;
mod oauth;
mod options;
mod parameters;
mod price;
pub mod recorded;
mod render;
mod rendered;
mod route;
mod script;
mod select;
mod state;
mod store;
mod terms;
mod time;
mod webhooks;

use std::sync::Arc;

use crate::server::{Listen, Server};

pub use self::authorize::Posted;
pub use self::generate::Seed;
pub use self::keys::{Key, Permission};
pub use self::model::{
    Attribute, Download, GlobalAttribute, Image, ManageStock, Meta, Product, Term, Terms, Text, Variation,
};
pub use self::options::{Options, Permalinks};
pub use self::recorded::Recorded;
pub use self::store::Store;
pub use self::time::iso;
pub use self::webhooks::{Delivery, send};

/// Serves a shop over plain HTTP on a free port.
#[must_use]
pub fn serve(store: &Store) -> Server {
    serve_on(store, &Listen::default())
}

/// Serves a shop over TLS on a free port; trust [`Server::authority_pem`].
#[must_use]
pub fn serve_tls(store: &Store) -> Server {
    serve_on(store, &Listen { tls: true, ..Listen::default() })
}

/// Serves a shop as told.
#[must_use]
pub fn serve_on(store: &Store, listen: &Listen) -> Server {
    Server::start(Arc::new(store.clone()), listen)
}

/// The OAuth 1.0a parameters a client adds to its own, signature included, for a request to `url` (no query in it).
///
/// For tests that speak to the shop themselves; it shares no code with any adapter.
#[must_use]
pub fn oauth_parameters(
    key: &Key,
    method: &str,
    url: &str,
    parameters: &[(&str, &str)],
    (timestamp, nonce): (i64, &str),
) -> Vec<(String, String)> {
    oauth::parameters(key, method, url, parameters, timestamp, nonce)
}
