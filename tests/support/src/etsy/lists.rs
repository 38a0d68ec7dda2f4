//! Lists of listings: which ones, in which order, which part.

use super::model::Listing;
use super::options::Order;
use super::store::State;
use crate::server::Request;

/// The listings of one state, all of them, in the order in which pages are cut.
pub(crate) fn in_state<'a>(state: &'a State, wanted: &str) -> Vec<&'a Listing> {
    let mut listings: Vec<_> = state.listings.values().filter(|listing| listing.state == wanted).collect();
    match state.options.order {
        Order::Created => listings.sort_by_key(|listing| std::cmp::Reverse((listing.created, listing.id))),
        Order::UpdatedLoosely => {
            let off = |id: u64| (id.wrapping_mul(7919) % 601) as i64;
            listings.sort_by_key(|listing| std::cmp::Reverse((listing.modified + off(listing.id), listing.id)));
        }
    }
    listings
}

/// `limit` is cut to a hundred silently; 25 by default.
pub(crate) fn page<'a, T>(all: &'a [T], request: &Request) -> &'a [T] {
    let number = |name: &str, default: usize| request.parameter(name).and_then(|n| n.parse().ok()).unwrap_or(default);
    let from = number("offset", 0).min(all.len());
    let to = from.saturating_add(number("limit", 25).min(100)).min(all.len());
    &all[from..to]
}
