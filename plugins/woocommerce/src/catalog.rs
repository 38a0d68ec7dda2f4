//! Goods, page by page.

use std::collections::HashSet;

use entrepot_guest::lenient::Raw;
use entrepot_guest::prelude::*;
use entrepot_guest::{http, json, paging, time};

use crate::apart;
use crate::categories::SURE;
use crate::client::{AT_ONCE, Client, Query};
use crate::failure::{accepted, is_about_items, is_too_many};
use crate::item::{Listed, elements};
use crate::pages::{Cursor, GIVE_UP, Phase};
use crate::reader::{Reader, got, page};
use crate::store::Store;
use crate::sweep;

/// A shop's clock and its slow saves: what changed shortly before the moment asked for is returned too.
const OVERLAP_MS: i64 = 2 * 60 * 1000;

/// From this attempt on, a page that fails is read product by product, as far as it can be.
const APART: u32 = 2;

/// More variations than these are too much for one page's memory; fewer products are asked for then, down to one.
const MOST_VARIATIONS: usize = 12_000;

pub fn fetch_page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let known = Store::of(transport, channel, request.context.as_deref(), request.attempt)?;
    let cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let site = known.0.site.clone();
    let mut reader = Reader::of(transport, &site, known);
    let mut page = reader.in_pages(|reader| match cursor.phase {
        Phase::Sweep => sweep::page(&reader.client, &cursor, reader.store.most, request.attempt),
        Phase::Products => products_page(reader, &cursor, request),
    })?;
    page.context = if reader.news { Some(paging::encode(&Some(&reader.store))?) } else { None };
    Ok(page)
}

fn products_page<T: Transport>(
    reader: &mut Reader<'_, T>,
    cursor: &Cursor,
    request: &PageRequest,
) -> Result<Page, Error> {
    let mut attempt = request.attempt;
    loop {
        let size = cursor.size(request.limit, reader.store.most, attempt);
        let query = page_query(request, cursor, size);
        let list = match reader.products(query.clone()) {
            Err(error) if request.attempt >= APART && is_about_items(&error) && !is_too_many(&error) => {
                return apart::page(reader, cursor, request, size, query, error);
            }
            other => other?,
        };
        let listed: Vec<_> = elements(&list.text)?.into_iter().map(Listed::of).collect();
        let products = listed.is_empty() || listed.iter().any(Listed::is_object);
        if request.attempt < GIVE_UP && !products {
            return Err(Error::Unavailable("the shop answered with a list of something else than products".to_owned()));
        }
        let variations: usize = listed.iter().filter_map(Listed::variations).map(|ids| ids.len()).sum();
        if variations > MOST_VARIATIONS && size > 1 {
            attempt += 1;
            continue;
        }
        let got = got(&list, listed.iter().map(Listed::mark), listed.len());
        let next = cursor.advance(size, got)?.map(|next| Cursor { failed: 0, ..next });
        let items = reader.with_variations(&listed, request.attempt)?;
        return page(cursor, request, got, next, items);
    }
}

fn page_query(request: &PageRequest, cursor: &Cursor, size: u64) -> Query<'static> {
    let mut query: Query<'_> = vec![
        ("status", "any".into()),
        ("orderby", "id".into()),
        ("order", "asc".into()),
        ("per_page", size.to_string()),
        ("page", cursor.page(size).to_string()),
    ];
    if let (Scope::ChangedSince, Some(since)) = (request.scope, request.since) {
        // Without an offset and with the flag: the one form that means UTC on every version that knows the flag.
        query.push(("modified_after", time::naive_utc(since.saturating_sub(OVERLAP_MS))));
        query.push(("dates_are_gmt", "true".into()));
    }
    query
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
    let known = Store::of(transport, channel, context, SURE)?;
    let site = known.0.site.clone();
    let mut reader = Reader::of(transport, &site, known);
    let mut items = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(100) {
        items.extend(reader.in_pages(|reader| match reader.by_ids(some) {
            Err(error) if is_about_items(&error) && !is_too_many(&error) => apart::items(reader, some, error),
            Err(error) => Err(error),
            Ok(lists) => reader.items_of(&lists, some, 0),
        })?);
    }
    let shown: HashSet<String> = items.iter().map(|item| item.source_id.clone()).collect();
    let missing: Vec<u64> = wanted.into_iter().filter(|id| !shown.contains(&id.to_string())).collect();
    confirm(&reader.client, &missing)?;
    Ok(items)
}

/// What does not come counts as gone, so each is asked for alone: a list may leave out what is there.
fn confirm<T: Transport>(client: &Client<'_, T>, missing: &[u64]) -> Result<(), Error> {
    for some in missing.chunks(AT_ONCE) {
        let fields = vec![("_fields", "id,status,type".to_owned())];
        let requests: Vec<_> =
            some.iter().map(|id| client.request(&format!("/wc/v3/products/{id}"), &fields)).collect();
        for (id, status) in some.iter().zip(http::ask_all(client.transport, &requests, status)) {
            if status?.is_some_and(|status| status != "trash") {
                let why =
                    format!("the shop's list leaves out product {id}, which it shows when it is asked for it alone");
                return Err(Error::Unavailable(why));
            }
        }
    }
    Ok(())
}

/// Of a product, where it is there. A variation answers at a product's address, too, and is none.
fn status(response: Response) -> Result<Option<String>, Error> {
    if matches!(response.status, 404 | 410) {
        return Ok(None);
    }
    let text = json::text(accepted(response)?.body)?;
    let fields = Raw::of(&text).fields();
    let is_product = fields.get("id").id().is_some() && fields.get("type").word().as_deref() != Some("variation");
    Ok(is_product.then(|| fields.get("status").word().unwrap_or_default().into_owned()))
}
