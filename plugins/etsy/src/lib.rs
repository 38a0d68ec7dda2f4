#![doc = include_str!("../README.md")]

pub mod catalog;
mod client;
pub mod connection;
mod details;
mod failure;
mod inventory;
mod item;
mod map;
mod pages;
mod settings;
mod shop;
pub mod webhooks;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a shop over Open API v3.
    pub struct Etsy;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
    webhooks {
        verify_webhook: webhooks::verify,
        subscribe: webhooks::subscribe,
        subscriptions: webhooks::subscriptions,
        unsubscribe: webhooks::unsubscribe,
    }
}
