#![doc = include_str!("../README.md")]

pub mod catalog;
mod client;
pub mod connection;
mod failure;
mod item;
mod map;
mod pages;
mod probe;
mod settings;
mod site;
mod store;
mod sweep;
mod variations;
pub mod webhooks;

use entrepot_guest::prelude::*;

pub use map::map_product;

/// The adapter: reads a shop over REST v3 and hears of its changes.
pub struct WooCommerce;

impl Connection for WooCommerce {
    fn check(channel: Channel) -> Result<Account, Error> {
        connection::check(&Host, &channel)
    }
}

impl Catalog for WooCommerce {
    fn fetch_page(channel: Channel, request: PageRequest) -> Result<Page, Error> {
        catalog::fetch_page(&Host, &channel, &request)
    }

    fn fetch_items(channel: Channel, context: Option<String>, ids: Vec<String>) -> Result<Vec<RawItem>, Error> {
        catalog::fetch_items(&Host, &channel, context.as_deref(), &ids)
    }

    fn map_product(channel: Channel, item: RawItem) -> Result<model::Product, Error> {
        map_product(&channel, &item)
    }
}

impl Webhooks for WooCommerce {
    fn verify_webhook(_: Channel, delivery: Delivery) -> Result<Verdict, Error> {
        webhooks::verify(&Host, &delivery)
    }

    fn subscribe(channel: Channel, callback_url: String) -> Result<Vec<Subscription>, Error> {
        webhooks::subscribe(&Host, &channel, &callback_url)
    }

    fn subscriptions(channel: Channel) -> Result<Vec<Subscription>, Error> {
        webhooks::subscriptions(&Host, &channel)
    }

    fn unsubscribe(channel: Channel, ids: Vec<String>) -> Result<(), Error> {
        webhooks::unsubscribe(&Host, &channel, &ids)
    }
}

entrepot_guest::export!(WooCommerce: connection, catalog, webhooks);
