//! Offers that buyers do not see: the bulk call does not take them. What waited for stock is published with it.

use std::collections::BTreeMap;

use entrepot_guest::listing::{Offer, OfferOutcome, is_about_the_account};
use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use super::{Change, Fates, failed};
use crate::client::Client;
use crate::item::Id;
use crate::listings::merge::{object, put};
use crate::listings::{body, bulk, publish};

/// What only answers have.
const ANSWERS: [&str; 6] = ["offerId", "status", "listing", "sku", "marketplaceId", "format"];

pub(super) fn set<T: Transport>(
    client: &Client<'_, T>,
    offers: &[Offer],
    changes: Vec<Change<'_>>,
    fates: &mut Fates,
) -> Result<(), Error> {
    let stocks: Vec<&Change<'_>> = changes.iter().filter(|change| change.stock.is_some()).collect();
    let rows: Vec<Value> = { stocks.iter() }
        .map(|change| json!({ "sku": change.sku, "shipToLocationAvailability": { "quantity": change.stock } }))
        .collect();
    for (change, answer) in stocks.iter().zip(bulk::send(client, "bulk_update_price_quantity", "sku", &rows)) {
        match answer {
            Ok(_) => {}
            Err(refused) if is_about_the_account(&refused.error) => return Err(refused.error),
            Err(refused) => fates[change.at] = Some(failed(refused.error)),
        }
    }
    for change in changes.iter().filter(|change| fates[change.at].is_some() || replaces(change)).collect::<Vec<_>>() {
        if fates[change.at].is_none() {
            match replace(client, change) {
                Ok(()) => {}
                Err(error) if is_about_the_account(&error) => return Err(error),
                Err(error) => fates[change.at] = Some(failed(error)),
            }
        }
    }
    publish_held(client, offers, &changes, fates)?;
    for change in &changes {
        fates[change.at].get_or_insert(OfferOutcome::Done);
    }
    Ok(())
}

fn replaces(change: &Change<'_>) -> bool {
    change.stock.is_some() || change.price.is_some()
}

/// The offer as it is there, with another number and price.
fn replace<T: Transport>(client: &Client<'_, T>, change: &Change<'_>) -> Result<(), Error> {
    let (Some(offer), Some(id)) = (&change.offer, &change.offer_id) else { return Ok(()) };
    let mut fields = object(offer.clone());
    ANSWERS.iter().for_each(|name| drop(fields.remove(*name)));
    if let Some(stock) = change.stock {
        put(&mut fields, "availableQuantity", Some(stock));
    }
    if let Some(price) = change.price {
        body::set_price(&mut fields, price);
    }
    publish::put_offer(client, id, fields).map(drop)
}

/// Listings that waited for stock, and have some now.
fn publish_held<T: Transport>(
    client: &Client<'_, T>,
    offers: &[Offer],
    changes: &[Change<'_>],
    fates: &mut Fates,
) -> Result<(), Error> {
    let mut due: BTreeMap<&str, Vec<&Change<'_>>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.held && fates[change.at].is_none()) {
        due.entry(&offers[change.at].external_id).or_default().push(change);
    }
    for (external, of) in due {
        if !of.iter().any(|change| offers[change.at].available.is_some_and(|available| available > 0)) {
            continue;
        }
        let published = match (Id::parse(external), of.first().and_then(|change| change.offer_id.as_deref())) {
            (Some(Id::Group(key)), _) => publish::publish_group(client, &key).map(drop),
            (_, Some(id)) => one(client, id),
            _ => Ok(()),
        };
        match published {
            Ok(()) => {}
            Err(error) if is_about_the_account(&error) => return Err(error),
            Err(error) => of.iter().for_each(|change| fates[change.at] = Some(failed(error.clone()))),
        }
    }
    Ok(())
}

fn one<T: Transport>(client: &Client<'_, T>, id: &str) -> Result<(), Error> {
    let rows = [json!({ "offerId": id })];
    match bulk::send(client, "bulk_publish_offer", "offerId", &rows).pop() {
        Some(Err(refused)) => Err(refused.error),
        _ => Ok(()),
    }
}
