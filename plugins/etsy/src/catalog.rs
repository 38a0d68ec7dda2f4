//! Listings, page by page.
//!
//! A full run reads every state's list with images and videos, a batch of inventories for each page, and then sweeps over all ids
//! once more. A delta reads the same lists without anything attached, and details only of what changed: Etsy has no
//! modified-since, so every row is looked at, and "stops early" means that nothing more is asked about the others. It is
//! complete: a listing that changed before the run began and not during it is in one list all the time, which
//! [`pages`](crate::pages) reads without losing such rows; one that changes during the run is the next delta's.

use std::collections::HashMap;

use entrepot_guest::paging;
use entrepot_guest::prelude::*;

use crate::client::Client;
use crate::details::{self, GIVE_UP, Inventory};
use crate::item::{Row, gone};
use crate::pages::{Cursor, Phase, Taken, size};
use crate::settings::Settings;
use crate::shop::{self, Shop};

/// Etsy's clock, and caches in front of its lists: what changed shortly before the moment asked for is returned too.
const OVERLAP_S: i64 = 10 * 60;

/// How often the list may be asked anew within one page.
const STEPS: u8 = 3;

pub fn fetch_page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let client = Client { transport, settings: Settings::of(channel)? };
    let (mut shop, news) = Shop::of(&client, request.context.as_deref())?;
    let full = request.scope == Scope::Everything;
    if news && full {
        shop.total = Some(shop::counts(&client)?.0.iter().sum());
    }
    let mut page = paging::empty_page();
    page.context = if news { Some(paging::encode(&Some(&shop))?) } else { None };
    let mut cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let includes = if full && cursor.phase == Phase::Items { "Images,Videos" } else { "" };
    for _ in 0..STEPS {
        let state = cursor.state()?;
        let size = size(request.limit, request.attempt);
        let answer = client.get(&client.listings(state, size, cursor.offset, includes))?;
        let (count, results) = answer.list()?;
        let rows: Vec<_> = results.into_iter().map(Row::of).collect();
        if request.attempt < GIVE_UP && !rows.iter().all(Row::is_object) {
            return Err(Error::Unavailable("Etsy answered with a list of something else than listings".to_owned()));
        }
        let marks: Vec<_> = rows.iter().map(Row::mark).collect();
        let (from, next) = match cursor.take(&marks, count, size)? {
            Taken::Lost(back) => {
                cursor = back;
                continue;
            }
            Taken::From(from, next) => (from, next.or_else(|| cursor.next_list(request.scope))),
        };
        let rows = &rows[from..];
        match cursor.phase {
            Phase::Sweep => page.listed = rows.iter().filter_map(|row| row.id).map(|id| id.to_string()).collect(),
            Phase::Items if full => {
                page.items = items(&client, &shop, rows, request.attempt)?;
                page.total = shop.total;
            }
            Phase::Items => page.items = changed(&client, &shop, rows, request)?,
        }
        page.next = next.map(|next| paging::encode(&next)).transpose()?;
        return Ok(page);
    }
    page.next = Some(paging::encode(&cursor)?);
    Ok(page)
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

/// Those of the rows that changed since, with what is asked about them.
fn changed<T: Transport>(
    client: &Client<'_, T>,
    shop: &Shop,
    rows: &[Row<'_>],
    request: &PageRequest,
) -> Result<Vec<RawItem>, Error> {
    let since = request.since.map_or(i64::MIN, |since| since.div_euclid(1000).saturating_sub(OVERLAP_S));
    let rows: Vec<_> = rows.iter().filter(|row| row.changed >= since).collect();
    let ids: Vec<u64> = rows.iter().filter_map(|row| row.id).collect();
    let answers = details::listings(client, &ids)?;
    let known = by_id(&answers);
    let there: Vec<u64> = ids.into_iter().filter(|id| known.contains_key(id)).collect();
    let inventories = details::inventories(client, &there, request.attempt)?;
    let item = |row: &&Row<'_>| match row.id {
        None => row.unidentified(),
        Some(id) => match (known.get(&id), inventories.get(&id)) {
            (Some(media), Some(inventory)) if *inventory != Inventory::Gone => {
                row.item(id, &media.fields, inventory, shop)
            }
            _ => gone(id),
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
    let (shop, _) = Shop::of(&client, context)?;
    let answers = details::listings(&client, &wanted)?;
    let mut known = by_id(&answers);
    // Anybody's listings can be asked for by id.
    known.retain(|id, row| wanted.contains(id) && row.belongs_to(client.settings.shop));
    let mut there: Vec<u64> = known.keys().copied().collect();
    there.sort_unstable();
    let inventories = match details::inventories(&client, &there, 0) {
        // There is no later attempt with less at a time: what cannot be read is set aside now.
        Err(Error::Unavailable(_) | Error::Other(_)) => details::inventories(&client, &there, GIVE_UP)?,
        found => found?,
    };
    let item = |id: &u64| match (known.get(id), inventories.get(id)) {
        (Some(row), Some(inventory)) if *inventory != Inventory::Gone => {
            Some(row.item(*id, &row.fields, inventory, &shop))
        }
        _ => None,
    };
    Ok(there.iter().filter_map(item).collect())
}

fn by_id(answers: &[crate::client::Answer]) -> HashMap<u64, Row<'_>> {
    answers.iter().flat_map(details::rows).filter_map(|row| Some((row.id?, row))).collect()
}
