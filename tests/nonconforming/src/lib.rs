#![doc = include_str!("../README.md")]

mod api;
mod hook;
mod map;
mod shelf;

use entrepot_guest::listing::{self, Checked, Listing, Offer, OfferOutcome, PushOutcome};
use entrepot_guest::prelude::*;
use entrepot_guest::taxonomy;
use serde_json::Value;

pub struct Wrong;

impl Connection for Wrong {
    fn check(channel: Channel) -> Result<Account, Error> {
        api::account(&channel)
    }
}

impl Catalog for Wrong {
    fn fetch_page(channel: Channel, request: PageRequest) -> Result<Page, Error> {
        api::page(&channel, &request)
    }

    fn fetch_items(channel: Channel, _: Option<String>, ids: Vec<String>) -> Result<Vec<RawItem>, Error> {
        api::items(&channel, &ids)
    }

    fn map_product(channel: Channel, item: RawItem) -> Result<model::Product, Error> {
        map::product(&setting(&channel, "sin"), &item)
    }
}

impl Stock for Wrong {
    fn fetch_stock(channel: Channel, request: PageRequest) -> Result<StockPage, Error> {
        api::stock(&channel, &request)
    }
}

impl Webhooks for Wrong {
    fn verify_webhook(channel: Channel, delivery: Delivery) -> Result<Verdict, Error> {
        hook::verify(&setting(&channel, "sin"), &delivery)
    }

    fn subscribe(channel: Channel, callback_url: String) -> Result<Vec<Subscription>, Error> {
        api::subscribe(&channel, &callback_url)
    }

    fn subscriptions(channel: Channel) -> Result<Vec<Subscription>, Error> {
        api::subscriptions(&channel)
    }

    fn unsubscribe(channel: Channel, ids: Vec<String>) -> Result<(), Error> {
        api::unsubscribe(&channel, &ids)
    }
}

impl Listings for Wrong {
    fn check_listing(channel: Channel, listing: Listing, _: Vec<taxonomy::Field>) -> Checked {
        shelf::check(&setting(&channel, "sin"), &listing)
    }

    fn push_listings(channel: Channel, listings: Vec<Listing>) -> Result<Vec<PushOutcome>, Error> {
        shelf::push(&channel, &listings)
    }

    fn push_offers(channel: Channel, offers: Vec<Offer>) -> Result<Vec<OfferOutcome>, Error> {
        shelf::offer(&channel, &offers)
    }

    fn end_listings(channel: Channel, listings: Vec<Listing>, _: bool) -> Result<Vec<PushOutcome>, Error> {
        shelf::end(&channel, &listings)
    }

    fn poll(channel: Channel, pending: Vec<String>) -> Result<Vec<PushOutcome>, Error> {
        listing::nothing_pending(&Host, &channel, &pending)
    }

    fn poll_offers(channel: Channel, pending: Vec<String>) -> Result<Vec<OfferOutcome>, Error> {
        listing::no_offer_pending(&Host, &channel, &pending)
    }

    fn find(_: Channel, _: Vec<String>) -> Result<Vec<(String, String)>, Error> {
        Ok(Vec::new())
    }
}

impl Taxonomy for Wrong {
    fn categories(_: Channel, _: Option<String>) -> Result<Vec<taxonomy::Category>, Error> {
        Ok(Vec::new())
    }

    fn suggest(_: Channel, _: String, _: Vec<String>) -> Result<Vec<taxonomy::Category>, Error> {
        Ok(Vec::new())
    }

    fn fields(_: Channel, _: Option<String>) -> Result<Vec<taxonomy::Field>, Error> {
        Ok(Vec::new())
    }

    fn choices(_: Channel, _: String) -> Result<Vec<(String, String)>, Error> {
        Ok(Vec::new())
    }
}

fn setting(channel: &Channel, name: &str) -> String {
    let settings: Value = serde_json::from_str(&channel.settings).unwrap_or_default();
    settings.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

entrepot_guest::export!(Wrong: connection, catalog, stock, webhooks, listings);
