//! Goods, page by page.

use std::collections::HashMap;

use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time};

use crate::client::{Client, List, Query};
use crate::item::{Listed, PRODUCT_FIELDS, elements};
use crate::pages::{Cursor, Got, Phase, fingerprint};
use crate::store::Store;
use crate::sweep;
use crate::variations::{self, Parent};

/// A shop's clock and its slow saves: what changed shortly before the moment asked for is returned too.
const OVERLAP_MS: i64 = 2 * 60 * 1000;

/// From this attempt on, an element that is no object is kept as a dead letter instead of taking the page for a broken one.
const GIVE_UP: u32 = 3;

/// More variations than these are too much for one page's memory; fewer products are asked for then, down to one.
const MOST_VARIATIONS: usize = 12_000;

pub fn fetch_page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let (mut store, mut news) = Store::of(transport, channel, request.context.as_deref())?;
    let cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let site = store.site.clone();
    let client = Client { transport, site: &site };
    if cursor.phase == Phase::Sweep {
        return sweep::page(&client, &cursor, request.attempt);
    }

    let mut attempt = request.attempt;
    loop {
        let size = cursor.size(request.limit, attempt);
        let list = products(&client, &mut store, &mut news, page_query(request, &cursor, size))?;
        let listed: Vec<_> = elements(&list.text)?.into_iter().map(Listed::of).collect();
        if request.attempt < GIVE_UP && !listed.iter().all(Listed::is_object) {
            return Err(Error::Unavailable("the shop answered with a list of something else than products".to_owned()));
        }
        let variations: usize = listed.iter().filter_map(Listed::variations).map(|ids| ids.len()).sum();
        if variations > MOST_VARIATIONS && size > 1 {
            attempt += 1;
            continue;
        }
        let ids = listed.iter().flat_map(|product| product.id.unwrap_or_default().to_le_bytes());
        let got = Got { items: listed.len() as u64, total: list.total, fingerprint: fingerprint(ids) };
        let next = cursor.advance(size, got)?;

        let mut page = paging::empty_page();
        page.items = with_variations(&client, &mut store, &mut news, &listed, request.attempt)?;
        page.total = got.declared_total(cursor.offset);
        page.next = match next {
            Some(next) => Some(paging::encode(&next)?),
            None if request.scope == Scope::Everything => {
                Some(paging::encode(&sweep::start(page.total.or(cursor.total)))?)
            }
            None => None,
        };
        page.context = if news { Some(paging::encode(&Some(&store))?) } else { None };
        return Ok(page);
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
    let (mut store, mut news) = Store::of(transport, channel, context)?;
    let site = store.site.clone();
    let client = Client { transport, site: &site };
    let mut items = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(100) {
        let include = some.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let query = vec![
            ("include", include),
            ("status", "any".into()),
            ("orderby", "id".into()),
            ("order", "asc".into()),
            ("per_page", "100".into()),
        ];
        let list = products(&client, &mut store, &mut news, query)?;
        let mut listed: Vec<_> = elements(&list.text)?.into_iter().map(Listed::of).collect();
        // A shop that ignores `include` answers with its first hundred.
        listed.retain(|product| {
            product.id.is_some_and(|id| some.contains(&id)) && product.status().as_deref() != Some("trash")
        });
        items.extend(match with_variations(&client, &mut store, &mut news, &listed, 0) {
            // There is no later attempt with less at a time: what cannot be read is set aside now.
            Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound | Error::Unauthorized(_)) => {
                with_variations(&client, &mut store, &mut news, &listed, GIVE_UP)?
            }
            other => other?,
        });
    }
    Ok(items)
}

/// One page of products, with stored texts if the key may read them.
fn products<T: Transport>(
    client: &Client<'_, T>,
    store: &mut Store,
    news: &mut bool,
    mut query: Query<'_>,
) -> Result<List, Error> {
    query.push(("_fields", PRODUCT_FIELDS.into()));
    if store.edit {
        let mut edit = query.clone();
        edit.push(("context", "edit".into()));
        match client.list("/wc/v3/products", &edit) {
            Err(Error::Unauthorized(_)) => {
                let list = client.list("/wc/v3/products", &query)?;
                store.edit = false;
                *news = true;
                return Ok(list);
            }
            other => return other,
        }
    }
    client.list("/wc/v3/products", &query)
}

fn with_variations<T: Transport>(
    client: &Client<'_, T>,
    store: &mut Store,
    news: &mut bool,
    listed: &[Listed<'_>],
    attempt: u32,
) -> Result<Vec<RawItem>, Error> {
    let parents: Vec<_> = listed
        .iter()
        .filter_map(|product| Some(Parent { id: product.id?, expected: product.variations() }))
        .filter(|parent| parent.expected.as_ref().is_none_or(|ids| !ids.is_empty()))
        .collect();
    let mut found = variations::find(client, store, &parents, attempt)?;
    if found.no_global_list {
        store.global_variations = false;
        *news = true;
    }
    let by_id: HashMap<u64, &Parent> = parents.iter().map(|parent| (parent.id, parent)).collect();
    let items = listed.iter().map(|product| {
        let parent = product.id.and_then(|id| by_id.get(&id));
        let variations = parent.map(|parent| found.take(parent)).unwrap_or_default();
        let mut problems: Vec<_> = product.id.and_then(|id| found.problems.remove(&id)).into_iter().collect();
        if product.id.is_none() {
            problems.push(issue(
                "/id",
                "id-missing",
                "The shop lists a product without a usable id; it cannot be imported.",
            ));
        }
        product.item(&variations, store, problems)
    });
    Ok(items.collect())
}
