//! Price and stock alone.

use std::collections::{BTreeSet, HashMap};

use entrepot_guest::listing::{Offer, OfferOutcome, is_about_the_account};
use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::body::pieces;
use super::offered::{Fate, Product, number, products, variant_of};
use super::prices::{of_products, prices};
use super::shop::{Shop, gone};
use super::stock::{self, Item, Quantity};

pub(super) fn all<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer]) -> Result<Vec<OfferOutcome>, Error> {
    let mut fates: Vec<Fate> = offers.iter().map(|offer| Fate::refused(refused(shop, offer))).collect();
    if let Err(error) = steps(shop, offers, &mut fates) {
        if !is_about_the_account(&error) && fates.iter().all(Fate::is_untouched) {
            return Err(error);
        }
        // What is settled stays so, and what is not comes again.
        let open = fates.iter_mut().filter(|fate| !fate.is_over);
        open.for_each(|fate| fate.note(Some(OfferOutcome::Failed(error.clone()))));
    }
    Ok(fates.into_iter().map(Fate::outcome).collect())
}

fn refused<T: Transport>(shop: &Shop<'_, T>, offer: &Offer) -> Option<Issue> {
    let foreign = offer.price.as_ref().and_then(|price| shop.foreign("/price", price));
    let ids = [Some(&offer.external_id), offer.of_variant.external_id.as_ref()];
    let odd = ids.into_iter().find(|id| id.is_none_or(|id| id.parse::<u64>().is_err())).map(|id| {
        let message = format!("{:?} is no id of the store's; push the listing.", id.map_or("", String::as_str));
        issue("", "external-id-invalid", message)
    });
    foreign.or(odd)
}

fn steps<T: Transport>(shop: &Shop<'_, T>, offers: &[Offer], fates: &mut [Fate]) -> Result<(), Error> {
    let open: Vec<usize> = (0..offers.len()).filter(|at| !fates[*at].is_over).collect();
    let known = products(shop, open.iter().map(|at| number(&offers[*at].external_id)).collect())?;
    for at in &open {
        if !known.contains_key(&number(&offers[*at].external_id)) {
            fates[*at].note(Some(OfferOutcome::Refused(vec![gone()])));
        }
    }
    let rows: Vec<(usize, Product)> =
        { open.into_iter() }.filter_map(|at| Some((at, *known.get(&number(&offers[at].external_id))?))).collect();
    // What fails from here on leaves what was settled before as it is.
    count(shop, offers, &rows, fates)?;
    prices(shop, offers, &rows, fates)?;
    stocks(shop, offers, &rows, fates)
}

/// Sees to it that stock counts where it is to be set: without that the number would mean nothing.
fn count<T: Transport>(
    shop: &Shop<'_, T>,
    offers: &[Offer],
    rows: &[(usize, Product)],
    fates: &mut [Fate],
) -> Result<(), Error> {
    let mut wanted: Vec<(u64, Map<String, Value>)> = Vec::new();
    for (at, product) in rows.iter().filter(|(at, product)| offers[*at].available.is_some() && !product.is_counted) {
        let id = number(&offers[*at].external_id);
        if !wanted.iter().any(|(known, _)| *known == id) {
            let tracking = if product.has_variants { "variant" } else { "product" };
            wanted.push((id, Map::from_iter([("inventory_tracking".to_owned(), json!(tracking))])));
        }
    }
    of_products(shop, &wanted, &mut |id, outcome| {
        for (at, _) in rows.iter().filter(|(at, _)| number(&offers[*at].external_id) == id) {
            fates[*at].is_uncounted |= outcome.is_some();
            fates[*at].note(outcome.clone());
        }
    })
}

/// What lies there is read first: a number that nobody expects is somebody's sale, and is told.
fn stocks<T: Transport>(
    shop: &Shop<'_, T>,
    offers: &[Offer],
    rows: &[(usize, Product)],
    fates: &mut [Fate],
) -> Result<(), Error> {
    let mut wanted: Vec<(usize, Quantity)> = Vec::new();
    let is_open = |fate: &Fate| !fate.is_over && !fate.is_uncounted;
    for (at, product) in rows.iter().filter(|(at, _)| is_open(&fates[*at])) {
        let offer = &offers[*at];
        let Some(available) = offer.available else { continue };
        let item = match product.has_variants {
            true => Item::Variant(variant_of(offer)),
            false => Item::Product(number(&offer.external_id)),
        };
        let location = match offer.location_id.as_deref().and_then(|id| id.parse().ok()) {
            Some(location) => location,
            None => shop.location()?,
        };
        wanted.push((*at, Quantity { item, location, quantity: pieces(available) }));
    }
    let locations: BTreeSet<u64> = wanted.iter().map(|(_, quantity)| quantity.location).collect();
    let mut there = HashMap::new();
    for location in locations {
        let items: Vec<Item> = wanted.iter().filter(|(_, of)| of.location == location).map(|(_, of)| of.item).collect();
        let found = stock::on_hand(shop, &items, location)?;
        there.extend(found.into_iter().map(|(item, count)| ((item, location), count)));
    }
    let mut set = Vec::new();
    for (at, quantity) in wanted {
        match there.get(&(quantity.item, quantity.location)).copied() {
            Some(count) if count == quantity.quantity => fates[at].is_over = true,
            Some(count) if offers[at].expected.is_some_and(|expected| pieces(expected) != count) => {
                fates[at].note(Some(OfferOutcome::Stale(Some(count))));
                fates[at].is_over = true;
            }
            _ => set.push((at, quantity)),
        }
    }
    let quantities: Vec<Quantity> = set.iter().map(|(_, quantity)| quantity.clone()).collect();
    for ((at, _), outcome) in set.iter().zip(stock::set(shop, &quantities)?) {
        fates[*at].note(match outcome {
            Ok(()) => None,
            Err(Error::Invalid(issues)) => Some(OfferOutcome::Refused(issues)),
            Err(error) => Some(OfferOutcome::Failed(error)),
        });
        fates[*at].is_over = true;
    }
    Ok(())
}
