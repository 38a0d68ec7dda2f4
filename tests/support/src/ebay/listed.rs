//! Listings: what buyers see of offers.

use super::store::{Listing, State};

/// Puts offers on sale as one listing; its number, which is another one each time.
pub(super) fn publish(state: &mut State, offers: &[String], group: Option<&str>) -> String {
    let number = state.next(110_000_000_000);
    let listing = Listing { group: group.map(str::to_owned), ..Listing::default() };
    state.listings.insert(number.clone(), listing);
    join(state, offers, &number);
    number
}

pub(super) fn join(state: &mut State, offers: &[String], number: &str) {
    for offer in offers {
        if let Some(offer) = state.offers.get_mut(offer) {
            offer.listing = Some(number.to_owned());
        }
    }
}

/// Takes offers off. A listing without any is over.
pub(super) fn withdraw(state: &mut State, offers: &[String]) {
    for offer in offers {
        let Some(number) = state.offers.get_mut(offer).and_then(|offer| offer.listing.take()) else { continue };
        let is_over = !state.offers.values().any(|offer| offer.listing.as_ref() == Some(&number));
        if let Some(listing) = state.listings.get_mut(&number).filter(|_| is_over) {
            listing.ended = true;
        }
    }
}

/// How many can be bought of a listing: of each SKU the lower of what there is and of what is offered.
pub(super) fn left(state: &State, number: &str) -> i64 {
    let own = state.offers.values().filter(|offer| offer.listing.as_deref() == Some(number));
    own.map(|offer| state.quantity(&offer.sku).min(offer.body["availableQuantity"].as_i64().unwrap_or(i64::MAX))).sum()
}

/// Without out-of-stock control nothing is left of a listing of which nothing is left.
pub(super) fn sold_out(state: &mut State, sku: &str) {
    if !state.options.ends_sold_out {
        return;
    }
    let Some(number) = super::limits::listing_of(state, sku).filter(|number| left(state, number) == 0) else { return };
    let offers: Vec<String> = { state.offers.iter() }
        .filter(|(_, offer)| offer.listing.as_ref() == Some(&number))
        .map(|(id, _)| id.clone())
        .collect();
    withdraw(state, &offers);
}
