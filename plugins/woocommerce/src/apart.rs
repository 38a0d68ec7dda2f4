//! A page at which the shop fails, because of one product perhaps: halved until that one is alone. The others come in, and it is named.

use entrepot_guest::prelude::*;

use crate::client::{List, Query};
use crate::failure::{is_about_items, words};
use crate::item::{elements, id_missing, unidentified};
use crate::pages::{Cursor, GIVE_UP, Got, HOPELESS, fingerprint};
use crate::reader::{Reader, got, id_query, page as page_of};
use crate::sweep;

/// Where all of so many fail, it is the shop that fails and not one product.
const ALL: usize = 4;

/// So many in a row, likewise.
const MOST_IN_A_ROW: u8 = 20;

/// The page that `query` asks for, without the products that the shop fails at, which are named. `error` is what it said to all of them.
pub(crate) fn page<T: Transport>(
    reader: &mut Reader<'_, T>,
    cursor: &Cursor,
    request: &PageRequest,
    size: u64,
    mut query: Query<'_>,
    error: Error,
) -> Result<Page, Error> {
    query.push(("_fields", "id".to_owned()));
    let list = match reader.client.list("/wc/v3/products", &query) {
        Err(again) if size == 1 && request.attempt >= HOPELESS && is_about_items(&again) => {
            return if answers_elsewhere(reader, cursor, query) {
                nameless(cursor, request, error)
            } else {
                Err(error)
            };
        }
        Err(_) => return Err(error),
        Ok(list) => list,
    };
    let elements = elements(&list.text)?;
    // Of those without a usable id the list of ids says nothing: each stands for its own place.
    let place = |at: usize| fingerprint((cursor.offset + at as u64).to_le_bytes());
    let marks =
        elements.iter().copied().enumerate().map(|(at, element)| sweep::id(element).unwrap_or_else(|| place(at)));
    let got = got(&list, marks, elements.len());
    let ids: Vec<u64> = elements.iter().copied().filter_map(sweep::id).collect();
    let (lists, failed) = halved(reader, &ids)?;
    let in_a_row = if failed.len() == ids.len() { cursor.failed.saturating_add(ids.len() as u8) } else { 0 };
    if (failed.len() == ids.len() && ids.len() >= ALL) || in_a_row > MOST_IN_A_ROW {
        return Err(error);
    }
    let mut items = reader.items_of(&lists, &ids, request.attempt)?;
    items.extend(failed.into_iter().map(|(id, why)| unreadable(id, &why)));
    let nameless = elements.iter().copied().filter(|element| sweep::id(*element).is_none());
    items.extend(nameless.map(|element| RawItem::unreadable(unidentified(element), id_missing())));
    let next = cursor.advance(size, got)?.map(|next| Cursor { failed: in_a_row, ..next });
    page_of(cursor, request, got, next, items)
}

/// Items by their ids, of which the shop fails at some. It is asked for the ids alone first: one that is away names none.
pub(crate) fn items<T: Transport>(
    reader: &mut Reader<'_, T>,
    ids: &[u64],
    error: Error,
) -> Result<Vec<RawItem>, Error> {
    let mut query = id_query(ids, reader.store.most);
    query.push(("_fields", "id".to_owned()));
    let Ok(list) = reader.client.list("/wc/v3/products", &query) else { return Err(error) };
    let there: Option<Vec<u64>> = elements(&list.text)?.into_iter().map(sweep::id).collect();
    // One of them may be that.
    let Some(mut there) = there else { return Err(error) };
    there.retain(|id| ids.contains(id));
    let (lists, failed) = halved(reader, &there)?;
    if failed.len() == there.len() && there.len() >= ALL {
        return Err(error);
    }
    let mut items = reader.items_of(&lists, &there, GIVE_UP)?;
    items.extend(failed.into_iter().map(|(id, why)| unreadable(id, &why)));
    Ok(items)
}

/// The products of these ids, and those at which the shop fails, each with what it says.
fn halved<T: Transport>(reader: &mut Reader<'_, T>, ids: &[u64]) -> Result<(Vec<List>, Vec<(u64, String)>), Error> {
    let (mut lists, mut failed) = (Vec::new(), Vec::new());
    let mut waiting = vec![ids.to_vec()];
    while let Some(some) = waiting.pop() {
        if some.is_empty() {
            continue;
        }
        match (reader.by_ids(&some), some.as_slice()) {
            (Ok(list), _) => lists.extend(list),
            (Err(error), _) if !is_about_items(&error) => return Err(error),
            (Err(error), [one]) => failed.push((*one, words(error))),
            (Err(_), many) => {
                let (left, right) = many.split_at(many.len() / 2);
                waiting.extend([right.to_vec(), left.to_vec()]);
            }
        }
    }
    Ok((lists, failed))
}

fn unreadable(id: u64, why: &str) -> RawItem {
    let message = format!(
        "The shop fails when it is asked for this product, so it cannot be imported: {why}. Open and save it in the shop, or look into \
         the shop's error log; the next import tries it again."
    );
    RawItem::unreadable(id.to_string(), issue("", "product-unreadable", message))
}

/// Whether the shop shows what stands at another place than the cursor's: where it does not, its whole list is out.
fn answers_elsewhere<T: Transport>(reader: &Reader<'_, T>, cursor: &Cursor, query: Query<'_>) -> bool {
    let place = cursor.page(1);
    let others = [Some(place + 1), Some(1), cursor.total].into_iter().flatten().filter(|other| *other != place);
    let mut query: Query<'_> = query.into_iter().filter(|(name, _)| *name != "page").collect();
    query.push(("page", String::new()));
    for other in others {
        query.pop();
        query.push(("page", other.to_string()));
        if reader.client.list("/wc/v3/products", &query).is_ok() {
            return true;
        }
    }
    false
}

/// The shop fails at a single place, and does not tell what stands there: that is said, and the run goes on behind it.
fn nameless(cursor: &Cursor, request: &PageRequest, error: Error) -> Result<Page, Error> {
    if cursor.failed >= MOST_IN_A_ROW {
        return Err(error);
    }
    let place = cursor.offset + 1;
    let message = format!(
        "The shop fails at the product at place {place} (in order of the ids), and does not even tell which one it is: {}. Its error log \
         does.",
        words(error)
    );
    // By what stands before it: that is the same in the next run.
    let name = format!("unidentified:{:016x}", fingerprint(cursor.previous.to_le_bytes()));
    let item = RawItem::unreadable(name, issue("", "product-unreadable", message));
    let got = Got { items: 1, total: cursor.total, pages: None, fingerprint: fingerprint(place.to_le_bytes()) };
    let next = Cursor { offset: place, size: 1, steady: 0, failed: cursor.failed + 1, ..cursor.clone() };
    let ended = cursor.total.is_some_and(|total| place >= total);
    page_of(cursor, request, got, (!ended).then_some(next), vec![item])
}
