#![doc = include_str!("../README.md")]

mod budget;
mod bulk;
pub mod catalog;
mod client;
pub mod connection;
mod context;
mod delta;
pub mod documents;
mod failure;
mod fetch;
mod gid;
mod item;
mod map;
mod pages;
mod settings;
pub mod stock;
pub mod subscriptions;
pub mod webhooks;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a shop over the GraphQL Admin API.
    pub struct Shopify;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
    stock { fetch_stock: stock::fetch_stock }
    webhooks {
        verify_webhook: webhooks::verify,
        subscribe: subscriptions::subscribe,
        subscriptions: subscriptions::list,
        unsubscribe: subscriptions::unsubscribe,
    }
}
