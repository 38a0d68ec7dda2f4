//! Taken off: hidden, or deleted for good. What was never made, or is gone, is ended.

use std::collections::HashSet;

use entrepot_guest::lenient::Fields;
use entrepot_guest::listing::{Listing, PushOutcome, Receipt, gone, one_by_one};
use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::changes::Said;
use super::shop::Shop;
use super::{find, update};

pub(super) fn all<T: Transport>(
    shop: &Shop<'_, T>,
    listings: &[Listing],
    forget: bool,
) -> Result<Vec<PushOutcome>, Error> {
    let hidden = if forget { HashSet::new() } else { together(shop, listings)? };
    Ok(one_by_one(listings, |listing| one(shop, listing, forget, &hidden)))
}

fn hide() -> Map<String, Value> {
    Map::from_iter([("is_visible".to_owned(), json!(false))])
}

/// It says so: the id alone says nothing.
fn is_hidden(product: &Fields<'_>) -> bool {
    product.get("is_visible").flag() == Some(false)
}

fn id_of(listing: &Listing) -> Option<u64> {
    listing.external_id.as_deref().and_then(|id| id.parse().ok()).filter(|id| *id > 0)
}

/// Ids of those that were hidden in batches; the others are hidden one by one.
fn together<T: Transport>(shop: &Shop<'_, T>, listings: &[Listing]) -> Result<HashSet<u64>, Error> {
    let rows: Vec<(u64, Map<String, Value>)> = listings.iter().filter_map(id_of).map(|id| (id, hide())).collect();
    let mut done = HashSet::new();
    for some in rows.chunks(update::AT_ONCE).filter(|some| some.len() > 1) {
        match update::together(shop, some, is_hidden) {
            Ok(ids) => done.extend(ids),
            // It is said of each that is still to be done.
            Err(_) => break,
        }
    }
    Ok(done)
}

fn one<T: Transport>(
    shop: &Shop<'_, T>,
    listing: &Listing,
    forget: bool,
    hidden: &HashSet<u64>,
) -> Result<Receipt, Error> {
    let known = match id_of(listing) {
        Some(id) => Some(id),
        // It may have been made without an answer.
        None => find::made_for(shop, listing)?,
    };
    let Some(id) = known else { return Ok(gone(listing)) };
    let ended = Receipt { external_id: id.to_string(), state: listing.state.clone(), ..gone(listing) };
    if hidden.contains(&id) {
        return Ok(ended);
    }
    // Of one product: without its id it would be all of them.
    let path = format!("/v3/catalog/products/{id}");
    let said = match forget {
        true => shop.change(Method::Delete, &path, None)?,
        false => shop.change(Method::Put, &path, Some(&Value::Object(hide())))?,
    };
    match said {
        Said::Refused(refusal) if refusal.status == 404 => Ok(gone(listing)),
        Said::Refused(refusal) => Err(refusal.error()),
        Said::Done(answer) if forget => answer.done().map(|()| ended),
        Said::Done(answer) => {
            let data = answer.data().fields();
            if data.get("id").id() != Some(id) || !is_hidden(&data) {
                return Err(Error::Unavailable("BigCommerce does not say that it has hidden the product".to_owned()));
            }
            Ok(ended)
        }
    }
}
