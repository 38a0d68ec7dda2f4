//! Pages, held against what was asked and against what a page may hold.

use std::collections::HashSet;

use entrepot_domain::catalog::limits::MAX_ID_LEN;
use entrepot_domain::delivery::{RawItem, StockChange};
use entrepot_domain::run::RunScope;

use super::item::{identified, raw_item};
use super::text::storable;
use crate::bindings::items;
use crate::error::AdapterError;

/// Items of one page, and ids that one page lists.
const MAX_ITEMS: usize = 10_000;
/// Stock levels of one page.
const MAX_STOCK_LEVELS: usize = 100_000;
const MAX_CURSOR_LEN: usize = 1 << 20;
const MAX_CONTEXT_LEN: usize = 16 << 20;

/// Which page is asked for.
#[derive(Clone, Debug)]
pub struct PageRequest {
    pub scope: RunScope,
    pub cursor: Option<String>,
    pub context: Option<String>,
    pub limit: u32,
    pub attempt: u32,
}

impl PageRequest {
    pub(crate) fn to_wit(&self) -> items::PageRequest {
        let (scope, since) = match self.scope {
            RunScope::Full | RunScope::Stock(None) => (items::Scope::Everything, None),
            RunScope::ChangedSince(since) | RunScope::Stock(Some(since)) => (items::Scope::ChangedSince, Some(since)),
        };
        items::PageRequest {
            scope,
            since,
            cursor: self.cursor.clone(),
            context: self.context.clone(),
            limit: self.limit,
            attempt: self.attempt,
        }
    }
}

/// One page of a catalogue or of stock levels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub items: Vec<RawItem>,
    /// Ids of items that are to be fetched one by one.
    pub listed: Vec<String>,
    /// Levels that come without their products.
    pub stock: Vec<StockChange>,
    pub next: Option<String>,
    pub context: Option<String>,
    pub total: Option<u64>,
    /// Milliseconds not to ask for the next page.
    pub wait: Option<u64>,
}

pub(crate) fn page(page: items::Page) -> Page {
    let items::Page { items, listed, next, context, total, wait } = page;
    let (next, context) = (next.map(storable), context.map(storable));
    let mut items: Vec<RawItem> = items.into_iter().map(raw_item).collect();
    let (listed, unusable): (Vec<String>, Vec<String>) =
        listed.into_iter().map(storable).partition(|id| (1..=MAX_ID_LEN).contains(&id.len()));
    items.extend(unusable.into_iter().map(|source_id| {
        let item = RawItem { source_id, updated_at: None, body: String::new(), deleted: false, problems: Vec::new() };
        identified(item)
    }));
    Page { items, listed, stock: Vec::new(), next, context, total, wait }
}

impl Page {
    /// What would be kept with every page, or worked on for as long as it is, has its limits.
    pub(crate) fn bounded(self, adapter: &str) -> Result<Self, AdapterError> {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        for (number, what, most) in [
            (self.items.len(), "items in one page", MAX_ITEMS),
            (self.listed.len(), "listed ids in one page", MAX_ITEMS),
            (self.stock.len(), "stock levels in one page", MAX_STOCK_LEVELS),
            (length(&self.next), "bytes of a cursor", MAX_CURSOR_LEN),
            (length(&self.context), "bytes of a context", MAX_CONTEXT_LEN),
        ] {
            if number > most {
                return Err(AdapterError::Other(format!(
                    "the adapter {adapter} handed over {number} {what}; at most {most} are taken"
                )));
            }
        }
        Ok(self)
    }
}

/// Of the answer to a question for these ids: each once, and none that nobody asked for.
pub(crate) fn asked_for(adapter: &str, ids: &[String], items: Vec<RawItem>) -> Vec<RawItem> {
    let (mut wanted, came): (HashSet<&str>, usize) = (ids.iter().map(String::as_str).collect(), items.len());
    let items: Vec<RawItem> = items.into_iter().filter(|item| wanted.remove(item.source_id.as_str())).collect();
    if items.len() < came {
        let refused = came - items.len();
        tracing::warn!(adapter, refused, "fetch-items answered with items that were not asked for, or twice");
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_limits() {
        let ids = |count| vec![String::from("1"); count];
        let page = |listed| Page { listed, ..Page::default() };
        assert!(page(ids(MAX_ITEMS)).bounded("a").is_ok());
        let refused = page(ids(1_000_000)).bounded("acme").expect_err("too many");
        assert!(refused.to_string().contains("adapter acme handed over 1000000 listed ids"), "{refused}");
        let endless = Page { next: Some("x".repeat(MAX_CURSOR_LEN + 1)), ..Page::default() };
        assert!(endless.bounded("a").is_err());
    }

    #[test]
    fn what_nobody_asked_for_is_refused() {
        let item = |id: &str| RawItem {
            source_id: id.to_owned(),
            updated_at: None,
            body: String::new(),
            deleted: false,
            problems: Vec::new(),
        };
        let items = asked_for("a", &["1".to_owned(), "2".to_owned()], vec![item("2"), item("3"), item("2")]);
        assert_eq!(items, [item("2")]);
    }

    #[test]
    fn what_a_guest_hands_over_can_be_stored() {
        let (listed, next) = (vec!["1\0".to_owned()], Some("\0".to_owned()));
        let page = page(items::Page { items: Vec::new(), listed, next, context: None, total: None, wait: None });
        assert_eq!((page.listed[0].as_str(), page.next.as_deref()), ("1\u{fffd}", Some("\u{fffd}")));
    }

    #[test]
    fn an_id_that_no_index_takes_costs_its_own_item() {
        let long = "x".repeat(3_000);
        let item = |source_id: &str| items::RawItem {
            source_id: source_id.to_owned(),
            updated_at: None,
            body: "{}".to_owned(),
            deleted: false,
            problems: Vec::new(),
        };
        let (items, listed) = (vec![item(&long), item(""), item("1")], vec![long, String::new(), "1".to_owned()]);
        let page = page(items::Page { items, listed, next: None, context: None, total: None, wait: None });
        assert_eq!(page.listed, ["1"]);
        let codes: Vec<_> =
            page.items.iter().map(|item| item.problems.first().map(|issue| issue.code.as_str())).collect();
        let (long, missing) = (Some("source-id-too-long"), Some("source-id-missing"));
        assert_eq!(codes, [long, missing, None, long, missing], "what is only listed as well");
        assert!(page.items.iter().all(|item| item.source_id.len() <= MAX_ID_LEN));
        assert_eq!(page.items[0].source_id, page.items[3].source_id, "the same id is the same item");
    }
}
