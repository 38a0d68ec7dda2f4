//! An import is complete, ends, and goes on from any of its cursors.

use std::collections::HashSet;

use entrepot_sandbox::{Page, PageRequest};

use super::{Outcome, Pages, Subject, recorded, told};
use crate::kit::{Shop, Walk};

/// Bytes; the host keeps a cursor with every page.
const LARGEST_CURSOR: usize = 64 << 10;
/// Ids that are asked for again.
const AGAIN: usize = 3;
const NOBODY: &str = "999999999999";

pub(super) async fn complete(subject: &Subject<'_>) -> (Option<Walk>, Outcome) {
    let walked = async {
        let (shop, replay) = subject.shop(None)?;
        let walk = shop.walk().await;
        recorded(&replay)?;
        walk.map_err(|error| told(&error))
    };
    match walked.await {
        Ok(walk) => {
            let outcome = accounted(&walk);
            (Some(walk), outcome)
        }
        Err(wrong) => (None, Err(wrong)),
    }
}

fn accounted(walk: &Walk) -> Outcome {
    if walk.items.is_empty() {
        return Err("nothing was imported; record an account with a few products".into());
    }
    let mut seen = HashSet::new();
    for item in &walk.items {
        if item.source_id.is_empty() {
            return Err("an item has no source_id".into());
        }
        if !seen.insert(item.source_id.as_str()) {
            return Err(format!("item {} is on two pages", item.source_id));
        }
    }
    small_cursors(&walk.pages)?;
    let live = walk.items.iter().filter(|item| !item.deleted).count() as u64;
    let listed = walk.pages.iter().map(|(_, page)| page.listed.len()).sum::<usize>() as u64;
    let declared = walk.pages.iter().rev().find_map(|(_, page)| page.total);
    // A list of all ids is a better word than a total.
    match declared.filter(|declared| listed == 0 && *declared != live) {
        Some(declared) => Err(format!("the pages declare {declared} items and show {live}")),
        None => Ok(format!("{live} items on {} pages", walk.pages.len())),
    }
}

pub(super) fn small_cursors(pages: &[(PageRequest, Page)]) -> Result<(), String> {
    let sizes = pages.iter().filter_map(|(_, page)| page.next.as_ref().map(String::len));
    sizes
        .max()
        .filter(|size| *size > LARGEST_CURSOR)
        .map_or(Ok(()), |size| Err(format!("a cursor has {size} bytes; keep what is found once in the page's context")))
}

/// Each page again, by itself, last first: an adapter keeps nothing between two calls but what it hands over.
pub(super) async fn restart(subject: &Subject<'_>, of: Pages) -> Outcome {
    restarted(subject, subject.pages(of)?).await
}

pub(super) async fn restarted(subject: &Subject<'_>, pages: &[(PageRequest, Page)]) -> Outcome {
    for (at, (request, page)) in pages.iter().enumerate().rev() {
        let (shop, replay) = subject.shop(None)?;
        let again = shop.fetch_page(request.clone()).await;
        recorded(&replay)?;
        let again = again.map_err(|error| format!("page {} from its cursor: {}", at + 1, told(&error)))?;
        if !same(&again, page) {
            return Err(format!("page {} is another one when it is asked for by its cursor alone", at + 1));
        }
        // A cursor may name what only this connection has, a file for example; where it leads has to be the same.
        if let (true, Some((_, following))) = (again.next != page.next, pages.get(at + 1)) {
            let context = again.context.clone().or_else(|| request.context.clone());
            let next = PageRequest { cursor: again.next, context, ..request.clone() };
            let next = shop.fetch_page(next).await;
            recorded(&replay)?;
            let next = next.map_err(|error| format!("page {} after a restart: {}", at + 2, told(&error)))?;
            if !same(&next, following) {
                return Err(format!("page {} is another one after a restart", at + 2));
            }
        }
    }
    Ok(format!("{} pages, each from its cursor", pages.len()))
}

/// But for the words of the cursor.
fn same(one: &Page, other: &Page) -> bool {
    let plain = |page: &Page| Page { next: page.next.as_ref().map(|_| String::new()), ..page.clone() };
    plain(one) == plain(other)
}

pub(super) async fn by_id(subject: &Subject<'_>) -> Outcome {
    let walk = subject.walk()?;
    let (shop, replay) = subject.shop(None)?;
    let context = walk.pages.iter().rev().find_map(|(_, page)| page.context.clone());
    let ids = wanted(walk);
    let found = shop.fetch_items(context, ids.clone()).await;
    recorded(&replay)?;
    let found = found.map_err(|error| told(&error))?;
    for id in ids.iter().filter(|id| *id != NOBODY) {
        let known = walk.items.iter().find(|item| item.source_id == *id);
        let again = found
            .iter()
            .find(|item| item.source_id == *id)
            .ok_or_else(|| format!("item {id} is not found by its id"))?;
        if known.is_some_and(|known| known.body != again.body) {
            return Err(format!("item {id} is another one when it is asked for by its id"));
        }
    }
    match found.iter().find(|item| item.source_id == NOBODY) {
        Some(_) => Err("an item that does not exist was found".into()),
        None => Ok(format!("{} items, and one that does not exist", ids.len() - 1)),
    }
}

fn wanted(walk: &Walk) -> Vec<String> {
    let known = walk.items.iter().filter(|item| !item.deleted && item.problems.is_empty()).take(AGAIN);
    known.map(|item| item.source_id.clone()).chain([NOBODY.to_owned()]).collect()
}

/// The requests that [`by_id`] needs, for a recording.
pub(crate) async fn ask_by_id(shop: &Shop, walk: &Walk) {
    let context = walk.pages.iter().rev().find_map(|(_, page)| page.context.clone());
    // Whatever comes of it is recorded; conformance judges it.
    drop(shop.fetch_items(context, wanted(walk)).await);
}
