//! The simulated shop, held against the facts and recordings of a real one.

mod auth;
mod bigcommerce;
mod bigcommerce_catalogue;
mod bigcommerce_hooks;
mod bigcommerce_writes;
mod client;
mod dates;
mod ebay;
mod etsy;
mod faults;
mod help;
mod lists;
mod quirks;
mod recording;
mod shape;
mod shopify;
mod shopify_bulk;
mod shopify_catalogue;
mod shopify_hooks;
mod webhooks;
