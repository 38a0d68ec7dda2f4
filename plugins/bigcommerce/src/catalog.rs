//! Goods, page by page: always those with a higher id than the last one seen, so that nothing moves between pages.

use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time};

use crate::apart;
use crate::client::{Client, Query};
use crate::context::Context;
use crate::failure::is_about_items;
use crate::item::{Listed, VOLATILE};
use crate::reader::{Cursor, INCLUDE, SET_ASIDE, by_ids, joined};

/// Clocks and slow saves: what changed shortly before the moment asked for is returned too.
const OVERLAP_MS: i64 = 5 * 60 * 1000;

/// How many products to ask for by attempt; products of 600 variants are some hundred kilobytes each.
pub(crate) const SIZES: [u32; 5] = [100, 50, 10, 1, 1];

/// From this attempt on, a page that fails is read product by product, as far as it can be.
const APART: u32 = 2;

/// Of a page that is larger, the rest is left to the next one: its items have to fit into memory twice.
const MOST_BYTES: usize = 16 << 20;

pub fn fetch_page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let client = Client::of(transport, channel)?;
    let mut cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let (mut context, mut news) =
        Context::of(&client, channel, request.context.as_deref(), request.attempt >= SET_ASIDE)?;

    let query = page_query(request, &cursor);
    let list = match client.list("/v3/catalog/products", &query) {
        Err(error) if request.attempt >= APART && is_about_items(&error) => {
            let mut page = apart::page(&client, &mut context, &mut news, &cursor, request, &query, error)?;
            page.context = if news { Some(paging::encode(&Some(&context))?) } else { None };
            return Ok(page);
        }
        other => other?,
    };
    let elements = list.elements()?;
    let mut listed: Vec<_> = elements.data.iter().copied().map(Listed::of).collect();
    // One that is there twice is one.
    listed.dedup_by(|product, before| product.id.is_some() && product.id == before.id);
    ascending(&listed, cursor.after)?;
    let answered = listed.len();
    cursor.doubted |= elements.total.is_some_and(|total| total < identified(&listed));
    listed.truncate(fitting(&listed));
    let last = listed.iter().filter_map(|product| product.id).next_back();
    let shown = identified(&listed);
    // The total counts what is left from the cursor on. One that is below what was answered is none, and then no later one is either.
    let left = elements.total.filter(|_| !cursor.doubted);
    cursor.missing += missing(&client, &cursor, &query, left)?;

    let mut page = paging::empty_page();
    page.items = joined(&client, &mut context, &mut news, &listed, request.attempt)?;
    // The store's word, from which nothing is taken away that was not shown.
    page.total = left.map(|left| cursor.seen + cursor.missing + left);
    // Without a total that can be believed, only an empty page proves the end.
    let ended = answered == 0 || (left == Some(shown) && listed.len() == answered);
    if !ended {
        let Some(after) = last else {
            return Err(Error::Unavailable("none of the products of a page has a usable id".to_owned()));
        };
        let before = left.map(|left| (cursor.after, left, shown));
        let next = Cursor {
            after,
            seen: cursor.seen + shown,
            missing: cursor.missing,
            doubted: cursor.doubted,
            before,
            failed: 0,
        };
        page.next = Some(paging::encode(&next)?);
        page.wait = client.rest();
    }
    page.context = if news { Some(paging::encode(&Some(&context))?) } else { None };
    Ok(page)
}

/// How many of the page before the store counts and does not show: between its beginning and this one there should be as many as it
/// showed. Where there seem to be more, the store is asked again, since what was deleted meanwhile is not missing.
fn missing<T: Transport>(
    client: &Client<'_, T>,
    cursor: &Cursor,
    query: &Query<'_>,
    left: Option<u64>,
) -> Result<u64, Error> {
    let Some(((after, counted, shown), left)) = cursor.before.zip(left) else { return Ok(0) };
    if counted <= left + shown {
        return Ok(0);
    }
    let mut again: Query<'_> = query
        .iter()
        .filter(|(name, _)| name.starts_with("date_modified"))
        .cloned()
        .chain([("limit", "1".to_owned()), ("include_fields", "name".to_owned())])
        .collect();
    if after > 0 {
        again.push(("id:greater", after.to_string()));
    }
    let counted = client.list("/v3/catalog/products", &again)?.elements()?.total.unwrap_or(0);
    Ok(counted.saturating_sub(left + shown))
}

/// Rows without an id are in no total.
fn identified(listed: &[Listed<'_>]) -> u64 {
    listed.iter().filter(|product| product.id.is_some()).count() as u64
}

fn page_query(request: &PageRequest, cursor: &Cursor) -> Query<'static> {
    let most = SIZES[(request.attempt as usize).min(SIZES.len() - 1)];
    let size = if request.limit == 0 { most } else { most.min(request.limit) };
    let mut query: Query<'_> = vec![("sort", "id".into()), ("direction", "asc".into()), ("limit", size.to_string())];
    query.push(("include", INCLUDE.into()));
    query.push(("exclude_fields", VOLATILE.join(",")));
    if cursor.after > 0 {
        query.push(("id:greater", cursor.after.to_string()));
    }
    if let (Scope::ChangedSince, Some(since)) = (request.scope, request.since) {
        // The whole instant: to a date alone the API adds the present time of day.
        let instant = format!("{}+00:00", time::naive_utc(since.saturating_sub(OVERLAP_MS)));
        query.push(("date_modified:min", instant));
    }
    query
}

/// How many products are small enough to be read at once; one always is.
fn fitting(listed: &[Listed<'_>]) -> usize {
    let mut bytes = 0;
    let fits = listed.iter().take_while(|product| {
        bytes += product.size();
        bytes <= MOST_BYTES
    });
    fits.count().max(1)
}

/// A server that sorts otherwise, or ignores where to begin, would make the run skip or repeat products.
pub(crate) fn ascending(listed: &[Listed<'_>], after: u64) -> Result<(), Error> {
    let mut last = after;
    for id in listed.iter().filter_map(|product| product.id) {
        if id <= last {
            // Not to be tried again with smaller pages: in those of one product the order could not be seen.
            return Err(Error::Unsupported(format!("BigCommerce answered product {id} out of order")));
        }
        last = id;
    }
    Ok(())
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
    let client = Client::of(transport, channel)?;
    let is_of_a_run = context.is_some();
    let (mut context, mut news) = Context::of(&client, channel, context, true)?;
    let mut items = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(50) {
        items.extend(match by_ids(&client, &mut context, &mut news, some) {
            Err(error) if is_about_items(&error) => apart::items(&client, &mut context, &mut news, some, error)?,
            other => other?,
        });
    }
    if context.lacks_names() && !is_of_a_run {
        // No later page tells the host of it, so whoever asked asks again.
        return Err(Error::Unavailable("the names of brands or categories cannot be read".to_owned()));
    }
    Ok(items)
}
