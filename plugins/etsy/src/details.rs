//! What a list of listings does not show: the inventory, and for single ones images and videos.

use std::collections::HashMap;

use entrepot_guest::prelude::*;

use crate::client::{Answer, As, Client};
use crate::inventory::Inventory;
use crate::item::Row;
use entrepot_guest::lenient::{Raw, in_one_order};

/// More are refused.
pub(crate) const BATCH: usize = 100;

/// From this attempt on, what cannot be read is set aside alone instead of stopping the page.
pub(crate) const GIVE_UP: u32 = 3;

/// Where all of so many fail, it is Etsy that fails and not one listing.
const ALL: usize = 4;

/// The inventories of these listings, all of them in the answer. One unknown id makes Etsy refuse the whole call, so the call is
/// halved until the unknown one stands alone.
pub(crate) fn inventories<T: Transport>(
    client: &Client<'_, T>,
    ids: &[u64],
    attempt: u32,
) -> Result<HashMap<u64, Inventory>, Error> {
    let (mut found, mut refused) = (HashMap::with_capacity(ids.len()), Vec::new());
    let mut waiting: Vec<Vec<u64>> = ids.chunks(BATCH).rev().map(<[u64]>::to_vec).collect();
    while let Some(some) = waiting.pop() {
        let request = client.request(As::Shop, "/listings/batch/inventory", &[("listing_ids", &joined(&some))]);
        let error = match client.get(&request).and_then(|answer| read(&answer, &some, &mut found)) {
            Ok(missing) => {
                match (missing.as_slice(), some.as_slice()) {
                    ([], _) => {}
                    // A listing that exists has a row, with or without a record: this answer is not whole.
                    ([_], [one]) if attempt < GIVE_UP => {
                        return Err(Error::Unavailable(format!("Etsy leaves out the inventory of listing {one}")));
                    }
                    ([_], [one]) => {
                        let why = "Etsy answers without it".to_owned();
                        drop(found.insert(*one, Inventory::Unreadable(why)));
                    }
                    _ => waiting.extend(missing.into_iter().map(|id| vec![id])),
                }
                continue;
            }
            Err(error) => error,
        };
        // The host knows by now that the account is well: a refusal is of one of these, too.
        let of_one = is_about_items(&error) || matches!(error, Error::Unauthorized(_));
        let hopeless = of_one && attempt >= GIVE_UP;
        match some.as_slice() {
            _ if error != Error::NotFound && !hopeless => return Err(error),
            [one] if error == Error::NotFound => {
                let exists = listing(client, *one)?.is_some();
                found.insert(*one, if exists { Inventory::Without } else { Inventory::Gone });
            }
            [one] => {
                refused.extend(matches!(error, Error::Unauthorized(_)).then(|| error.clone()));
                found.insert(*one, Inventory::Unreadable(said(error)));
            }
            many => {
                let (left, right) = many.split_at(many.len() / 2);
                waiting.extend([right.to_vec(), left.to_vec()]);
            }
        }
    }
    // Refused one and all, it is about the account.
    match refused.pop() {
        Some(error) if refused.len() + 1 == ids.len() && ids.len() >= ALL => Err(error),
        _ => Ok(found),
    }
}

/// Puts what the answer holds into `found`; the ids that were asked for and are not in it.
fn read(answer: &Answer, asked: &[u64], found: &mut HashMap<u64, Inventory>) -> Result<Vec<u64>, Error> {
    for listing in answer.list()?.1.into_iter().map(Raw::fields) {
        let Some(id) = listing.get("listing_id").id() else { return Err(no_id()) };
        if !asked.contains(&id) {
            continue;
        }
        let inventory = listing.get("inventory");
        let inventory = match inventory.is_object() {
            true => Inventory::Found(in_one_order(inventory, false, &["offerings"])),
            false if inventory.is_null() => Inventory::Without,
            false => Inventory::Unreadable("its record is no object".to_owned()),
        };
        found.insert(id, inventory);
    }
    Ok(asked.iter().copied().filter(|id| !found.contains_key(id)).collect())
}

/// Listings by id with images and videos; what is not in the answers does not exist. The batch is documented as public data,
/// so what it leaves out (drafts, perhaps) is asked for alone.
///
/// From the attempt on at which single listings are set aside, a batch that fails is halved until the one that Etsy fails at is alone:
/// the ids of those, each with what Etsy says.
pub(crate) fn listings<T: Transport>(
    client: &Client<'_, T>,
    ids: &[u64],
    attempt: u32,
) -> Result<(Vec<Answer>, Vec<(u64, String)>), Error> {
    let (mut answers, mut failed) = (Vec::new(), Vec::new());
    let mut waiting: Vec<&[u64]> = ids.chunks(BATCH).rev().collect();
    while let Some(some) = waiting.pop() {
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
            Err(error) if attempt >= GIVE_UP && is_about_items(&error) => {
                match some {
                    [one] => failed.push((*one, said(error))),
                    many => {
                        let (left, right) = many.split_at(many.len() / 2);
                        waiting.extend([right, left]);
                    }
                }
                continue;
            }
            Err(error) => return Err(error),
        };
        for id in some.iter().filter(|id| !known.contains(id)) {
            match listing(client, *id) {
                Err(error) if attempt >= GIVE_UP && is_about_items(&error) => failed.push((*id, said(error))),
                other => answers.extend(other?),
            }
        }
    }
    if failed.len() == ids.len() && ids.len() >= ALL {
        return Err(Error::Unavailable(format!("Etsy fails at each of {} listings: {}", ids.len(), failed[0].1)));
    }
    Ok((answers, failed))
}

/// Another try, with less at a time or for each alone, may fare better: it is not about the account, and nobody asked to wait.
pub(crate) fn is_about_items(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Other(_))
}

/// A listing that exists and at which Etsy fails.
pub(crate) fn unreadable(id: u64, why: &str) -> RawItem {
    let message = format!(
        "Etsy fails when it is asked for this listing, so it cannot be imported: {why}. Open and save it on Etsy; the next import tries \
         it again."
    );
    RawItem::unreadable(id.to_string(), issue("/listing", "listing-unreadable", message))
}

/// The elements of a batch, or the one listing of a single answer.
pub(crate) fn rows(answer: &Answer) -> Vec<Row<'_>> {
    let whole = Raw::of(&answer.text);
    let results = whole.fields().get("results");
    let rows = results.list().unwrap_or_else(|| vec![whole]);
    rows.into_iter().map(Row::of).collect()
}

fn listing<T: Transport>(client: &Client<'_, T>, id: u64) -> Result<Option<Answer>, Error> {
    let request = client.request(As::Shop, &format!("/listings/{id}"), &[("includes", "Images,Videos")]);
    match client.get(&request) {
        // Taken for the answer about another one, it would make this one gone.
        Ok(answer) if rows(&answer).iter().all(|row| row.id.is_none()) => Err(no_id()),
        Ok(answer) => Ok(Some(answer)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn no_id() -> Error {
    Error::Unavailable("Etsy answers with a listing without a usable id".to_owned())
}

fn joined(ids: &[u64]) -> String {
    ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}

pub(crate) fn said(error: Error) -> String {
    match error {
        Error::Unavailable(why) | Error::Other(why) => why,
        other => format!("{other:?}"),
    }
}
