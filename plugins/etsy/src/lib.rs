#![doc = include_str!("../README.md")]

pub mod catalog;
mod client;
pub mod connection;
mod details;
mod failure;
mod inventory;
mod item;
pub mod listings;
mod lists;
mod map;
mod pages;
mod settings;
mod shop;
pub mod taxonomy;
pub mod webhooks;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a shop over Open API v3, and puts goods on sale in it.
    pub struct Etsy;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
    webhooks {
        verify_webhook: webhooks::verify,
        subscribe: webhooks::subscribe,
        subscriptions: webhooks::subscriptions,
        unsubscribe: webhooks::unsubscribe,
    }
    listings {
        check_listing: listings::check_listing,
        push_listings: listings::push_listings,
        push_offers: listings::push_offers,
        end_listings: listings::end_listings,
        poll: entrepot_guest::listing::nothing_pending,
        poll_offers: entrepot_guest::listing::no_offer_pending,
        find: listings::find,
    }
    taxonomy {
        categories: taxonomy::categories,
        suggest: taxonomy::suggest,
        fields: listings::fields,
        choices: listings::choices,
    }
}
