#![doc = include_str!("../README.md")]

mod apart;
pub mod catalog;
mod categories;
mod client;
pub mod connection;
mod failure;
mod item;
pub mod listings;
mod map;
mod pages;
mod probe;
mod reader;
mod settings;
mod site;
mod store;
mod sweep;
mod variations;
pub mod webhooks;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a shop over REST v3, hears of its changes, and puts goods on sale in it.
    pub struct WooCommerce;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
    webhooks {
        verify_webhook: webhooks::verify_for,
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
        categories: listings::categories,
        suggest: listings::suggest,
        fields: entrepot_guest::listing::no_fields,
        choices: entrepot_guest::listing::no_choices,
    }
}
