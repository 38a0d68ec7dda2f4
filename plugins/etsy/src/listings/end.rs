//! Taken off, or deleted for good. What was never made, or is gone, is ended.

use entrepot_guest::listing::{Listing, PushOutcome, Receipt, gone, one_by_one};
use entrepot_guest::prelude::*;

use super::answered::refused;
use super::index::Index;
use super::push::{materials, patch};
use super::state::State;
use super::there::There;
use crate::client::Client;

pub(super) fn all<T: Transport>(
    client: &Client<'_, T>,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    // Of one without a number, whatever was made for it has to go.
    let index = match listings.iter().any(|listing| listing.external_id.is_none()) {
        true => Index::read(client)?,
        false => Index::default(),
    };
    Ok(one_by_one(listings, |listing| end(client, &index, listing, forget)))
}

fn end<T: Transport>(client: &Client<'_, T>, index: &Index, listing: &Listing, forget: bool) -> Result<Receipt, Error> {
    let known = listing.external_id.as_deref().and_then(|id| id.parse::<u64>().ok());
    let Some(id) = known.or_else(|| index.own(listing)) else { return Ok(gone(listing)) };
    let receipt = Receipt { external_id: id.to_string(), state: listing.state.clone(), ..gone(listing) };
    if forget {
        return match client.delete(&format!("/listings/{id}")) {
            Ok(()) => Ok(receipt),
            Err(Error::NotFound) => Ok(gone(listing)),
            Err(error) => Err(refused(error, "", "not-deleted")),
        };
    }
    let Some(there) = There::read(client, id)? else { return Ok(gone(listing)) };
    let own = State::of(&listing.state).materials;
    let fields = match there.state() {
        "active" => vec![("state", "inactive".to_owned())],
        // It is not to come back by itself.
        _ if there.is_hidden() => vec![("materials", materials(&own, false).join(","))],
        // Nobody can buy these.
        _ => return Ok(receipt),
    };
    match patch(client, id, fields) {
        Err(Error::Invalid(issues)) if issues.iter().any(|issue| issue.code == "listing-gone") => Ok(gone(listing)),
        Err(error) => Err(error),
        Ok(_) => Ok(receipt),
    }
}
