//! A simulated Shopify shop: its GraphQL Admin API for the catalogue, after the official schema, with bulk operations, query
//! costs, webhooks and OAuth.

mod bulk;
mod cost;
mod deliveries;
mod execute;
mod model;
mod mutations;
mod oauth;
mod options;
mod route;
mod schema;
mod search;
mod seeded;
mod state;
mod store;
mod time;
mod tree;
mod writes;

use std::sync::Arc;

use crate::server::{Listen, Server};

pub use self::bulk::{Ending, Order};
pub use self::deliveries::Delivery;
pub use self::model::{Collection, Level, Location, Medium, MediumKind, Metafield, Product, Publication, Variant};
pub use self::oauth::Tokens;
pub use self::options::Options;
pub use self::state::Subscription;
pub use self::store::{Store, Trick};

/// Serves a shop over plain HTTP on a free port.
#[must_use]
pub fn serve(store: &Store) -> Server {
    serve_on(store, &Listen::default())
}

/// Serves a shop as told.
#[must_use]
pub fn serve_on(store: &Store, listen: &Listen) -> Server {
    Server::start(Arc::new(store.clone()), listen)
}
