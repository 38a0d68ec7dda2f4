//! Goods on their way out: items, groups and offers that are made, published, kept up to date and taken off.

mod body;
mod bulk;
mod check;
mod end;
mod find;
mod groups;
mod items;
mod merge;
mod offered;
mod offers;
mod publish;
mod push;
mod state;
mod terms;
mod there;
mod words;
mod work;

use entrepot_guest::listing::{Listing, Offer, OfferOutcome, PushOutcome};
use entrepot_guest::prelude::*;

use crate::client::Client;

pub use check::check_listing;
pub use terms::{choices, fields};

pub(crate) use terms::Defaults;

pub fn push_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
) -> Result<Vec<PushOutcome>, Error> {
    let client = Client::of(transport, channel)?;
    Ok(push::all(&client, &Defaults::of(channel), listings))
}

pub fn push_offers<T: Transport>(
    transport: &T,
    channel: &Channel,
    offers: &[Offer],
) -> Result<Vec<OfferOutcome>, Error> {
    Ok(offers::all(&Client::of(transport, channel)?, offers))
}

/// Withdrawn, or its offers deleted. What is gone already is ended.
pub fn end_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    Ok(end::all(&Client::of(transport, channel)?, listings, forget))
}

/// SKU and product of what carries it: of a group's item, its group.
pub fn find<T: Transport>(transport: &T, channel: &Channel, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    find::by_sku(&Client::of(transport, channel)?, skus)
}
