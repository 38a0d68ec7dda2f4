#![doc = include_str!("../README.md")]

mod api;
mod map;

use entrepot_guest::prelude::*;

pub struct Adapter;

impl Connection for Adapter {
    fn check(channel: Channel) -> Result<Account, Error> {
        api::account(&Host, &channel)
    }
}

impl Catalog for Adapter {
    fn fetch_page(channel: Channel, request: PageRequest) -> Result<Page, Error> {
        api::page(&Host, &channel, &request)
    }

    fn fetch_items(channel: Channel, _context: Option<String>, ids: Vec<String>) -> Result<Vec<RawItem>, Error> {
        api::items(&Host, &channel, &ids)
    }

    fn map_product(_channel: Channel, item: RawItem) -> Result<model::Product, Error> {
        map::product(&item)
    }
}

entrepot_guest::export!(Adapter: connection, catalog);
