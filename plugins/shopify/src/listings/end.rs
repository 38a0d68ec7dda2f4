//! Taken off: archived and published no longer, or deleted for good. What was never made, or is gone, is ended.

use entrepot_guest::listing::{Listing, PushOutcome, Receipt, gone, one_by_one};
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::shop::Shop;
use super::there::marked;
use crate::client::user_errors;
use crate::{documents, gid};

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, listings: &[Listing], forget: bool) -> Vec<PushOutcome> {
    one_by_one(listings, |listing| end(shop, listing, forget))
}

fn end<T: Transport>(shop: &Shop<'_, T>, listing: &Listing, forget: bool) -> Result<Receipt, Error> {
    let number = match &listing.external_id {
        Some(id) => Some(id.clone()),
        None => marked(shop, &listing.listing_id)?,
    };
    let Some(id) = number.as_deref().and_then(|number| gid::made("Product", number)) else {
        return Ok(gone(listing));
    };
    let receipt = Receipt { external_id: number.unwrap_or_default(), state: listing.state.clone(), ..gone(listing) };
    if forget {
        let payload = shop.client.change(documents::PRODUCT_DELETE, json!({ "id": id }), "productDelete")?;
        return if done(&payload)? { Ok(receipt) } else { Ok(gone(listing)) };
    }
    let payload = shop.client.change(documents::PRODUCT_ARCHIVE, json!({ "id": id }), "productUpdate")?;
    if !done(&payload)? {
        return Ok(gone(listing));
    }
    let variables = json!({ "id": id, "publication": shop.publication });
    let payload = shop.client.change(documents::UNPUBLISH, variables, "publishableUnpublish")?;
    done(&payload)?;
    Ok(receipt)
}

/// False: there is no such product.
fn done(payload: &Value) -> Result<bool, Error> {
    match user_errors(payload) {
        None => Ok(true),
        Some(said) if said.contains("does not exist") || said.contains("not found") => Ok(false),
        Some(said) => {
            let message = format!("Shopify does not take it off: {said}");
            Err(entrepot_guest::issue::invalid("", "not-ended", message))
        }
    }
}
