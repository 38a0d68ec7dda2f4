#![doc = include_str!("../README.md")]

mod apart;
pub mod catalog;
mod client;
pub mod connection;
mod context;
mod details;
mod failure;
mod inventory;
mod item;
mod map;
mod names;
mod reader;
mod settings;
pub mod stock;
pub mod webhooks;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a store over REST v3 and hears of its changes.
    pub struct BigCommerce;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
    stock { fetch_stock: stock::fetch_stock }
    webhooks {
        verify_webhook: webhooks::verify,
        subscribe: webhooks::subscribe,
        subscriptions: webhooks::subscriptions,
        unsubscribe: webhooks::unsubscribe,
    }
}
