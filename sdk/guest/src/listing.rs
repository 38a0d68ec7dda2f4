//! Goods on their way out: the types, and what adapters do with them again and again.

pub use crate::bindings::listing_types::{
    Intent, ListedVariant, Listing, ListingStatus, Offer, OfferOutcome, PushOutcome, Receipt,
};
pub use crate::bindings::listings::Checked;
use crate::bindings::taxonomy::{Category, Field};
use crate::bindings::types::{Channel, Error, Issue};
use crate::transport::Transport;

/// Sends one after the other what a marketplace takes one at a time, with an outcome for each.
///
/// [`Error::Invalid`] is a refusal of that one. What concerns the account (a rate limit, a credential, a right) ends it: those that were
/// not sent fail with the same reason and are tried again.
pub fn one_by_one(listings: &[Listing], mut send: impl FnMut(&Listing) -> Result<Receipt, Error>) -> Vec<PushOutcome> {
    let mut ended: Option<Error> = None;
    let one = |listing: &Listing| {
        if let Some(error) = &ended {
            return PushOutcome::Failed(error.clone());
        }
        match send(listing) {
            Ok(receipt) => PushOutcome::Done(receipt),
            Err(Error::Invalid(issues)) => PushOutcome::Refused(issues),
            Err(error) => {
                if is_about_the_account(&error) {
                    ended = Some(error.clone());
                }
                PushOutcome::Failed(error)
            }
        }
    };
    listings.iter().map(one).collect()
}

/// As [`one_by_one`], for price and stock.
pub fn offers_one_by_one(
    offers: &[Offer],
    mut send: impl FnMut(&Offer) -> Result<OfferOutcome, Error>,
) -> Vec<OfferOutcome> {
    let mut ended: Option<Error> = None;
    let one = |offer: &Offer| {
        if let Some(error) = &ended {
            return OfferOutcome::Failed(error.clone());
        }
        match send(offer) {
            Ok(outcome) => outcome,
            Err(Error::Invalid(issues)) => OfferOutcome::Refused(issues),
            Err(error) => {
                if is_about_the_account(&error) {
                    ended = Some(error.clone());
                }
                OfferOutcome::Failed(error)
            }
        }
    };
    offers.iter().map(one).collect()
}

/// The next one would fare no better.
pub fn is_about_the_account(error: &Error) -> bool {
    matches!(error, Error::RateLimited(_) | Error::Unauthorized(_) | Error::Denied(_))
}

/// What a listing that is gone already answers to being ended.
pub fn gone(listing: &Listing) -> Receipt {
    Receipt {
        external_id: listing.external_id.clone().unwrap_or_else(|| listing.listing_id.clone()),
        url: None,
        status: ListingStatus::Ended,
        variants: Vec::new(),
        state: "{}".to_owned(),
        warnings: Vec::new(),
        seen: None,
    }
}

/// Nothing is amiss, and buyers see the product as it is; or these issues.
pub fn checked(listing: &Listing, issues: Vec<Issue>) -> Checked {
    let shown = issues.is_empty().then(|| listing.product.clone());
    Checked { issues, warnings: Vec::new(), shown }
}

/// `poll` of a marketplace that answers at once.
pub fn nothing_pending<T: Transport>(_: &T, _: &Channel, pending: &[String]) -> Result<Vec<PushOutcome>, Error> {
    Ok(pending.iter().map(|_| PushOutcome::Failed(never())).collect())
}

/// `poll_offers` likewise.
pub fn no_offer_pending<T: Transport>(_: &T, _: &Channel, pending: &[String]) -> Result<Vec<OfferOutcome>, Error> {
    Ok(pending.iter().map(|_| OfferOutcome::Failed(never())).collect())
}

fn never() -> Error {
    Error::Other("this adapter leaves nothing pending".to_owned())
}

/// `categories` of a marketplace that has none, or whose categories are the seller's own.
pub fn no_categories<T: Transport>(_: &T, _: &Channel, _: Option<&str>) -> Result<Vec<Category>, Error> {
    Ok(Vec::new())
}

/// `suggest` likewise.
pub fn no_suggestions<T: Transport>(_: &T, _: &Channel, _: &str, _: &[String]) -> Result<Vec<Category>, Error> {
    Ok(Vec::new())
}

/// `fields` of a marketplace that asks for nothing beside the product.
pub fn no_fields<T: Transport>(_: &T, _: &Channel, _: Option<&str>) -> Result<Vec<Field>, Error> {
    Ok(Vec::new())
}

/// `choices` of an account that offers nothing to choose from.
pub fn no_choices<T: Transport>(_: &T, _: &Channel, _: &str) -> Result<Vec<(String, String)>, Error> {
    Ok(Vec::new())
}
