//! Goods on their way out: products of the store that are made, kept up to date and taken off.

mod body;
mod changes;
mod check;
mod end;
mod find;
mod made;
mod offered;
mod offers;
mod options;
mod pictures;
mod prices;
mod push;
mod shop;
mod state;
mod stock;
mod there;
mod update;
mod values;
mod variants;
mod work;

pub use check::check_listing;

use entrepot_guest::listing::{Listing, Offer, OfferOutcome, PushOutcome};
use entrepot_guest::prelude::*;

use shop::Shop;

pub fn push_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
) -> Result<Vec<PushOutcome>, Error> {
    push::all(&Shop::of(transport, channel)?, listings)
}

pub fn push_offers<T: Transport>(
    transport: &T,
    channel: &Channel,
    offers: &[Offer],
) -> Result<Vec<OfferOutcome>, Error> {
    offers::all(&Shop::of(transport, channel)?, offers)
}

/// Hidden, or deleted. What is gone already is ended.
pub fn end_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    end::all(&Shop::of(transport, channel)?, listings, forget)
}

/// SKU and product of what carries it: of a variant, its product.
pub fn find<T: Transport>(transport: &T, channel: &Channel, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    find::by_sku(&Shop::of(transport, channel)?, skus)
}
