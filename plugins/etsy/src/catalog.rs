//! Listings, page by page.
//!
//! A full run reads every state's list with images and videos, a batch of inventories for each page, and then sweeps over all ids
//! once more. A delta reads the same lists without anything attached, and details only of what changed: Etsy has no
//! modified-since, so every row is looked at, and "stops early" means that nothing more is asked about the others. It is
//! complete: a listing that changed before the run began and not during it is in one list all the time, which
//! [`pages`](crate::pages) reads without losing such rows; one that changes during the run is the next delta's.

use std::collections::{HashMap, HashSet};

use entrepot_guest::paging;
use entrepot_guest::prelude::*;

use crate::client::{Answer, Client};
use crate::details::{self, GIVE_UP, is_about_items, unreadable};
use crate::failure::Quota;
use crate::inventory::Inventory;
use crate::item::Row;
use crate::lists;
use crate::pages::{Cursor, Phase, Taken, size};
use crate::settings::Settings;
use crate::shop::{self, Shop};
use entrepot_guest::lenient::quoted;

/// Etsy's clock, and caches in front of its lists: what changed shortly before the moment asked for is returned too.
const OVERLAP_S: i64 = 10 * 60;

/// How often the list may be asked anew within one page.
const STEPS: u8 = 3;

/// From this attempt on, a page that fails is read listing by listing, as far as it can be.
const APART: u32 = 2;

/// From this attempt on, the single places of a list are looked at, and what cannot be shown there is passed by.
const HOPELESS: u32 = 5;

pub fn fetch_page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    let (mut shop, news) = Shop::of(&client, request.context.as_deref(), request.attempt)?;
    let full = request.scope == Scope::Everything;
    if news && full {
        shop.total = shop::counts(&client)?.0.into_iter().sum();
    }
    let mut page = paging::empty_page();
    page.context = if news { Some(paging::encode(&Some(&shop))?) } else { None };
    let mut cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    for _ in 0..STEPS {
        let state = cursor.state()?;
        let size = size(request.limit, request.attempt);
        let whole = full && cursor.phase == Phase::Items;
        let (read, bare) = rows(&client, state, size, &cursor, whole, request.attempt)?;
        let (count, results) = read.list()?;
        let rows: Vec<_> = results.into_iter().map(Row::of).collect();
        if request.attempt < GIVE_UP && !rows.is_empty() && !rows.iter().any(Row::is_object) {
            return Err(Error::Unavailable("Etsy answered with a list of something else than listings".to_owned()));
        }
        let marks: Vec<_> = rows.iter().map(Row::mark).collect();
        let taken = match cursor.take(&marks, count, size) {
            // Its place in the list is lost for good. Where the shop has come to rest, the run goes on from the list's beginning.
            Err(error) if !at_rest(&client, state, size, &cursor)? => return Err(error),
            Err(_) => Taken::Lost(cursor.anew()),
            Ok(taken) => taken,
        };
        let (from, next) = match taken {
            Taken::Lost(back) => {
                cursor = back;
                continue;
            }
            Taken::From(from, next) => (from, next.or_else(|| cursor.next_list(request.scope, count))),
        };
        let rows = &rows[from..];
        match cursor.phase {
            Phase::Sweep => {
                // What has no id that can be read is there all the same, and may be any of those that are missing.
                page.listed = rows.iter().map(Row::source_id).collect();
                // What Etsy counts in its lists as they are swept; the first one is swept twice and counts once.
                page.total = cursor.counted(count).filter(|_| next.is_none());
            }
            Phase::Items if full && !bare => {
                page.items = items(&client, &shop, rows, request.attempt)?;
                page.total = shop.total;
            }
            Phase::Items => {
                page.items = changed(&client, &shop, rows, request)?;
                page.total = shop.total.filter(|_| full);
            }
        }
        page.next = next.map(|next| paging::encode(&next)).transpose()?;
        return Ok(page);
    }
    page.next = Some(paging::encode(&cursor)?);
    Ok(page)
}

/// Whether the list's first two pages are of one list: the second shows the end of the first, and more.
fn at_rest<T: Transport>(client: &Client<'_, T>, state: &str, size: u64, cursor: &Cursor) -> Result<bool, Error> {
    let mut at = cursor.anew();
    for _ in 0..2 {
        let answer = client.get(&client.listings(state, size, at.offset, ""))?;
        let (count, results) = answer.list()?;
        let marks: Vec<_> = results.into_iter().map(|row| Row::of(row).mark()).collect();
        match at.take(&marks, count, size)? {
            Taken::From(_, None) => return Ok(true),
            Taken::From(from, Some(next)) if from < marks.len() => at = next,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// A page's rows, and whether they came without what was to come with them: where Etsy fails at a page, because of one listing perhaps,
/// it may show the rows alone; and where it does not, it may show some of them one by one.
fn rows<T: Transport>(
    client: &Client<'_, T>,
    state: &str,
    size: u64,
    cursor: &Cursor,
    whole: bool,
    attempt: u32,
) -> Result<(Answer, bool), Error> {
    let includes = if whole { "Images,Videos" } else { "" };
    let error = match client.get(&client.listings(state, size, cursor.offset, includes)) {
        Err(error) if attempt >= APART && is_about_items(&error) => error,
        other => return Ok((other?, false)),
    };
    if whole && let Ok(answer) = client.get(&client.listings(state, size, cursor.offset, "")) {
        return Ok((answer, true));
    }
    if attempt < HOPELESS {
        return Err(error);
    }
    one_by_one(client, state, size, cursor.offset, error).map(|answer| (answer, true))
}

/// Each place of the page by itself. Where Etsy fails there stands a row without an id, which becomes a dead letter.
fn one_by_one<T: Transport>(
    client: &Client<'_, T>,
    state: &str,
    size: u64,
    offset: u64,
    error: Error,
) -> Result<Answer, Error> {
    let requests: Vec<_> = (offset..offset + size).map(|place| client.listings(state, 1, place, "")).collect();
    let (mut count, mut rows, mut shown) = (None, Vec::new(), 0);
    for (place, answer) in (offset..).zip(client.get_all(&requests)) {
        match answer {
            Ok(answer) => {
                let (total, results) = answer.list()?;
                count = total.or(count);
                shown += results.len();
                rows.extend(results.iter().map(|row| row.json().to_owned()));
            }
            Err(error) if is_about_items(&error) => {
                let message = format!("Etsy fails at place {} of the listings that are {state}", place + 1);
                rows.push(format!("{{\"unreadable\":{}}}", quoted(&message)));
            }
            Err(error) => return Err(error),
        }
    }
    if shown == 0 {
        return Err(error);
    }
    let count = count.map_or_else(|| "null".to_owned(), |count| count.to_string());
    Ok(Answer { text: format!("{{\"count\":{count},\"results\":[{}]}}", rows.join(",")), quota: Quota::default() })
}

/// Rows that came with their images and videos.
fn items<T: Transport>(
    client: &Client<'_, T>,
    shop: &Shop,
    rows: &[Row<'_>],
    attempt: u32,
) -> Result<Vec<RawItem>, Error> {
    let ids: Vec<u64> = rows.iter().filter_map(|row| row.id).collect();
    let inventories = details::inventories(client, &ids, attempt)?;
    let item = |row: &Row<'_>| match row.id {
        None => Some(row.unidentified()),
        Some(id) => match inventories.get(&id) {
            None | Some(Inventory::Gone) => None,
            Some(inventory) => Some(row.item(id, &row.fields, inventory, shop)),
        },
    };
    Ok(rows.iter().filter_map(item).collect())
}

/// Those of the rows that changed since, all of them in a full run, with what is asked about them.
fn changed<T: Transport>(
    client: &Client<'_, T>,
    shop: &Shop,
    rows: &[Row<'_>],
    request: &PageRequest,
) -> Result<Vec<RawItem>, Error> {
    let full = request.scope == Scope::Everything;
    let since = request.since.map_or(i64::MIN, |since| since.div_euclid(1000).saturating_sub(OVERLAP_S));
    let rows: Vec<_> = rows.iter().filter(|row| full || row.changed >= since).collect();
    let ids: Vec<u64> = rows.iter().filter_map(|row| row.id).collect();
    let (answers, failed) = details::listings(client, &ids, request.attempt)?;
    let known = by_id(&answers);
    let there: Vec<u64> = ids.into_iter().filter(|id| known.contains_key(id)).collect();
    let inventories = details::inventories(client, &there, request.attempt)?;
    let item = |row: &&Row<'_>| match row.id {
        None => row.unidentified(),
        Some(id) => match (known.get(&id), inventories.get(&id)) {
            (Some(media), Some(inventory)) if *inventory != Inventory::Gone => {
                row.item(id, &media.fields, inventory, shop)
            }
            _ => match failed.iter().find(|(failed, _)| *failed == id) {
                Some((_, why)) => unreadable(id, why),
                None => RawItem::tombstone(id.to_string()),
            },
        },
    };
    Ok(rows.iter().map(item).collect())
}

pub fn fetch_items<T: Transport>(
    transport: &T,
    channel: &Channel,
    context: Option<&str>,
    ids: &[String],
) -> Result<Vec<RawItem>, Error> {
    let wanted: Vec<u64> = ids.iter().filter_map(|id| id.parse().ok()).filter(|id| *id > 0).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let client = Client { transport, settings: Settings::of(channel)? };
    let (shop, _) = Shop::of(&client, context, 0)?;
    let (answers, failed) = match details::listings(&client, &wanted, 0) {
        // There is no later attempt with less at a time. What fails alone, twice, is set aside; all of it is not.
        Err(error) if is_about_items(&error) => match details::listings(&client, &wanted, GIVE_UP)? {
            (_, failed) if failed.len() == wanted.len() => return Err(error),
            found => found,
        },
        found => found?,
    };
    let mut known = by_id(&answers);
    let found: HashSet<u64> = known.keys().chain(failed.iter().map(|(id, _)| id)).copied().collect();
    // Anybody's listings can be asked for by id.
    known.retain(|id, row| wanted.contains(id) && row.belongs_to(client.settings.shop));
    let mut there: Vec<u64> = known.keys().copied().collect();
    there.sort_unstable();
    let inventories = match details::inventories(&client, &there, 0) {
        // There is no later attempt with less at a time: what cannot be read is set aside now.
        Err(Error::Unavailable(_) | Error::Other(_)) => details::inventories(&client, &there, GIVE_UP)?,
        found => found?,
    };
    absent(
        &client,
        wanted.iter().copied().filter(|id| !found.contains(id) || inventories.get(id) == Some(&Inventory::Gone)),
    )?;
    let item = |id: &u64| match (known.get(id), inventories.get(id)) {
        (Some(row), Some(inventory)) if *inventory != Inventory::Gone => {
            Some(row.item(*id, &row.fields, inventory, &shop))
        }
        _ => None,
    };
    let failed = failed.iter().map(|(id, why)| unreadable(*id, why));
    Ok(there.iter().filter_map(item).chain(failed).collect())
}

/// What is left out of the answer does not exist, so that Etsy does not find it by its id has to be what its lists say, too.
fn absent<T: Transport>(client: &Client<'_, T>, ids: impl Iterator<Item = u64>) -> Result<(), Error> {
    let ids: Vec<u64> = ids.collect();
    match ids.is_empty() {
        true => Ok(()),
        false => lists::shown(client, &ids)?.first().map_or(Ok(()), |id| Err(lists::contradicted(*id))),
    }
}

fn by_id(answers: &[Answer]) -> HashMap<u64, Row<'_>> {
    answers.iter().flat_map(details::rows).filter_map(|row| Some((row.id?, row))).collect()
}
