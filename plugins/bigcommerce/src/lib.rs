#![doc = include_str!("../README.md")]

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
mod settings;
pub mod stock;
pub mod webhooks;

use entrepot_guest::prelude::*;

pub use map::map_product;

/// The adapter: reads a store over REST v3 and hears of its changes.
pub struct BigCommerce;

impl Connection for BigCommerce {
    fn check(channel: Channel) -> Result<Account, Error> {
        connection::check(&Host, &channel)
    }
}

impl Catalog for BigCommerce {
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

impl Stock for BigCommerce {
    fn fetch_stock(channel: Channel, request: PageRequest) -> Result<StockPage, Error> {
        stock::fetch_stock(&Host, &channel, &request)
    }
}

impl Webhooks for BigCommerce {
    fn verify_webhook(channel: Channel, delivery: Delivery) -> Result<Verdict, Error> {
        webhooks::verify(&Host, &channel, &delivery)
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

entrepot_guest::export!(BigCommerce: connection, catalog, stock, webhooks);
