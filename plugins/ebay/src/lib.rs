#![doc = include_str!("../README.md")]

pub mod catalog;
mod client;
mod conditions;
pub mod connection;
mod details;
mod failure;
mod item;
pub mod listings;
mod map;
mod market;
mod pages;
mod policies;
mod settings;
pub mod taxonomy;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a seller's inventory over the Sell APIs, and puts goods on sale on one marketplace.
    pub struct Ebay;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
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
