//! Goods, page by page: always those with a higher id than the last one seen, so that nothing moves between pages.

use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time};
use serde::{Deserialize, Serialize};

use crate::client::{Client, Query};
use crate::context::Context;
use crate::item::{Beside, Listed, VOLATILE};
use crate::{details, inventory, names};

/// Clocks and slow saves: what changed shortly before the moment asked for is returned too.
const OVERLAP_MS: i64 = 5 * 60 * 1000;

/// How many products to ask for by attempt; products of 600 variants are some hundred kilobytes each.
pub(crate) const SIZES: [u32; 5] = [100, 50, 10, 1, 1];

/// From this attempt on, what cannot be read beside the list is a problem of its products, and no longer of the page.
pub(crate) const SET_ASIDE: u32 = 3;

/// Of a page that is larger, the rest is left to the next one: its items have to fit into memory twice.
const MOST_BYTES: usize = 16 << 20;

/// What comes with a product in one list without making its pages smaller.
const INCLUDE: &str = "variants,images,custom_fields,bulk_pricing_rules,videos";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Cursor {
    /// The highest id so far.
    after: u64,
    /// Items so far.
    seen: u64,
}

pub fn fetch_page<T: Transport>(transport: &T, channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let client = Client::of(transport, channel)?;
    let cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let (mut context, mut news) = Context::of(&client, channel, request.context.as_deref())?;

    let bare = request.attempt as usize >= SIZES.len();
    let list = client.list("/v3/catalog/products", &page_query(request, &cursor, bare))?;
    let elements = list.elements()?;
    let mut listed: Vec<_> = elements.data.iter().copied().map(Listed::of).collect();
    ascending(&listed, cursor.after)?;
    let answered = listed.len() as u64;
    listed.truncate(fitting(&listed));
    let last = listed.iter().filter_map(|product| product.id).next_back();
    let seen = cursor.seen + listed.len() as u64;

    let mut page = paging::empty_page();
    page.items = joined(&client, &mut context, &mut news, &listed, request.attempt, bare)?;
    // The total counts what is left from the cursor on. One that is below what was answered is none.
    let left = elements.total.filter(|total| *total >= answered);
    page.total = left.map(|left| cursor.seen + left);
    let ended = answered == 0 || left == Some(listed.len() as u64);
    if !ended {
        let Some(after) = last else {
            return Err(Error::Unavailable("none of the products of a page has a usable id".to_owned()));
        };
        page.next = Some(paging::encode(&Cursor { after, seen })?);
        page.wait = client.rest();
    }
    page.context = if news { Some(paging::encode(&Some(&context))?) } else { None };
    Ok(page)
}

fn page_query(request: &PageRequest, cursor: &Cursor, bare: bool) -> Query<'static> {
    let most = SIZES[(request.attempt as usize).min(SIZES.len() - 1)];
    let size = if request.limit == 0 { most } else { most.min(request.limit) };
    let mut query: Query<'_> = vec![("sort", "id".into()), ("direction", "asc".into()), ("limit", size.to_string())];
    if !bare {
        query.push(("include", INCLUDE.into()));
    }
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
        let query: Query<'_> = vec![
            ("id:in", some.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
            ("limit", "50".into()),
            ("include", INCLUDE.into()),
            ("exclude_fields", VOLATILE.join(",")),
        ];
        let list = client.list("/v3/catalog/products", &query)?;
        let mut listed: Vec<_> = list.elements()?.data.iter().copied().map(Listed::of).collect();
        listed.retain(|product| product.id.is_some_and(|id| some.contains(&id)));
        // There is no later attempt with less at a time: what cannot be read is set aside now.
        items.extend(match joined(&client, &mut context, &mut news, &listed, 0, false) {
            Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound) => {
                joined(&client, &mut context, &mut news, &listed, SET_ASIDE, false)?
            }
            other => other?,
        });
    }
    Ok(items)
}

fn joined<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    news: &mut bool,
    listed: &[Listed<'_>],
    attempt: u32,
    bare: bool,
) -> Result<Vec<RawItem>, Error> {
    let set_aside = attempt >= SET_ASIDE;
    if !set_aside && !listed.iter().all(Listed::is_object) {
        return Err(Error::Unavailable("BigCommerce answered with a list of something else than products".to_owned()));
    }
    *news |= names::learn(client, context, listed)?;
    let ids: Vec<u64> = listed.iter().filter_map(|product| product.id).collect();
    let tracked: Vec<u64> =
        listed.iter().filter(|product| product.is_tracked()).filter_map(|product| product.id).collect();
    let (mut details, no_details) = details::find(client, &ids, set_aside)?;
    let (mut stock, forbidden, no_stock) = inventory::find(client, context, &tracked, set_aside)?;
    *news |= forbidden;

    let items = listed.iter().map(|product| {
        let id = product.id.unwrap_or_default();
        let mut beside = Beside { details: details.remove(&id).unwrap_or_default(), ..Beside::default() };
        if product.is_tracked() && !context.inventory_forbidden {
            beside.inventory = Some(stock.remove(&id).unwrap_or_default());
        }
        let mut problem = |path: &str, code: &str, message: &str| beside.problems.push(issue(path, code, message));
        if product.id.is_none() {
            problem(
                "/product/id",
                "id-missing",
                "The store lists a product without a usable id; it cannot be imported.",
            );
        }
        if bare {
            problem("/product", "product-unreadable", "BigCommerce fails when this product is read with its variants.");
        }
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
        product.item(context, beside)
    });
    Ok(items.collect())
}
