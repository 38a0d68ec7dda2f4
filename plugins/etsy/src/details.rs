//! What a list of listings does not show: the inventory, and for single ones images and videos.

use std::collections::HashMap;

use entrepot_guest::prelude::*;

use crate::client::{Answer, As, Client};
use crate::item::Row;
use entrepot_guest::lenient::Raw;

/// More are refused.
pub(crate) const BATCH: usize = 100;

/// From this attempt on, what cannot be read is set aside alone instead of stopping the page.
pub(crate) const GIVE_UP: u32 = 3;

/// What is known of a listing's inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inventory {
    Found(String),
    /// The listing exists and has no record: never edited with the inventory tools.
    Without,
    Unreadable(String),
    /// The listing does not exist any more.
    Gone,
}

impl Inventory {
    pub(crate) fn json(&self) -> &str {
        match self {
            Self::Found(json) => json,
            _ => "null",
        }
    }

    pub(crate) fn problem(&self) -> Option<Issue> {
        let Self::Unreadable(why) = self else { return None };
        let message = format!("Etsy does not deliver the inventory of this listing, so it cannot be imported: {why}");
        Some(issue("/inventory", "inventory-unreadable", message))
    }

    /// The processing profiles that its offerings name.
    pub(crate) fn profiles(&self) -> Vec<u64> {
        let products = Raw(Some(self.json())).fields().get("products").records();
        let offerings = products.iter().flat_map(|product| product.get("offerings").records());
        offerings.filter_map(|offering| offering.get("readiness_state_id").id()).collect()
    }
}

/// The inventories of these listings, all of them in the answer. One unknown id makes Etsy refuse the whole call, so the call is
/// halved until the unknown one stands alone.
pub(crate) fn inventories<T: Transport>(
    client: &Client<'_, T>,
    ids: &[u64],
    attempt: u32,
) -> Result<HashMap<u64, Inventory>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    let mut waiting: Vec<Vec<u64>> = ids.chunks(BATCH).rev().map(<[u64]>::to_vec).collect();
    while let Some(some) = waiting.pop() {
        let request = client.request(As::Shop, "/listings/batch/inventory", &[("listing_ids", &joined(&some))]);
        let error = match client.get(&request) {
            Ok(answer) => {
                let missing = read(&answer, &some, &mut found)?;
                match (missing.as_slice(), some.as_slice()) {
                    ([], _) => {}
                    ([_], [one]) => drop(found.insert(*one, Inventory::Without)),
                    _ => waiting.extend(missing.into_iter().map(|id| vec![id])),
                }
                continue;
            }
            Err(error) => error,
        };
        let hopeless = matches!(error, Error::Unavailable(_) | Error::Other(_)) && attempt >= GIVE_UP;
        match some.as_slice() {
            _ if error != Error::NotFound && !hopeless => return Err(error),
            [one] if error == Error::NotFound => {
                let exists = listing(client, *one)?.is_some();
                found.insert(*one, if exists { Inventory::Without } else { Inventory::Gone });
            }
            [one] => drop(found.insert(*one, Inventory::Unreadable(said(error)))),
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                waiting.extend([right.to_vec(), left.to_vec()]);
            }
        }
    }
    Ok(found)
}

/// Puts what the answer holds into `found`; the ids that were asked for and are not in it.
fn read(answer: &Answer, asked: &[u64], found: &mut HashMap<u64, Inventory>) -> Result<Vec<u64>, Error> {
    for listing in answer.list()?.1.into_iter().map(Raw::fields) {
        let Some(id) = listing.get("listing_id").id().filter(|id| asked.contains(id)) else { continue };
        let inventory = listing.get("inventory");
        let known = inventory.json().starts_with('{');
        found.insert(id, if known { Inventory::Found(inventory.json().to_owned()) } else { Inventory::Without });
    }
    Ok(asked.iter().copied().filter(|id| !found.contains_key(id)).collect())
}

/// Listings by id with images and videos; what is not in the answers does not exist. The batch is documented as public data,
/// so what it leaves out (drafts, perhaps) is asked for alone.
pub(crate) fn listings<T: Transport>(client: &Client<'_, T>, ids: &[u64]) -> Result<Vec<Answer>, Error> {
    let mut answers = Vec::new();
    for some in ids.chunks(BATCH) {
        let query = [("listing_ids", joined(some)), ("includes", "Images,Videos".to_owned())];
        let query: Vec<_> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let known: Vec<u64> = match client.get(&client.request(As::Shop, "/listings/batch", &query)) {
            Ok(answer) => {
                let known = answer.list()?.1.into_iter().filter_map(|row| Row::of(row).id).collect();
                answers.push(answer);
                known
            }
            // It is documented with a 404 too, and not for what.
            Err(Error::NotFound) => Vec::new(),
            Err(error) => return Err(error),
        };
        for id in some.iter().filter(|id| !known.contains(id)) {
            answers.extend(listing(client, *id)?);
        }
    }
    Ok(answers)
}

/// The elements of a batch, or the one listing of a single answer.
pub(crate) fn rows(answer: &Answer) -> Vec<Row<'_>> {
    let whole = Raw(Some(&answer.text));
    let results = whole.fields().get("results");
    let rows = if results.json().starts_with('[') { results.items() } else { vec![whole] };
    rows.into_iter().map(Row::of).collect()
}

fn listing<T: Transport>(client: &Client<'_, T>, id: u64) -> Result<Option<Answer>, Error> {
    let request = client.request(As::Shop, &format!("/listings/{id}"), &[("includes", "Images,Videos")]);
    match client.get(&request) {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn joined(ids: &[u64]) -> String {
    ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}

fn said(error: Error) -> String {
    match error {
        Error::Unavailable(why) | Error::Other(why) => why,
        other => format!("{other:?}"),
    }
}
