//! A simulated BigCommerce store: its REST API for reading and writing the catalogue and stock and for keeping webhooks, after the official
//! OpenAPI documents, against which it holds what is written, and the webhooks it sends.

mod catalogue;
mod deliver;
mod errors;
mod events;
mod hooks;
mod list;
mod options;
mod parameters;
mod quota;
mod render;
mod route;
mod schema;
mod seeded;
mod select;
mod state;
mod store;
mod time;
mod writes;

use std::sync::Arc;

use crate::server::{Listen, Server};

pub use self::deliver::{Delivery, send};
pub use self::options::{Options, Quota};
pub use self::store::Store;
pub use self::time::iso;

/// Serves a store over plain HTTP on a free port; the API's root is `base_url` and `/stores/HASH`.
#[must_use]
pub fn serve(store: &Store) -> Server {
    serve_on(store, &Listen::default())
}

/// Serves a store over TLS on a free port; trust [`Server::authority_pem`].
#[must_use]
pub fn serve_tls(store: &Store) -> Server {
    serve_on(store, &Listen { tls: true, ..Listen::default() })
}

/// Serves a store as told.
#[must_use]
pub fn serve_on(store: &Store, listen: &Listen) -> Server {
    Server::start(Arc::new(store.clone()), listen)
}
