#![doc = include_str!("../README.md")]

mod apart;
pub mod catalog;
mod client;
pub mod connection;
mod context;
mod details;
mod failure;
mod inventory;
mod item;
pub mod listings;
mod map;
mod mark;
mod names;
mod reader;
mod settings;
pub mod stock;
pub mod taxonomy;
pub mod webhooks;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a store over REST v3, hears of its changes, and puts goods on sale in it.
    pub struct BigCommerce;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
    stock { fetch_stock: stock::fetch_stock }
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
        fields: entrepot_guest::listing::no_fields,
        choices: entrepot_guest::listing::no_choices,
    }
}
