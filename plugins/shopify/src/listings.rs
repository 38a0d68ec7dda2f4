//! Goods on their way out: products of the shop that are made, kept up to date and taken off.

mod answered;
mod check;
mod end;
mod input;
mod known;
mod offers;
mod push;
mod shop;
mod skus;
mod stock;
mod task;
mod there;

use entrepot_guest::listing::{Listing, Offer, OfferOutcome, PushOutcome};
use entrepot_guest::prelude::*;

use crate::client::Client;
use shop::Shop;

pub use check::check_listing;
pub(crate) use shop::{MARK, missing};

pub fn push_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
) -> Result<Vec<PushOutcome>, Error> {
    let shop = Shop::of(transport, channel)?;
    push::all(&shop, listings)
}

pub fn push_offers<T: Transport>(
    transport: &T,
    channel: &Channel,
    offers: &[Offer],
) -> Result<Vec<OfferOutcome>, Error> {
    let shop = Shop::of(transport, channel)?;
    offers::all(&shop, offers)
}

pub fn end_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    let shop = Shop::of(transport, channel)?;
    Ok(end::all(&shop, listings, forget))
}

/// What became of products that Shopify was not finished with.
pub fn poll<T: Transport>(transport: &T, channel: &Channel, pending: &[String]) -> Result<Vec<PushOutcome>, Error> {
    let shop = Shop::of(transport, channel)?;
    Ok(push::poll(&shop, pending))
}

/// SKU and product of what carries it.
pub fn find<T: Transport>(transport: &T, channel: &Channel, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    skus::find(&Client::new(transport, channel)?, skus)
}
