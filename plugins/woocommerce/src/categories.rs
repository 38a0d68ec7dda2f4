//! The shop's categories: products name their own ones, and only the list tells what is above them.

use std::collections::BTreeMap;

use entrepot_guest::lenient::{Fields, Raw};
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::client::{AT_ONCE, Client, List, Query};
use crate::failure::{is_too_many, or_unread, readable, was_there};
use crate::pages::LARGEST;

const ROUTE: &str = "/wc/v3/products/categories";

/// From this attempt on, a list of categories that is not whole is taken as it is: a plugin may hide some for good.
pub(crate) const SURE: u32 = 2;

/// No shop has more.
const MOST_CATEGORY_PAGES: u64 = 1_000;

/// Page sizes to try, where one is refused.
pub(crate) const SMALLER: [u64; 6] = [50, 25, 20, 10, 5, 1];

/// Id to title and parent (0 at the root).
type Known = BTreeMap<u64, (String, u64)>;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Categories {
    pub(crate) known: Known,
    /// The list could not be read, or not as a whole.
    pub(crate) unread: bool,
    /// It was read: a category that a product names and that is not in it was withheld.
    #[serde(default)]
    pub(crate) read: bool,
}

impl Categories {
    /// Whether something from this category upwards is among what could not be read.
    pub(crate) fn lack(&self, mut id: u64) -> bool {
        /// No shop nests deeper; what would is a circle.
        const DEEPEST: usize = 32;
        for _ in 0..DEEPEST {
            match self.known.get(&id) {
                None => return self.unread || self.read,
                Some((_, 0)) => return false,
                Some((_, parent)) => id = *parent,
            }
        }
        false
    }
}

pub(crate) fn first<T: Transport>(client: &Client<'_, T>) -> Request {
    client.request(ROUTE, &page_query(1, LARGEST))
}

/// All of them, and the page size that the shop takes.
pub(crate) fn read<T: Transport>(
    client: &Client<'_, T>,
    first: Result<List, Error>,
    attempt: u32,
    warnings: &mut Vec<String>,
) -> Result<(Categories, u64), Error> {
    let (first, most) = first_of(client, first);
    let read = readable(first).and_then(|first| first.map(|first| all(client, first, most)).transpose());
    let (read, unread) = or_unread(read, attempt)?;
    if unread {
        warnings.push(
            "The shop fails when its categories are read: products come with their own ones, without the names above theirs."
                .to_owned(),
        );
        return Ok((Categories { unread, ..Categories::default() }, most));
    }
    let Some((known, missing)) = read else {
        warnings
            .push("The key may not read categories: products come with their own ones, without parents.".to_owned());
        return Ok((Categories::default(), most));
    };
    if missing > 0 && attempt < SURE {
        return Err(Error::Unavailable(format!("the shop counts {missing} categories more than it shows")));
    }
    if missing > 0 {
        warnings.push(format!(
            "The shop counts {missing} categories more than it shows: products below these come without the names above theirs."
        ));
    }
    Ok((Categories { known, unread: missing > 0, read: true }, most))
}

/// The first page of categories, and the page size that the shop takes.
fn first_of<T: Transport>(client: &Client<'_, T>, mut first: Result<List, Error>) -> (Result<List, Error>, u64) {
    let mut most = LARGEST;
    for smaller in SMALLER {
        match &first {
            Err(error) if is_too_many(error) => {}
            _ => break,
        }
        most = smaller;
        first = client.list(ROUTE, &page_query(1, most));
    }
    (first, most)
}

fn page_query(page: u64, size: u64) -> Query<'static> {
    vec![
        ("per_page", size.to_string()),
        ("page", page.to_string()),
        ("orderby", "id".into()),
        ("order", "asc".into()),
        ("_fields", "id,name,parent".into()),
    ]
}

/// By id, and how many the shop counts more.
fn all<T: Transport>(client: &Client<'_, T>, first: List, size: u64) -> Result<(Known, u64), Error> {
    let mut categories = BTreeMap::new();
    let mut seen = 0;
    // How many came, how many so far, and whether any was new: a page that says nothing new is the end, also for a shop that answers
    // every page with the first.
    let mut add = |list: &List| {
        let records = Raw::of(&list.text).read::<Fields<'_>>();
        let before = categories.len();
        for record in &records {
            if let (Some(id), Some(name)) = (record.get("id").id(), record.get("name").name()) {
                categories.insert(id, (name, record.get("parent").id().unwrap_or(0)));
            }
        }
        seen += records.len() as u64;
        (records.len() as u64, seen, categories.len() > before)
    };
    let (mut total, mut page) = (first.total, 2);
    let (mut given, mut all, mut new) = add(&first);
    // A short page is no end: the shop may give fewer than it was asked for.
    while new && page < MOST_CATEGORY_PAGES && total.is_none_or(|total| all < total) {
        let pages = total.map_or(page, |total| total.div_ceil(given.max(1))).max(page);
        let last = pages.min(page + AT_ONCE as u64 - 1);
        let requests: Vec<_> = (page..=last).map(|page| client.request(ROUTE, &page_query(page, size))).collect();
        new = false;
        for answer in client.lists(&requests) {
            let list = answer.map_err(was_there)?;
            let (came, seen, any) = add(&list);
            (given, all, new, total) = (given.max(came), seen, new || any, list.total.or(total));
        }
        page = last + 1;
    }
    let missing = total.unwrap_or(0).saturating_sub(categories.len() as u64);
    Ok((categories, missing))
}
