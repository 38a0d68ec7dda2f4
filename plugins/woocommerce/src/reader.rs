//! Reading products: what reading by page and reading one by one have in common.

use std::collections::{HashMap, HashSet};

use entrepot_guest::paging;
use entrepot_guest::prelude::*;

use crate::client::{Client, List, Query};
use crate::failure::{is_too_many, was_there};
use crate::item::{Listed, PRODUCT_FIELDS, elements, id_missing};
use crate::pages::{Cursor, GIVE_UP, Got, fingerprint};
use crate::site::Site;
use crate::store::Store;
use crate::sweep;
use crate::variations::{self, Parent};

/// The shop, and what is known of it.
pub(crate) struct Reader<'a, T> {
    pub(crate) client: Client<'a, T>,
    pub(crate) store: Store,
    /// Something of `store` is to be kept.
    pub(crate) news: bool,
}

impl<'a, T: Transport> Reader<'a, T> {
    pub(crate) fn of(transport: &'a T, site: &'a Site, (store, news): (Store, bool)) -> Self {
        Self { client: Client { transport, site }, store, news }
    }

    /// Tried again with a smaller page size for as long as the shop refuses it.
    pub(crate) fn in_pages<R>(&mut self, read: impl Fn(&mut Self) -> Result<R, Error>) -> Result<R, Error> {
        loop {
            match read(self) {
                Err(error) if is_too_many(&error) && self.store.ask_for_less() => self.news = true,
                other => return other,
            }
        }
    }
}

/// What came, as paging sees it.
pub(crate) fn got(list: &List, marks: impl Iterator<Item = u64>, items: usize) -> Got {
    let fingerprint = fingerprint(marks.flat_map(u64::to_le_bytes));
    Got { items: items as u64, total: list.total, pages: list.pages, fingerprint }
}

pub(crate) fn page(
    cursor: &Cursor,
    request: &PageRequest,
    got: Got,
    next: Option<Cursor>,
    items: Vec<RawItem>,
) -> Result<Page, Error> {
    let mut page = paging::empty_page();
    page.items = items;
    page.total = got.declared_total(cursor.offset);
    page.next = match next {
        Some(next) => Some(paging::encode(&next)?),
        None if request.scope == Scope::Everything => {
            Some(paging::encode(&sweep::start(cursor, page.total.or(cursor.total)))?)
        }
        None => None,
    };
    Ok(page)
}

impl<T: Transport> Reader<'_, T> {
    /// One page of products, with stored texts if the key may read them.
    pub(crate) fn products(&mut self, mut query: Query<'_>) -> Result<List, Error> {
        query.push(("_fields", PRODUCT_FIELDS.into()));
        if self.store.edit {
            let mut edit = query.clone();
            edit.push(("context", "edit".into()));
            match self.client.list("/wc/v3/products", &edit).map_err(was_there) {
                Err(Error::Unauthorized(_)) => {
                    let list = self.client.list("/wc/v3/products", &query).map_err(was_there)?;
                    self.store.edit = false;
                    self.news = true;
                    return Ok(list);
                }
                other => return other,
            }
        }
        self.client.list("/wc/v3/products", &query).map_err(was_there)
    }

    /// These products, in as many lists as the shop takes.
    pub(crate) fn by_ids(&mut self, ids: &[u64]) -> Result<Vec<List>, Error> {
        let size = usize::try_from(self.store.most).unwrap_or(100).max(1);
        let mut lists = Vec::new();
        let mut waiting: Vec<Vec<u64>> = ids.chunks(size).rev().map(<[u64]>::to_vec).collect();
        while let Some(some) = waiting.pop() {
            let list = self.products(id_query(&some, self.store.most))?;
            let shown: Option<Vec<u64>> = elements(&list.text)?.into_iter().map(sweep::id).collect();
            // It may be any of those that are wanted, and what does not come counts as gone.
            let shown = shown
                .ok_or_else(|| Error::Unavailable("the shop answers with a product without a usable id".to_owned()))?;
            let missing: Vec<u64> = some.iter().copied().filter(|id| !shown.contains(id)).collect();
            // Fewer came than the shop says there are of them: it gives no more at once.
            let more = list.total.is_some_and(|total| total as usize > shown.len() && total as usize <= some.len());
            if more && missing.len() == some.len() {
                // What is counted and not shown is not gone.
                return Err(Error::Unavailable("the shop counts products that it does not show".to_owned()));
            }
            if more {
                waiting.push(missing);
            }
            lists.push(list);
        }
        Ok(lists)
    }

    /// What these lists hold of the wanted ones. There is no later attempt with less at a time: what cannot be read is set aside now.
    pub(crate) fn items_of(&mut self, lists: &[List], wanted: &[u64], attempt: u32) -> Result<Vec<RawItem>, Error> {
        let mut listed = Vec::new();
        for list in lists {
            listed.extend(elements(&list.text)?.into_iter().map(Listed::of));
        }
        // A shop that ignores `include` answers with its first hundred.
        listed.retain(|product| {
            product.id.is_some_and(|id| wanted.contains(&id)) && product.status().as_deref() != Some("trash")
        });
        match self.with_variations(&listed, attempt) {
            Err(Error::Unavailable(_) | Error::Other(_) | Error::NotFound | Error::Unauthorized(_))
                if attempt < GIVE_UP =>
            {
                self.with_variations(&listed, GIVE_UP)
            }
            other => other,
        }
    }

    pub(crate) fn with_variations(&mut self, listed: &[Listed<'_>], attempt: u32) -> Result<Vec<RawItem>, Error> {
        let parents: Vec<_> = listed
            .iter()
            .filter_map(|product| Some(Parent { id: product.id?, expected: product.variations() }))
            .filter(|parent| parent.expected.as_ref().is_none_or(|ids| !ids.is_empty()))
            .collect();
        let mut found = variations::find(&self.client, &self.store, &parents, attempt)?;
        if found.no_global_list {
            self.store.global_variations = false;
            self.news = true;
        }
        let by_id: HashMap<u64, &Parent> = parents.iter().map(|parent| (parent.id, parent)).collect();
        // One that is there twice is one.
        let mut seen = HashSet::new();
        let once = listed.iter().filter(|product| product.id.is_none_or(|id| seen.insert(id)));
        let items = once.map(|product| {
            let parent = product.id.and_then(|id| by_id.get(&id));
            let variations = parent.map(|parent| found.take(parent)).unwrap_or_default();
            let mut problems: Vec<_> = product.id.and_then(|id| found.problems.remove(&id)).into_iter().collect();
            if product.id.is_none() {
                problems.push(id_missing());
            }
            if let Some(part) = product.lacks() {
                let message = format!(
                    "The shop answered without this product's `{part}`, which were asked for; the next import asks again. A plugin may \
                     take them out."
                );
                problems.push(issue(format!("/{part}"), "product-incomplete", &message));
            }
            product.item(&variations, &self.store, problems)
        });
        Ok(items.collect())
    }
}

pub(crate) fn id_query(ids: &[u64], most: u64) -> Query<'static> {
    vec![
        ("include", ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",")),
        ("status", "any".into()),
        ("orderby", "id".into()),
        ("order", "asc".into()),
        ("per_page", most.to_string()),
    ]
}
