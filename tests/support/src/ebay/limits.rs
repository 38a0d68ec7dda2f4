//! How often: requests of an app in a day, and changes of a listing in a day.

use super::answers::{Wrong, wrong};
use super::options::Options;
use super::store::State;

/// Requests today.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    asked: u64,
}

impl Limits {
    pub(crate) fn take(&mut self, options: &Options) -> Result<(), Wrong> {
        if options.per_day > 0 && self.asked >= options.per_day {
            // Without a word of when it is over.
            return Err(wrong(429, 2001, "Too many requests. The request limit has been reached for the resource."));
        }
        self.asked += 1;
        Ok(())
    }

    pub(crate) fn left(&self, options: &Options) -> u64 {
        options.per_day.saturating_sub(self.asked)
    }
}

/// Changes a listing, which counts; 250 a day are taken.
pub(crate) fn revise(state: &mut State, listing: &str) -> Result<(), Wrong> {
    let most = state.options.revisions;
    let Some(live) = state.listings.get_mut(listing) else { return Ok(()) };
    if live.revisions >= most {
        let message =
            format!("You have exceeded the maximum of {most} revisions allowed for listing {listing} in one day.");
        return Err(wrong(400, 25019, message));
    }
    live.revisions += 1;
    Ok(())
}

/// The listing in which buyers see a SKU.
pub(crate) fn listing_of(state: &State, sku: &str) -> Option<String> {
    state.offers.values().filter(|offer| offer.sku == sku).find_map(|offer| offer.listing.clone())
}
