//! A simulated Etsy shop: Open API v3 for reading and writing listings, the OAuth endpoints, limits, and signed webhooks, after the official
//! OpenAPI document, with the quirks that clients met.

mod answers;
mod auth;
mod from_seed;
mod lists;
mod model;
mod oauth;
mod options;
mod parameters;
mod quota;
mod render;
mod route;
mod schema;
mod store;
mod webhook;
mod writes;

use std::sync::Arc;

use crate::server::{Listen, Server};

pub use self::model::{Image, Listing, NodeProperty, Offering, Product, Property, Video};
pub use self::options::{Options, Order};
pub use self::parameters::{Parameter, ROUTES, Route};
pub use self::store::{Credentials, Store};
pub use self::webhook::{Delivery, send};

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
