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
mod settings;
pub mod stock;
pub mod subscriptions;
pub mod webhooks;

use entrepot_guest::prelude::*;

pub use map::map_product;

/// The adapter: reads a shop over the GraphQL Admin API.
pub struct Shopify;

impl Connection for Shopify {
    fn check(channel: Channel) -> Result<Account, Error> {
        connection::check(&Host, &channel)
    }
}

impl Catalog for Shopify {
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

impl Stock for Shopify {
    fn fetch_stock(channel: Channel, request: PageRequest) -> Result<StockPage, Error> {
        stock::fetch_stock(&Host, &channel, &request)
    }
}

impl Webhooks for Shopify {
    fn verify_webhook(channel: Channel, delivery: Delivery) -> Result<Verdict, Error> {
        webhooks::verify(&Host, &channel, &delivery)
    }

    fn subscribe(channel: Channel, callback_url: String) -> Result<Vec<Subscription>, Error> {
        subscriptions::subscribe(&Host, &channel, &callback_url)
    }

    fn subscriptions(channel: Channel) -> Result<Vec<Subscription>, Error> {
        subscriptions::list(&Host, &channel)
    }

    fn unsubscribe(channel: Channel, ids: Vec<String>) -> Result<(), Error> {
        subscriptions::unsubscribe(&Host, &channel, &ids)
    }
}

entrepot_guest::export!(Shopify: connection, catalog, stock, webhooks);
