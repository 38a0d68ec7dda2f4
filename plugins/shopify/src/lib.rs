#![doc = include_str!("../README.md")]

mod budget;
mod bulk;
pub mod catalog;
mod client;
pub mod connection;
mod context;
mod delta;
pub mod documents;
mod failure;
mod fetch;
mod gid;
mod item;
pub mod listings;
mod map;
mod pages;
mod settings;
pub mod stock;
pub mod subscriptions;
pub mod taxonomy;
pub mod webhooks;

pub use map::map_product;

entrepot_guest::adapter! {
    /// The adapter: reads a shop over the GraphQL Admin API, and puts goods on sale in it.
    pub struct Shopify;
    connection { check: connection::check }
    catalog { fetch_page: catalog::fetch_page, fetch_items: catalog::fetch_items, map_product: map_product }
    stock { fetch_stock: stock::fetch_stock }
    webhooks {
        verify_webhook: webhooks::verify,
        subscribe: subscriptions::subscribe,
        subscriptions: subscriptions::list,
        unsubscribe: subscriptions::unsubscribe,
    }
    listings {
        check_listing: listings::check_listing,
        push_listings: listings::push_listings,
        push_offers: listings::push_offers,
        end_listings: listings::end_listings,
        poll: listings::poll,
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
