//! A simulated eBay seller's account: inventory items, groups and offers over the Sell Inventory API, business policies, locations, categories
//! and the OAuth endpoints, after the official OpenAPI documents, with the quirks that sellers met.

mod account;
mod answers;
mod auth;
mod bulk;
mod from_seed;
mod groups;
mod items;
mod limits;
mod listed;
mod oauth;
mod offers;
mod options;
mod publish;
mod quantities;
mod route;
mod schema;
mod store;
mod taxonomy;

use std::sync::Arc;

use crate::server::{Listen, Server};

pub use self::options::{Aspect, Options, Policy};
pub use self::store::{Credentials, Listing, Offer, Store};

/// Serves an account over plain HTTP on a free port.
#[must_use]
pub fn serve(store: &Store) -> Server {
    serve_on(store, &Listen::default())
}

/// Serves an account as told.
#[must_use]
pub fn serve_on(store: &Store, listen: &Listen) -> Server {
    Server::start(Arc::new(store.clone()), listen)
}
