//! Goods, page by page: always those with a higher id than the last one seen, so that nothing moves between pages.

use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time};
use serde::{Deserialize, Serialize};

use crate::client::{Client, Query};
use crate::context::Context;
use crate::failure::is_about_items;
use crate::item::{Beside, Listed, VOLATILE, id_missing};
use crate::{apart, details, inventory, names};
use entrepot_guest::lenient::Raw;

/// Clocks and slow saves: what changed shortly before the moment asked for is returned too.
const OVERLAP_MS: i64 = 5 * 60 * 1000;

/// How many products to ask for by attempt; products of 600 variants are some hundred kilobytes each.
pub(crate) const SIZES: [u32; 5] = [100, 50, 10, 1, 1];

/// From this attempt on, a page that fails is read product by product, as far as it can be.
const APART: u32 = 2;

/// From this attempt on, what cannot be read beside the list is a problem of its products, and no longer of the page.
pub(crate) const SET_ASIDE: u32 = 3;

/// Of fewer products, all may be new, and have no stock by location yet.
const FEW: usize = 5;

/// Of a page that is larger, the rest is left to the next one: its items have to fit into memory twice.
const MOST_BYTES: usize = 16 << 20;

/// What comes with a product in one list without making its pages smaller.
const INCLUDE: &str = "variants,images,custom_fields,bulk_pricing_rules,videos";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Cursor {
    /// The highest id so far.
    pub(crate) after: u64,
    /// Items so far.
    pub(crate) seen: u64,
    /// What the store counted and did not show so far.
    pub(crate) missing: u64,
    /// The store counted fewer than it showed: what it counts is not believed.
    pub(crate) doubted: bool,
    /// Where the page before began, how many there were from there on, and how many it showed.
    pub(crate) before: Option<(u64, u64, u64)>,
    /// Products in a row that the store failed at.
    pub(crate) failed: u8,
}

pub fn fetch_page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let client = Client::of(transport, channel)?;
    let mut cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let (mut context, mut news) = Context::of(&client, channel, request.context.as_deref())?;

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
    let (mut context, mut news) = Context::of(&client, channel, context)?;
    let mut items = Vec::with_capacity(wanted.len());
    for some in wanted.chunks(50) {
        items.extend(match by_ids(&client, &mut context, &mut news, some) {
            Err(error) if is_about_items(&error) => apart::items(&client, &mut context, &mut news, some, error)?,
            other => other?,
        });
    }
    Ok(items)
}

/// These products, as many of them as exist. There is no later attempt with less at a time: what cannot be read beside them is set
/// aside.
pub(crate) fn by_ids<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    news: &mut bool,
    ids: &[u64],
) -> Result<Vec<RawItem>, Error> {
    let query: Query<'_> = vec![
        ("id:in", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
        ("limit", "50".into()),
        ("include", INCLUDE.into()),
        ("exclude_fields", VOLATILE.join(",")),
    ];
    let mut texts = Vec::with_capacity(ids.len());
    client.all("/v3/catalog/products", &query, None, |elements| {
        texts.extend(elements.iter().map(|element| element.json().to_owned()));
    })?;
    let mut listed: Vec<_> = texts.iter().map(|text| Listed::of(Raw(Some(text)))).collect();
    if listed.iter().any(|product| product.id.is_none()) {
        // It may be any of those that are wanted, and what does not come counts as gone.
        return Err(Error::Unavailable("BigCommerce answers with a product without a usable id".to_owned()));
    }
    listed.retain(|product| product.id.is_some_and(|id| ids.contains(&id)));
    match joined(client, context, news, &listed, 0) {
        Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) => {
            joined(client, context, news, &listed, SET_ASIDE)
        }
        other => other,
    }
}

pub(crate) fn joined<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    news: &mut bool,
    listed: &[Listed<'_>],
    attempt: u32,
) -> Result<Vec<RawItem>, Error> {
    let set_aside = attempt >= SET_ASIDE;
    if !set_aside && !listed.is_empty() && !listed.iter().any(Listed::is_object) {
        return Err(Error::Unavailable("BigCommerce answered with a list of something else than products".to_owned()));
    }
    *news |= names::learn(client, context, listed)?;
    let ids: Vec<u64> = listed.iter().filter_map(|product| product.id).collect();
    let tracked: Vec<u64> =
        listed.iter().filter(|product| product.is_tracked()).filter_map(|product| product.id).collect();
    let (mut details, no_details) = details::find(client, &ids, set_aside)?;
    let (mut stock, forbidden, no_stock) = inventory::find(client, context, &tracked, set_aside)?;
    *news |= forbidden;
    if tracked.len() >= FEW && stock.is_empty() && no_stock.is_empty() && !context.inventory_forbidden {
        if !set_aside && !context.inventory_empty {
            let count = tracked.len();
            let why =
                format!("BigCommerce shows no stock by location for any of {count} products whose stock it counts");
            return Err(Error::Unavailable(why));
        }
        *news |= !context.inventory_empty;
        context.inventory_empty = true;
    }

    let items = listed.iter().map(|product| {
        let id = product.id.unwrap_or_default();
        let mut beside = Beside { details: details.remove(&id).unwrap_or_default(), ..Beside::default() };
        if product.is_tracked() && !context.inventory_forbidden {
            beside.inventory = Some(stock.remove(&id).unwrap_or_default());
        }
        let mut problem = |path: &str, code: &str, message: &str| beside.problems.push(issue(path, code, message));
        if no_details.contains(&id) {
            problem(
                "/options",
                "options-unreadable",
                "BigCommerce fails when this product's options and modifiers are read.",
            );
        }
        if no_stock.contains(&id) {
            problem("/inventory", "inventory-unreadable", "BigCommerce fails when this product's stock is read.");
        }
        if product.id.is_none() {
            beside.problems.push(id_missing());
        }
        product.item(context, beside)
    });
    Ok(items.collect())
}
