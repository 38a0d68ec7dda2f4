//! The last part of a full run: the ids of everything there is, so that what slipped between pages is found and what is gone
//! is known to be gone.

use std::collections::HashSet;

use entrepot_guest::prelude::*;
use entrepot_guest::{log, paging};

use crate::client::{AT_ONCE, Client};
use crate::item::elements;
use crate::pages::{Cursor, Got, Phase, fingerprint, same_page_again};
use entrepot_guest::lenient::Fields;

/// Passes begun anew because the shop changed under them; the last one counts as it is.
const MOST_REDOS: u8 = 3;

/// The cursor a sweep begins with. The total of the products' pages says how many pages to ask for at once.
pub(crate) fn start(total: Option<u64>) -> Cursor {
    Cursor { phase: Phase::Sweep, total, ..Cursor::default() }
}

pub(crate) fn page<T: Transport>(client: &Client<'_, T>, cursor: &Cursor, attempt: u32) -> Result<Page, Error> {
    let size = cursor.size(100, attempt.saturating_sub(1));
    let most = if attempt == 0 { AT_ONCE as u64 } else { 1 };
    let left = cursor.total.map_or(most, |total| total.saturating_sub(cursor.offset).div_ceil(size));
    let pages = left.clamp(1, most);
    let requests: Vec<_> = (0..pages)
        .map(|page| {
            let query = vec![
                ("_fields", "id".to_owned()),
                ("status", "any".to_owned()),
                ("orderby", "id".to_owned()),
                ("order", "asc".to_owned()),
                ("per_page", size.to_string()),
                ("page", (cursor.page(size) + page).to_string()),
            ];
            client.request("/wc/v3/products", &query)
        })
        .collect();

    let mut next = cursor.clone();
    let (mut ids, mut known) = (Vec::new(), HashSet::new());
    let (mut ended, mut moved, mut last) = (false, false, 0);
    for answer in client.lists(&requests) {
        let list = answer?;
        let elements = elements(&list.text)?;
        let got = Got { items: elements.len() as u64, total: list.total, fingerprint: fingerprint(list.text.bytes()) };
        if got.items == size && got.fingerprint == last {
            return Err(same_page_again());
        }
        last = got.fingerprint;
        let total = got.believable_total(next.offset);
        // The first page of a pass sets what the others are compared with; the products' pages were earlier.
        moved |= next.offset > 0 && total.is_some() && next.total.is_some() && total != next.total;
        next.total = if got.items == 0 { next.total } else { total };
        for element in elements {
            let fields = serde_json::from_str::<Fields<'_>>(element.json()).unwrap_or_default();
            if let Some(id) = fields.get("id").id().filter(|id| known.insert(*id)) {
                ids.push(id.to_string());
            }
        }
        next.offset += size;
        ended |= got.items == 0 || (got.items < size && total.is_some_and(|total| next.offset >= total));
    }
    next.listed += ids.len() as u64;

    let mut page = paging::empty_page();
    page.listed = ids;
    page.total = next.total;
    page.next = if moved && cursor.redo < MOST_REDOS {
        log::info("the shop changed during the sweep over its ids, which begins again", &[]);
        Some(paging::encode(&Cursor { redo: cursor.redo + 1, ..start(next.total) })?)
    } else if ended {
        page.total = next.total.map(|_| next.listed);
        None
    } else {
        Some(paging::encode(&next)?)
    };
    Ok(page)
}
