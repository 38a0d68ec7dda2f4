//! Taken off: withdrawn, or its offers deleted for good. What was never made, or is gone, is ended.

use entrepot_guest::lenient::Raw;
use entrepot_guest::listing::{Listing, ListingStatus, PushOutcome, Receipt, gone, one_by_one};
use entrepot_guest::prelude::*;

use super::publish::{over, withdraw_group, withdraw_offer};
use super::state::State;
use crate::client::Client;
use crate::details;
use crate::item::{Id, offer_on};

pub(super) fn all<T: Transport>(client: &Client<'_, T>, listings: &[Listing], forget: bool) -> Vec<PushOutcome> {
    one_by_one(listings, |listing| one(client, listing, forget))
}

fn one<T: Transport>(client: &Client<'_, T>, listing: &Listing, forget: bool) -> Result<Receipt, Error> {
    let known = listing.external_id.as_deref().and_then(Id::parse);
    let found = match known {
        Some(id) => Some(id),
        None => in_doubt(client, listing)?,
    };
    let is_ended = match &found {
        None => false,
        Some(Id::Item(sku)) => item(client, sku, forget)?,
        Some(Id::Group(key)) => group(client, key, forget)?,
    };
    let Some(id) = found.filter(|_| is_ended) else { return Ok(gone(listing)) };
    let state = State { held: false, ..State::of(&listing.state) };
    Ok(Receipt {
        external_id: id.to_string(),
        status: ListingStatus::Ended,
        state: if forget { State::default().json() } else { state.json() },
        variants: listing.variants.clone(),
        ..gone(listing)
    })
}

/// What was made for a listing whose answer was lost.
fn in_doubt<T: Transport>(client: &Client<'_, T>, listing: &Listing) -> Result<Option<Id>, Error> {
    let key = listing.listing_id.as_str();
    if details::groups(client, &[key]).pop().transpose()?.flatten().is_some() {
        return Ok(Some(Id::Group(key.to_owned())));
    }
    let product = &listing.product;
    let [variant] = product.variants.as_slice() else { return Ok(None) };
    let sku = client.settings.sku_there(variant.sku.as_deref().unwrap_or_default());
    let items = details::items(client, &[sku.as_str()])?;
    let Some(item) = items.get(&sku) else { return Ok(None) };
    let title = Raw::of(&item.clone()?).fields().get("product").fields().get("title").owned();
    if title.as_deref() == Some(product.title.trim()) {
        return Ok(Some(Id::Item(sku)));
    }
    // Other goods with this SKU are not ours to take off; but these may be ours, under the title that they had then.
    match offered(client, &[sku.as_str()])?.iter().any(|offer| offer.is_published) {
        false => Ok(None),
        true => {
            let message = format!(
                "eBay has goods with the SKU {sku:?} on sale under another title, {:?}, and nobody knows whether they are this listing's. Take \
                 them for it (entrepot listing adopt) and end it again, or end them at eBay.",
                title.unwrap_or_default()
            );
            Err(Error::Invalid(vec![issue("/variants/0/sku", "sku-taken", message)]))
        }
    }
}

/// One offer, and whether buyers see it.
struct Offered {
    id: String,
    is_published: bool,
}

fn offered<T: Transport>(client: &Client<'_, T>, skus: &[&str]) -> Result<Vec<Offered>, Error> {
    let mut found = Vec::new();
    for offers in details::offers(client, skus) {
        let offers = offers?;
        let Some(offer) = offer_on(Raw::of(&offers), client.settings.market.id) else { continue };
        let is_published = offer.get("status").word().as_deref() == Some("PUBLISHED");
        found.extend(offer.get("offerId").owned().map(|id| Offered { id, is_published }));
    }
    Ok(found)
}

/// False: there is no such offer.
fn item<T: Transport>(client: &Client<'_, T>, sku: &str, forget: bool) -> Result<bool, Error> {
    let found = offered(client, &[sku])?;
    for offer in &found {
        if forget {
            over(client.change(Method::Delete, &["offer", &offer.id], None)?)?;
        } else if offer.is_published {
            withdraw_offer(client, &offer.id)?;
        }
    }
    Ok(!found.is_empty())
}

/// False: there is no such group.
fn group<T: Transport>(client: &Client<'_, T>, key: &str, forget: bool) -> Result<bool, Error> {
    let group = details::groups(client, &[key]).pop().unwrap_or(Ok(None))?;
    let Some(group) = group else { return Ok(false) };
    let skus: Vec<String> =
        Raw::of(&group).fields().get("variantSKUs").items().into_iter().filter_map(Raw::owned).collect();
    let found = offered(client, &skus.iter().map(String::as_str).collect::<Vec<_>>())?;
    if found.iter().any(|offer| offer.is_published) {
        withdraw_group(client, key)?;
    }
    if forget {
        for offer in &found {
            over(client.change(Method::Delete, &["offer", &offer.id], None)?)?;
        }
        over(client.change(Method::Delete, &["inventory_item_group", key], None)?)?;
    }
    Ok(true)
}
