#![doc = include_str!("../README.md")]

mod answers;
mod exhaust;
mod files;
mod media;
mod network;
mod orders;
mod plan;
mod webhooks;

use entrepot_guest::prelude::*;

use orders::Orders;
use plan::Plan;

/// Does as it is told, however bad that is.
pub struct Hostile;

impl Connection for Hostile {
    fn check(channel: Channel) -> Result<Account, Error> {
        let orders = Orders::of_channel(&channel)?;
        exhaust::run(&orders);
        if orders.mode() == "plan" {
            Plan::of(orders.text("plan"))?.check()?;
        }
        network::check(&orders)
    }
}

impl Catalog for Hostile {
    fn fetch_page(channel: Channel, request: PageRequest) -> Result<Page, Error> {
        let orders = Orders::of_channel(&channel)?;
        exhaust::run(&orders);
        match orders.mode() {
            "plan" => Plan::of(orders.text("plan"))?.page(&request),
            "download" => files::download(&orders),
            "files-of-others" => files::others(),
            "picture" => media::picture(&orders),
            "form-with-files-of-others" => media::others(&orders),
            "form-of-one-picture" => media::often(&orders),
            _ => network::fetch_page(&orders),
        }
    }

    fn fetch_items(channel: Channel, _: Option<String>, ids: Vec<String>) -> Result<Vec<RawItem>, Error> {
        let orders = Orders::of_channel(&channel)?;
        match orders.mode() {
            "plan" => Plan::of(orders.text("plan"))?.items(ids),
            _ => Ok(Vec::new()),
        }
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

impl Webhooks for Hostile {
    fn verify_webhook(_: Channel, delivery: Delivery) -> Result<Verdict, Error> {
        webhooks::verify(&delivery)
    }

    fn subscribe(_: Channel, _: String) -> Result<Vec<Subscription>, Error> {
        Ok(Vec::new())
    }

    fn subscriptions(_: Channel) -> Result<Vec<Subscription>, Error> {
        Ok(Vec::new())
    }

    fn unsubscribe(_: Channel, _: Vec<String>) -> Result<(), Error> {
        Ok(())
    }
}

entrepot_guest::export!(Hostile: connection, catalog, stock, webhooks);
