#![doc = include_str!("../README.md")]

mod goods;
mod shop;

wit_bindgen::generate!({
    inline: "
        package entrepot:golden;
        world golden {
            include entrepot:adapter/connectable@0.1.1;
            include entrepot:adapter/catalog-source@0.1.1;
            include entrepot:adapter/stock-source@0.1.1;
        }
    ",
    path: "../../../wit/0.1.1",
    world: "entrepot:golden/golden",
    generate_all,
});

use entrepot::adapter::items::{Page, PageRequest, RawItem};
use entrepot::adapter::model::Product;
use entrepot::adapter::types::{Channel, Error};
use exports::entrepot::adapter::stock::StockPage;
use exports::entrepot::adapter::{catalog, connection, stock};

/// Behaves.
pub struct Golden;

impl connection::Guest for Golden {
    fn check(channel: Channel) -> Result<connection::Account, Error> {
        let name = shop::get(&channel, "/about")?.trim().to_owned();
        Ok(connection::Account {
            name,
            url: None,
            currency: None,
            details: vec![("interface".to_owned(), "0.1.1".to_owned())],
            warnings: Vec::new(),
        })
    }
}

impl catalog::Guest for Golden {
    fn fetch_page(channel: Channel, _: PageRequest) -> Result<Page, Error> {
        goods::page(&channel)
    }

    fn fetch_items(_: Channel, _: Option<String>, ids: Vec<String>) -> Result<Vec<RawItem>, Error> {
        Ok(ids.iter().map(|id| goods::raw(id)).collect())
    }

    fn map_product(_: Channel, item: RawItem) -> Result<Product, Error> {
        Ok(goods::product(item))
    }
}

impl stock::Guest for Golden {
    fn fetch_stock(channel: Channel, request: PageRequest) -> Result<StockPage, Error> {
        shop::stock(&channel, &request)
    }
}

#[cfg(target_arch = "wasm32")]
export!(Golden);
