//! Taken off, or deleted for good. What was never made, or is gone, is ended.

use entrepot_guest::listing::{Listing, PushOutcome, Receipt, gone, one_by_one};
use entrepot_guest::prelude::*;

use super::answered::refused;
use super::content::texts;
use super::index::Lists;
use super::marks::{HIDDEN, materials};
use super::patch::patch;
use super::state::State;
use super::there::There;
use crate::client::Client;

pub(super) fn all<T: Transport>(
    client: &Client<'_, T>,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    let lists = Lists::default();
    Ok(one_by_one(listings, |listing| end(client, &lists, listing, forget)))
}

fn end<T: Transport>(client: &Client<'_, T>, lists: &Lists, listing: &Listing, forget: bool) -> Result<Receipt, Error> {
    let known = listing.external_id.as_deref().and_then(|id| id.parse::<u64>().ok());
    // Of one without a number, whatever was made for it has to go.
    let own = match known {
        Some(id) => Some(id),
        None => lists.with(client, |index| index.own(listing))?,
    };
    let Some(id) = own else { return Ok(gone(listing)) };
    let receipt = Receipt { external_id: id.to_string(), state: listing.state.clone(), ..gone(listing) };
    if forget {
        return match client.delete(&format!("/listings/{id}")) {
            Ok(()) => Ok(receipt),
            Err(Error::NotFound) => lists.lack(client, id).map(|()| gone(listing)),
            Err(error) => Err(refused(error, "", "not-deleted")),
        };
    }
    let Some(there) = There::read(client, lists, id)? else { return Ok(gone(listing)) };
    let fields = match there.state() {
        "active" => vec![("state", "inactive".to_owned())],
        // It is not to come back by itself.
        _ if there.is_hidden() => vec![("materials", shown(listing, &there).join(","))],
        // Nobody can buy these.
        _ => return Ok(receipt),
    };
    patch(client, id, fields).map(|_| receipt)
}

/// Its materials without the mark of what comes back by itself. Of one without a number nothing is known but what stands there.
fn shown(listing: &Listing, there: &There) -> Vec<String> {
    match listing.external_id {
        Some(_) => materials(&State::of(&listing.state).materials, Vec::new(), false),
        None => texts(&there.fields["materials"]).into_iter().filter(|material| material != HIDDEN).collect(),
    }
}
