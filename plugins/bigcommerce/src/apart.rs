//! A page at which the store fails, because of one product perhaps: halved until that one is alone. The others come in, and it is named.

use entrepot_guest::paging;
use entrepot_guest::prelude::*;

use crate::client::{Client, Query};
use crate::context::Context;
use crate::failure::{is_about_items, words};
use crate::item::{id_missing, unidentified};
use crate::reader::{Cursor, by_ids};

/// Where all of so many fail, it is the store that fails and not one product.
const ALL: usize = 4;

/// So many are taken apart in one page.
const TOGETHER: u32 = 10;

/// So many in a row, likewise.
const MOST_IN_A_ROW: u8 = 20;

/// From this attempt on, a product that cannot even be named is passed by.
const HOPELESS: u32 = 6;

/// The page that `query` asks for, without the products that the store fails at, which are named. `error` is what it said to all of them.
pub(crate) fn page<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    news: &mut bool,
    cursor: &Cursor,
    request: &PageRequest,
    query: &Query<'_>,
    error: Error,
) -> Result<Page, Error> {
    // However few were asked for last: of one alone nobody can say whether it is the store that fails.
    let mut some: Query<'_> = query.iter().filter(|(name, _)| *name != "limit").cloned().collect();
    some.push(("limit", TOGETHER.to_string()));
    let Ids { ids, nameless: odd, total } = match ids(client, &some).or_else(|_| ids(client, query)) {
        Ok(found) => found,
        Err(again) if request.attempt >= HOPELESS && is_about_items(&again) => {
            return nameless(client, cursor, query, error);
        }
        Err(_) => return Err(error),
    };
    let (items, failed) = halved(client, context, news, &ids)?;
    let in_a_row = if failed.len() == ids.len() { cursor.failed.saturating_add(ids.len() as u8) } else { 0 };
    if (failed.len() == ids.len() && ids.len() >= ALL) || in_a_row > MOST_IN_A_ROW {
        return Err(error);
    }
    let mut page = paging::empty_page();
    page.items = items;
    page.items.extend(failed.into_iter().map(|(id, why)| unreadable(id, &why)));
    let shown = (ids.len() + odd.len()) as u64;
    page.items.extend(odd);
    let left = total.filter(|total| *total >= shown && !cursor.doubted);
    page.total = left.map(|left| cursor.seen + cursor.missing + left);
    if let Some(after) = ids.last().copied().filter(|_| left != Some(shown)) {
        let (seen, missing) = (cursor.seen + shown, cursor.missing);
        let next = Cursor { after, seen, missing, doubted: cursor.doubted, before: None, failed: in_a_row };
        page.next = Some(paging::encode(&next)?);
    }
    Ok(page)
}

/// Items by their ids, of which the store fails at some. It is asked for the ids alone first: one that is away names none.
pub(crate) fn items<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    news: &mut bool,
    wanted: &[u64],
    error: Error,
) -> Result<Vec<RawItem>, Error> {
    let query: Query<'_> =
        vec![("id:in", wanted.iter().map(u64::to_string).collect::<Vec<_>>().join(",")), ("limit", "50".to_owned())];
    let Ok(Ids { ids: mut there, nameless, .. }) = ids(client, &query) else { return Err(error) };
    if !nameless.is_empty() {
        // One of them may be that.
        return Err(error);
    }
    there.retain(|id| wanted.contains(id));
    let (mut items, failed) = halved(client, context, news, &there)?;
    if failed.len() == there.len() && there.len() >= ALL {
        return Err(error);
    }
    items.extend(failed.into_iter().map(|(id, why)| unreadable(id, &why)));
    Ok(items)
}

/// What a query finds, without the products themselves.
struct Ids {
    ids: Vec<u64>,
    /// Dead letters of those whose id cannot be read.
    nameless: Vec<RawItem>,
    total: Option<u64>,
}

fn ids<T: Transport>(client: &Client<'_, T>, query: &Query<'_>) -> Result<Ids, Error> {
    let list = client.list("/v3/catalog/products", &light(query))?;
    let elements = list.elements()?;
    let (mut ids, mut nameless) = (Vec::new(), Vec::new());
    for element in elements.data {
        match element.fields().get("id").id() {
            Some(id) => ids.push(id),
            None => nameless.push(RawItem::unreadable(unidentified(element), id_missing())),
        }
    }
    Ok(Ids { ids, nameless, total: elements.total })
}

fn light<'a>(query: &Query<'a>) -> Query<'a> {
    let heavy = |name: &str| matches!(name, "include" | "exclude_fields");
    let kept = query.iter().filter(|(name, _)| !heavy(name)).cloned();
    kept.chain([("include_fields", "name".to_owned())]).collect()
}

/// The items of these ids, and those at which the store fails, each with what it says.
fn halved<T: Transport>(
    client: &Client<'_, T>,
    context: &mut Context,
    news: &mut bool,
    ids: &[u64],
) -> Result<(Vec<RawItem>, Vec<(u64, String)>), Error> {
    let (mut items, mut failed) = (Vec::new(), Vec::new());
    let mut waiting = vec![ids.to_vec()];
    while let Some(some) = waiting.pop() {
        if some.is_empty() {
            continue;
        }
        match (by_ids(client, context, news, &some), some.as_slice()) {
            (Ok(found), _) => items.extend(found),
            (Err(error), _) if !is_about_items(&error) => return Err(error),
            (Err(error), [one]) => failed.push((*one, words(error))),
            (Err(_), many) => {
                let (left, right) = many.split_at(many.len() / 2);
                waiting.extend([right.to_vec(), left.to_vec()]);
            }
        }
    }
    Ok((items, failed))
}

fn unreadable(id: u64, why: &str) -> RawItem {
    let message = format!(
        "BigCommerce fails when it is asked for this product, so it cannot be imported: {why}. Open and save it in the store; the next \
         import tries it again."
    );
    RawItem::unreadable(id.to_string(), issue("/product", "product-unreadable", message))
}

/// The store fails at the next product and does not tell its id. The one behind it does.
fn nameless<T: Transport>(
    client: &Client<'_, T>,
    cursor: &Cursor,
    query: &Query<'_>,
    error: Error,
) -> Result<Page, Error> {
    if cursor.failed >= MOST_IN_A_ROW {
        return Err(error);
    }
    let mut behind: Query<'_> = light(query).into_iter().filter(|(name, _)| *name != "limit").collect();
    behind.extend([("limit", "1".to_owned()), ("page", "2".to_owned())]);
    let list = client.list("/v3/catalog/products", &behind)?;
    let elements = list.elements()?;
    let next = elements.data.iter().filter_map(|element| element.fields().get("id").id()).find(|id| *id > cursor.after);
    let message = format!(
        "BigCommerce fails at the product that follows {} in order of the ids, and does not even tell which one it is: {}.",
        cursor.after,
        words(error)
    );
    let name = format!("unidentified:{:016x}", cursor.after);
    let mut page = paging::empty_page();
    page.items = vec![RawItem::unreadable(name, issue("/product", "product-unreadable", message))];
    page.total = elements.total.map(|total| cursor.seen + cursor.missing + total);
    if let Some(next) = next {
        let (seen, missing, failed) = (cursor.seen + 1, cursor.missing, cursor.failed + 1);
        let next = Cursor { after: next - 1, seen, missing, doubted: cursor.doubted, before: None, failed };
        page.next = Some(paging::encode(&next)?);
    }
    Ok(page)
}
