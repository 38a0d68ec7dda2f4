//! The last part of a full run: the ids of everything there is, so that what slipped between pages is found and what is gone
//! is known to be gone.

use std::collections::HashSet;

use entrepot_guest::prelude::*;
use entrepot_guest::{log, paging};

use crate::client::{AT_ONCE, Client};
use crate::failure::{is_about_items, was_there};
use crate::item::{elements, unidentified};
use crate::pages::{Cursor, Got, HOPELESS, LARGEST, Phase, fingerprint, same_page_again};
use entrepot_guest::lenient::Raw;

/// Passes begun anew because the shop changed under them; the last one counts as it is.
const MOST_REDOS: u8 = 3;

/// The cursor a sweep begins with: `last` is that of the products' pages. Its total says how many pages to ask for at once.
pub(crate) fn start(last: &Cursor, total: Option<u64>) -> Cursor {
    Cursor { phase: Phase::Sweep, total, cap: last.cap, ..Cursor::default() }
}

pub(crate) fn page<T: Transport>(
    client: &Client<'_, T>,
    cursor: &Cursor,
    most_items: u64,
    attempt: u32,
) -> Result<Page, Error> {
    let size = cursor.size(0, most_items, attempt.saturating_sub(1));
    let most = if attempt == 0 { AT_ONCE as u64 } else { 1 };
    let left = cursor.total.map_or(most, |total| total.saturating_sub(cursor.offset).div_ceil(size));
    let pages = left.clamp(1, most);
    let requests: Vec<_> = (0..pages).map(|page| request(client, size, cursor.page(size) + page)).collect();

    let mut next = Cursor { size: if size < LARGEST { size } else { 0 }, ..cursor.clone() };
    let (mut ids, mut known) = (Vec::new(), HashSet::new());
    let (mut ended, mut moved) = (false, false);
    for answer in client.lists(&requests) {
        let list = match answer {
            // Something of no name stands here. The list lacks it, and the shop's total does not.
            Err(error) if size == 1 && attempt >= HOPELESS && is_about_items(&error) => {
                next.offset += 1;
                continue;
            }
            other => other.map_err(was_there)?,
        };
        let elements = elements(&list.text)?;
        let fingerprint = fingerprint(list.text.bytes());
        let got = Got { items: elements.len() as u64, total: list.total, pages: list.pages, fingerprint };
        // Where none has a usable id, pages look alike; the shop's total ends them.
        let known_again = list.total.is_none() || elements.iter().any(|element| id(*element).is_some());
        if got.items == size && got.fingerprint == next.previous && known_again {
            return Err(same_page_again());
        }
        next.previous = got.fingerprint;
        let total = got.believable_total(next.offset);
        // The first page of a pass sets what the others are compared with; the products' pages were earlier.
        moved |= next.offset > 0 && total.is_some() && next.total.is_some() && total != next.total;
        next.total = if got.items == 0 { next.total } else { total };
        for element in elements {
            match id(element) {
                Some(id) if !known.insert(id) => {}
                Some(id) => ids.push(id.to_string()),
                // Something is there, and may be any of those that are missing.
                None => ids.push(unidentified(element)),
            }
        }
        let capped = next.cap;
        ended = !next.step(size, got);
        // The pages behind are not where they were asked for.
        if ended || next.cap != capped {
            break;
        }
    }
    next.listed += ids.len() as u64;

    let mut page = paging::empty_page();
    page.listed = ids;
    page.next = if moved && cursor.redo < MOST_REDOS {
        log::info("the shop changed during the sweep over its ids, which begins again", &[]);
        Some(paging::encode(&Cursor { redo: cursor.redo + 1, ..start(&next, next.total) })?)
    } else if ended {
        None
    } else {
        Some(paging::encode(&next)?)
    };
    // The shop's word, and none where it changed while it was given.
    page.total = next.total.filter(|_| !moved);
    Ok(page)
}

fn request<T: Transport>(client: &Client<'_, T>, size: u64, page: u64) -> Request {
    let query = vec![
        ("_fields", "id".to_owned()),
        ("status", "any".to_owned()),
        ("orderby", "id".to_owned()),
        ("order", "asc".to_owned()),
        ("per_page", size.to_string()),
        ("page", page.to_string()),
    ];
    client.request("/wc/v3/products", &query)
}

/// The id of a product, or of an element that stands for one.
pub(crate) fn id(element: Raw<'_>) -> Option<u64> {
    element.fields().get("id").id()
}
