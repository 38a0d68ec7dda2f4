#![doc = include_str!("../README.md")]

pub mod catalog;
mod client;
pub mod connection;
mod details;
mod failure;
mod item;
mod map;
mod pages;
mod settings;
mod shop;
pub mod webhooks;

use entrepot_guest::prelude::*;

pub use map::map_product;

/// The adapter: reads a shop over Open API v3.
pub struct Etsy;

impl Connection for Etsy {
    fn check(channel: Channel) -> Result<Account, Error> {
        connection::check(&Host, &channel)
    }
}

impl Catalog for Etsy {
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

impl Webhooks for Etsy {
    fn verify_webhook(channel: Channel, delivery: Delivery) -> Result<Verdict, Error> {
        webhooks::verify(&Host, &channel, &delivery)
    }

    fn subscribe(_channel: Channel, callback_url: String) -> Result<Vec<Subscription>, Error> {
        webhooks::subscribe(&callback_url)
    }

    /// Etsy has no way to ask: what was set up by hand is not known here.
    fn subscriptions(_channel: Channel) -> Result<Vec<Subscription>, Error> {
        Ok(Vec::new())
    }

    fn unsubscribe(_channel: Channel, ids: Vec<String>) -> Result<(), Error> {
        webhooks::unsubscribe(&ids)
    }
}

entrepot_guest::export!(Etsy: connection, catalog, webhooks);
