#![doc = include_str!("../README.md")]

mod answers;
mod exhaust;
mod files;
mod network;
mod orders;

use entrepot_guest::prelude::*;

use orders::Orders;

/// Does as it is told, however bad that is.
pub struct Hostile;

impl Connection for Hostile {
    fn check(channel: Channel) -> Result<Account, Error> {
        let orders = Orders::of_channel(&channel)?;
        exhaust::run(&orders);
        network::check(&orders)
    }
}

impl Catalog for Hostile {
    fn fetch_page(channel: Channel, _: PageRequest) -> Result<Page, Error> {
        let orders = Orders::of_channel(&channel)?;
        exhaust::run(&orders);
        match orders.mode() {
            "download" => files::download(&orders),
            "files-of-others" => files::others(),
            _ => network::fetch_page(&orders),
        }
    }

    fn fetch_items(_: Channel, _: Option<String>, _: Vec<String>) -> Result<Vec<RawItem>, Error> {
        Ok(Vec::new())
    }

    fn map_product(_: Channel, item: RawItem) -> Result<model::Product, Error> {
        let orders = Orders::of_item(&item)?;
        exhaust::run(&orders);
        network::from_a_pure_operation(&orders)?;
        Ok(answers::product(&orders, item.source_id))
    }
}

impl Stock for Hostile {
    fn fetch_stock(channel: Channel, _: PageRequest) -> Result<StockPage, Error> {
        let orders = Orders::of_channel(&channel)?;
        exhaust::run(&orders);
        network::fetch_stock(&orders)
    }
}

entrepot_guest::export!(Hostile: connection, catalog, stock);
