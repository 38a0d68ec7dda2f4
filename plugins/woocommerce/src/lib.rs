#![doc = include_str!("../README.md")]

mod apart;
pub mod catalog;
mod categories;
mod client;
pub mod connection;
mod failure;
mod item;
mod map;
mod pages;
mod probe;
mod reader;
mod settings;
mod site;
mod store;
mod sweep;
mod variations;
pub mod webhooks;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a shop over REST v3 and hears of its changes.
    pub struct WooCommerce;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
    webhooks {
        verify_webhook: webhooks::verify_for,
        subscribe: webhooks::subscribe,
        subscriptions: webhooks::subscriptions,
        unsubscribe: webhooks::unsubscribe,
    }
}
