#![doc = include_str!("../README.md")]

mod map;
mod shop;

wit_bindgen::generate!({
    inline: "
        package entrepot:golden;
        world golden {
            include entrepot:adapter/connectable@0.1.0;
            include entrepot:adapter/catalog-source@0.1.0;
        }
    ",
    path: "../../../wit/0.1.0",
    world: "entrepot:golden/golden",
    generate_all,
});

use entrepot::adapter::items::{Page, PageRequest, RawItem};
use entrepot::adapter::log;
use entrepot::adapter::model::Product;
use entrepot::adapter::types::{Channel, Error};
use exports::entrepot::adapter::{catalog, connection};

/// Behaves.
pub struct Golden;

impl connection::Guest for Golden {
    fn check(channel: Channel) -> Result<connection::Account, Error> {
        log::write(log::Level::Info, "asked who it is", &[("channel".to_owned(), channel.id.clone())]);
        let about = shop::get(&channel, "/about")?;
        let (name, currency) = about.trim().split_once('|').ok_or_else(|| shop::odd(&about))?;
        Ok(connection::Account {
            name: name.to_owned(),
            url: Some(shop::address(&channel)?.to_owned()),
            currency: Some(currency.to_owned()),
            details: vec![("interface".to_owned(), "0.1.0".to_owned())],
            warnings: vec!["a warning".to_owned()],
        })
    }
}

impl catalog::Guest for Golden {
    fn fetch_page(channel: Channel, request: PageRequest) -> Result<Page, Error> {
        shop::page(&channel, &request)
    }

    fn fetch_items(channel: Channel, context: Option<String>, ids: Vec<String>) -> Result<Vec<RawItem>, Error> {
        shop::items(&channel, context.as_deref(), &ids)
    }

    fn map_product(_: Channel, item: RawItem) -> Result<Product, Error> {
        map::product(item)
    }
}

#[cfg(target_arch = "wasm32")]
export!(Golden);
