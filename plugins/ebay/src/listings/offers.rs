//! Price and stock alone: several SKUs in one call, because each change of a listing counts against the day's 250.

mod unpublished;

use std::collections::{BTreeMap, BTreeSet};

use entrepot_guest::lenient::Raw;
use entrepot_guest::listing::{Offer, OfferOutcome, is_about_the_account};
use entrepot_guest::prelude::*;
use serde_json::{Map, Value, json};

use super::push::other_currency;
use super::state::State;
use super::there::gone;
use super::{body, bulk};
use crate::client::{Client, value};
use crate::details;
use crate::item::offer_on;

/// What became of each offer; none: it is still to be sent.
type Fates = Vec<Option<OfferOutcome>>;

/// What is to be set of one SKU.
#[derive(Clone, Debug)]
struct Change<'o> {
    at: usize,
    sku: &'o str,
    offer_id: Option<String>,
    stock: Option<i64>,
    /// As it is to be, whether or not it has to be set.
    wanted: Option<i64>,
    price: Option<&'o Money>,
    held: bool,
    /// As eBay shows it, where it was looked at.
    offer: Option<Value>,
}

pub(super) fn all<T: Transport>(client: &Client<'_, T>, offers: &[Offer]) -> Vec<OfferOutcome> {
    let mut fates: Fates = offers.iter().map(|offer| refused(client, offer)).collect();
    if let Err(error) = steps(client, offers, &mut fates) {
        // What is settled stays so, and what is not comes again.
        let open = fates.iter_mut().filter(|fate| fate.is_none());
        open.for_each(|fate| *fate = Some(OfferOutcome::Failed(error.clone())));
    }
    fates.into_iter().map(|fate| fate.unwrap_or(OfferOutcome::Done)).collect()
}

fn refused<T: Transport>(client: &Client<'_, T>, offer: &Offer) -> Option<OfferOutcome> {
    let own = client.settings.market.currency;
    let foreign = offer.price.as_ref().filter(|price| price.currency != own);
    let foreign = foreign.map(|price| other_currency("/price", price, own));
    let odd = sku_of(offer)
        .is_empty()
        .then(|| issue("", "external-id-missing", "It is not known which of eBay's items it is; push the listing."));
    foreign.or(odd).map(|issue| OfferOutcome::Refused(vec![issue]))
}

fn sku_of(offer: &Offer) -> &str {
    offer.of_variant.external_id.as_deref().unwrap_or_default()
}

fn steps<T: Transport>(client: &Client<'_, T>, offers: &[Offer], fates: &mut Fates) -> Result<(), Error> {
    let mut changes = wanted(client, offers, fates)?;
    look(client, &mut changes, fates)?;
    changes.retain(|change| fates[change.at].is_none());
    let is_live = |change: &Change<'_>| change.offer.as_ref().is_none_or(|offer| offer["status"] == "PUBLISHED");
    let (live, others): (Vec<Change<'_>>, Vec<Change<'_>>) = changes.into_iter().partition(is_live);
    let others = [others, set(client, live, fates)?].concat();
    unpublished::set(client, offers, others, fates)
}

/// What lies there is read first: a number that nobody expects is somebody's sale, and is told.
fn wanted<'o, T: Transport>(
    client: &Client<'_, T>,
    offers: &'o [Offer],
    fates: &mut Fates,
) -> Result<Vec<Change<'o>>, Error> {
    let open: Vec<usize> = (0..offers.len()).filter(|at| fates[*at].is_none()).collect();
    let skus: BTreeSet<&str> = open.iter().map(|at| sku_of(&offers[*at])).collect();
    let items = details::items(client, &skus.into_iter().collect::<Vec<_>>())?;
    let mut changes = Vec::new();
    for at in open {
        let (offer, sku) = (&offers[at], sku_of(&offers[at]));
        let there = match items.get(sku) {
            None => {
                fates[at] = Some(OfferOutcome::Refused(vec![gone()]));
                continue;
            }
            Some(Err(error)) => {
                fates[at] = Some(OfferOutcome::Failed(error.clone()));
                continue;
            }
            Some(Ok(item)) => value(Raw::of(item)),
        };
        let there = there["availability"]["shipToLocationAvailability"]["quantity"].as_i64();
        let stock = offer.available.map(|stock| stock.clamp(0, i64::from(i32::MAX)));
        let differs = stock.filter(|stock| Some(*stock) != there);
        // It has what is wanted already, or what was believed.
        let is_stale = differs.is_some()
            && offer.expected.is_some_and(|expected| there.is_some_and(|there| there != expected.max(0)));
        if is_stale {
            fates[at] = Some(OfferOutcome::Stale(there));
            continue;
        }
        let state = State::of(&offer.state);
        changes.push(Change {
            at,
            sku,
            offer_id: state.offers.get(sku).cloned(),
            stock: differs,
            wanted: stock,
            price: offer.price.as_ref(),
            held: state.held,
            offer: None,
        });
    }
    Ok(changes)
}

/// Looks at offers whose number is not known, that may not be on sale, or of which nothing but the price may differ.
fn look<T: Transport>(client: &Client<'_, T>, changes: &mut [Change<'_>], fates: &mut Fates) -> Result<(), Error> {
    let is_looked_at = |change: &&mut Change<'_>| change.offer_id.is_none() || change.held || change.stock.is_none();
    let mut concerned: Vec<&mut Change<'_>> = changes.iter_mut().filter(is_looked_at).collect();
    let skus: Vec<&str> = concerned.iter().map(|change| change.sku).collect();
    for (change, offers) in concerned.iter_mut().zip(details::offers(client, &skus)) {
        let offers = match offers {
            Err(error) if is_about_the_account(&error) => return Err(error),
            Err(error) => {
                fates[change.at] = Some(OfferOutcome::Failed(error));
                continue;
            }
            Ok(offers) => offers,
        };
        let Some(offer) = offer_on(Raw::of(&offers), client.settings.market.id) else {
            let message = "eBay has no offer of it on this marketplace any more; push the listing by its id.";
            fates[change.at] = Some(OfferOutcome::Refused(vec![issue("", "listing-gone", message)]));
            continue;
        };
        let fields = offer.0.iter().map(|(name, raw)| (name.to_string(), value(*raw)));
        let offer = Value::Object(fields.collect());
        change.offer_id = offer["offerId"].as_str().map(str::to_owned);
        if change.price == body::amount(&offer["pricingSummary"]["price"]).as_ref() {
            change.price = None;
        }
        // The lower one counts: the item may have what the offer lacks.
        let offered = offer["availableQuantity"].as_i64();
        change.stock =
            change.stock.or(change.wanted.filter(|wanted| offered.is_some_and(|offered| offered != *wanted)));
        let is_due = change.held && offer["status"] != "PUBLISHED";
        if change.stock.is_none() && change.price.is_none() && !is_due {
            fates[change.at] = Some(OfferOutcome::Done);
        }
        change.offer = Some(offer);
    }
    Ok(())
}

/// What is on sale, in one call for all. Those that turn out not to be come back.
fn set<'o, T: Transport>(
    client: &Client<'_, T>,
    changes: Vec<Change<'o>>,
    fates: &mut Fates,
) -> Result<Vec<Change<'o>>, Error> {
    let rows: Vec<Value> = changes.iter().map(|change| row(change)).collect();
    let (mut doubtful, mut ended) = (Vec::new(), None);
    for (change, answer) in changes.into_iter().zip(bulk::send(client, "bulk_update_price_quantity", "sku", &rows)) {
        match answer {
            Ok(_) => fates[change.at] = Some(OfferOutcome::Done),
            Err(refused) if is_about_the_account(&refused.error) => ended = ended.or(Some(refused.error)),
            Err(refused) => match refused.error {
                // It may have been taken off, which eBay says in several ways.
                Error::Invalid(issues) if change.offer.is_none() => doubtful.push((change, issues)),
                error => fates[change.at] = Some(failed(error)),
            },
        }
    }
    ended.map_or(Ok(()), Err)?;
    let mut again: Vec<Change<'o>> = Vec::new();
    let mut told: BTreeMap<usize, Vec<Issue>> = BTreeMap::new();
    for (change, issues) in doubtful {
        told.insert(change.at, issues);
        again.push(Change { offer_id: None, ..change });
    }
    look(client, &mut again, fates)?;
    again.retain(|change| {
        let is_live = change.offer.as_ref().is_some_and(|offer| offer["status"] == "PUBLISHED");
        if fates[change.at].is_none() && is_live {
            fates[change.at] = told.remove(&change.at).map(OfferOutcome::Refused);
        }
        fates[change.at].is_none()
    });
    Ok(again)
}

fn failed(error: Error) -> OfferOutcome {
    match error {
        Error::Invalid(issues) => OfferOutcome::Refused(issues),
        error => OfferOutcome::Failed(error),
    }
}

/// The item's stock and the offer's part of it: the lower one would count.
fn row(change: &Change<'_>) -> Value {
    let mut offer = Map::new();
    offer.insert("offerId".to_owned(), json!(change.offer_id));
    if let Some(stock) = change.stock {
        offer.insert("availableQuantity".to_owned(), json!(stock));
    }
    if let Some(price) = change.price.and_then(body::money) {
        offer.insert("price".to_owned(), price);
    }
    let mut row = Map::from_iter([("sku".to_owned(), json!(change.sku)), ("offers".to_owned(), json!([offer]))]);
    if let Some(stock) = change.stock {
        row.insert("shipToLocationAvailability".to_owned(), json!({ "quantity": stock }));
    }
    Value::Object(row)
}
