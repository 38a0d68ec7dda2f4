//! The variations of a page's products: in one list where the shop has it, else product by product.

use std::collections::{HashMap, HashSet};

use entrepot_guest::prelude::*;

use crate::client::{AT_ONCE, Client, Query};
use crate::failure::{is_too_many, words};
use crate::item::{VARIATION_FIELDS, elements, write_object};
use crate::pages::fingerprint;
use crate::store::Store;
use entrepot_guest::lenient::{Fields, Raw, Record};

/// A product with variations, and which ones it lists; `None` where it does not.
#[derive(Clone, Debug)]
pub(crate) struct Parent {
    pub(crate) id: u64,
    pub(crate) expected: Option<Vec<u64>>,
}

/// Variations by product, as objects' texts, and what could not be read.
#[derive(Debug, Default)]
pub(crate) struct Found {
    by_parent: HashMap<u64, HashMap<u64, String>>,
    pub(crate) problems: HashMap<u64, Issue>,
    /// The shop has no list of all variations, whatever it seemed at first.
    pub(crate) no_global_list: bool,
}

/// A list of variations that goes on behind this does not end.
const MOST_PAGES: u64 = 2_000;

/// From this attempt on, a product whose variations cannot be read is set aside, so that the page goes on.
const GIVE_UP: u32 = 3;

pub(crate) fn find<T: Transport>(
    client: &Client<'_, T>,
    store: &Store,
    parents: &[Parent],
    attempt: u32,
) -> Result<Found, Error> {
    let mut search = Search { client, store, attempt, found: Found::default() };
    let mut rest = parents.to_vec();
    if store.global_variations && attempt < GIVE_UP {
        search.together(parents)?;
        rest.retain(|parent| !search.complete(parent));
    }
    search.one_by_one(&rest)?;
    for parent in parents {
        search.found.missing(parent);
    }
    Ok(search.found)
}

impl Found {
    /// In the product's own order; those it does not name after them, by id.
    pub(crate) fn take(&mut self, parent: &Parent) -> Vec<String> {
        let mut found = self.by_parent.remove(&parent.id).unwrap_or_default();
        let named = parent.expected.iter().flatten();
        let mut ordered: Vec<_> = named.filter_map(|id| found.remove(id)).collect();
        let mut others: Vec<_> = found.into_iter().collect();
        others.sort_unstable_by_key(|(id, _)| *id);
        ordered.extend(others.into_iter().map(|(_, text)| text));
        ordered
    }

    /// A product that names variations of which none came: taken as it is, all of them would count as gone.
    fn missing(&mut self, parent: &Parent) {
        let named = parent.expected.as_ref().map_or(0, Vec::len);
        if named > 0 && !self.by_parent.contains_key(&parent.id) {
            let message = format!(
                "The shop names {named} variations of product {} and shows none of them; the next import tries again.",
                parent.id
            );
            self.problems.entry(parent.id).or_insert_with(|| issue("/variations", "variations-unreadable", message));
        }
    }

    /// Keeps a page's variations; how many there were.
    fn add(&mut self, list: &str, of: Option<u64>, wanted: &HashSet<u64>) -> Result<u64, Error> {
        let elements = elements(list)?;
        let count = elements.len() as u64;
        for element in elements {
            let fields = Fields::of(element).unwrap_or_default();
            if let (None, Some(parent)) = (fields.get("id").id(), of) {
                // Left out, it would count as one that is gone.
                let message = "The shop answered with a variation of this product that cannot be read; the next import asks again.";
                self.problems.entry(parent).or_insert_with(|| issue("/variations", "product-incomplete", message));
            }
            // A product's own list needs no parent named (old versions do not), and a filter may be ignored.
            let parent = fields.get("parent_id").id().or(of).filter(|parent| wanted.contains(parent));
            if let (Some(id), Some(parent)) = (fields.get("id").id(), parent) {
                // Without its values it would be another one's like.
                if !fields.get("attributes").is_php_list_of(is_choice) {
                    let message = format!(
                        "The shop answered without the `attributes` of variation {id}, which were asked for; the next import asks again. A \
                         plugin may take them out."
                    );
                    self.problems.entry(parent).or_insert_with(|| issue("/variations", "product-incomplete", message));
                }
                let mut text = String::with_capacity(element.json().len());
                write_object(&fields, &mut text);
                self.by_parent.entry(parent).or_default().insert(id, text);
            }
        }
        Ok(count)
    }
}

/// Of any value it is "".
fn is_choice(attribute: Raw<'_>) -> bool {
    attribute.fields().get("option").text().is_some()
}

struct Search<'a, T> {
    client: &'a Client<'a, T>,
    store: &'a Store,
    attempt: u32,
    found: Found,
}

impl<T: Transport> Search<'_, T> {
    fn size(&self) -> u64 {
        [100, 50, 25, 10][self.attempt.min(3) as usize].min(self.store.most)
    }

    fn request(&self, route: &str, page: u64, extra: Option<(&'static str, String)>) -> Request {
        let mut query: Query<'_> = vec![
            ("orderby", "id".into()),
            ("order", "asc".into()),
            ("per_page", self.size().to_string()),
            ("page", page.to_string()),
            ("_fields", VARIATION_FIELDS.into()),
        ];
        query.extend(self.store.edit.then(|| ("context", "edit".to_owned())));
        query.extend(extra);
        self.client.request(route, &query)
    }

    fn complete(&self, parent: &Parent) -> bool {
        let found = self.found.by_parent.get(&parent.id);
        let named = |ids: &Vec<u64>| ids.iter().all(|id| found.is_some_and(|found| found.contains_key(id)));
        self.found.problems.contains_key(&parent.id) || parent.expected.as_ref().is_some_and(named)
    }

    /// All parents that say how many variations they have, in one list.
    fn together(&mut self, parents: &[Parent]) -> Result<(), Error> {
        let known: Vec<_> =
            parents.iter().filter(|parent| parent.expected.as_ref().is_some_and(|ids| !ids.is_empty())).collect();
        if known.is_empty() {
            return Ok(());
        }
        let wanted: HashSet<u64> = known.iter().map(|parent| parent.id).collect();
        let expected: u64 = known.iter().flat_map(|parent| &parent.expected).map(|ids| ids.len() as u64).sum();
        let ids = known.iter().map(|parent| parent.id.to_string()).collect::<Vec<_>>().join(",");
        // What the shop gives at a time, which may be less than it is asked for.
        let (mut given, mut seen) = (self.size(), 0);
        let mut page = 1;
        while page <= expected.div_ceil(given) {
            let last = expected.div_ceil(given).min(page + AT_ONCE as u64 - 1);
            let requests: Vec<_> = (page..=last)
                .map(|page| self.request("/wc/v3/variations", page, Some(("parent", ids.clone()))))
                .collect();
            for answer in self.client.lists(&requests) {
                let list = match answer {
                    Ok(list) => list,
                    Err(Error::NotFound | Error::Unsupported(_)) => {
                        self.found.no_global_list = true;
                        return Ok(());
                    }
                    Err(error) => return Err(error),
                };
                let count = self.found.add(&list.text, None, &wanted)?;
                seen += count;
                if count == 0 {
                    return Ok(());
                }
                if list.total.is_some_and(|total| seen < total) {
                    given = given.min(count);
                }
                // The filter was ignored: this is the list of the whole shop. The products' own lists are shorter.
                if list.total.is_some_and(|total| total > expected + expected / 2 + 100) {
                    return Ok(());
                }
            }
            page = last + 1;
        }
        Ok(())
    }

    fn one_by_one(&mut self, parents: &[Parent]) -> Result<(), Error> {
        let size = self.size();
        // Of each product: how many came, and what the last page looked like.
        let mut seen: HashMap<u64, (u64, u64)> = HashMap::new();
        let named: HashMap<u64, &Parent> = parents.iter().map(|parent| (parent.id, parent)).collect();
        let pages = |parent: &Parent| parent.expected.as_ref().map_or(1, |ids| (ids.len() as u64).div_ceil(size));
        let mut asked: HashMap<u64, u64> = parents.iter().map(|parent| (parent.id, pages(parent))).collect();
        let mut queue: Vec<(u64, u64)> =
            parents.iter().flat_map(|parent| (1..=pages(parent)).map(|page| (parent.id, page))).collect();
        while !queue.is_empty() {
            let mut more = Vec::new();
            for some in queue.chunks(AT_ONCE) {
                let requests: Vec<_> = some
                    .iter()
                    .map(|(id, page)| self.request(&format!("/wc/v3/products/{id}/variations"), *page, None))
                    .collect();
                for ((parent, page), answer) in some.iter().zip(self.client.lists(&requests)) {
                    let read = answer.and_then(|list| {
                        let count = self.found.add(&list.text, Some(*parent), &HashSet::from([*parent]))?;
                        let (seen, last) = seen.entry(*parent).or_default();
                        *seen += count;
                        let before = std::mem::replace(last, fingerprint(list.text.bytes()));
                        let same = before == *last;
                        // A short page is no end while the shop's total says more. Old versions leave the total out behind some
                        // proxies; then there is more until nothing comes, or all that the product names is there.
                        let all_named = || named.get(parent).is_some_and(|parent| self.complete(parent));
                        let goes_on = list.total.map_or_else(|| !all_named(), |total| *seen < total);
                        if let Some(total) = list.total.filter(|total| goes_on && count == 0 && *seen < *total) {
                            // What is counted and not shown is not gone.
                            let why = format!("the shop counts {total} of them and shows {seen}");
                            return Err(Error::Unavailable(why));
                        }
                        Ok(goes_on && count > 0 && !same && *page < MOST_PAGES)
                    });
                    match read {
                        Ok(goes_on) => {
                            if goes_on && asked.get(parent) == Some(page) {
                                asked.insert(*parent, page + 1);
                                more.push((*parent, page + 1));
                            }
                        }
                        Err(error) => self.set_aside(*parent, error)?,
                    }
                }
            }
            queue = more;
        }
        Ok(())
    }

    /// Waiting and refusals by the host concern the whole page; so does any failure that another try may cure.
    fn set_aside(&mut self, parent: u64, error: Error) -> Result<(), Error> {
        if self.attempt < GIVE_UP || matches!(error, Error::RateLimited(_) | Error::Denied(_)) || is_too_many(&error) {
            return Err(match error {
                // The shop lists the product: what belongs to it is missing for the moment.
                Error::NotFound => {
                    Error::Unavailable(format!("the shop does not find the variations of product {parent}"))
                }
                other => other,
            });
        }
        let why = words(error);
        let message = format!("The variations of product {parent} cannot be read: {why}");
        self.found.problems.entry(parent).or_insert_with(|| issue("/variations", "variations-unreadable", message));
        Ok(())
    }
}
