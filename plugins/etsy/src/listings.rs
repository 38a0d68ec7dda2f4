//! Goods on their way out: listings that are made as drafts, filled, published, kept up to date and taken off.

mod answered;
mod check;
mod content;
mod end;
mod images;
mod index;
mod inventory;
mod linked;
mod marks;
mod offers;
mod patch;
mod push;
mod shop;
mod signs;
mod state;
mod terms;
mod text;
mod there;

use entrepot_guest::listing::{Listing, Offer, OfferOutcome, PushOutcome};
use entrepot_guest::prelude::*;

use crate::client::Client;
use crate::settings::Settings;

pub use check::check_listing;
pub use terms::{choices, fields};

pub(crate) use marks::{HIDDEN, is_mark, is_mark_sku};

pub fn push_listings<T: Transport + Media>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
) -> Result<Vec<PushOutcome>, Error> {
    push::all(&shop::Shop::of(transport, channel)?, listings)
}

pub fn push_offers<T: Transport>(
    transport: &T,
    channel: &Channel,
    offers: &[Offer],
) -> Result<Vec<OfferOutcome>, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    Ok(offers::all(&client, offers))
}

pub fn end_listings<T: Transport>(
    transport: &T,
    channel: &Channel,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    end::all(&client, listings, forget)
}

/// SKU and listing of what carries it, in whichever state it is.
pub fn find<T: Transport>(transport: &T, channel: &Channel, skus: &[String]) -> Result<Vec<(String, String)>, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    let index = index::Index::read(&client)?;
    Ok(skus.iter().flat_map(|sku| index.with_sku(sku).map(|id| (sku.clone(), id.to_string()))).collect())
}
