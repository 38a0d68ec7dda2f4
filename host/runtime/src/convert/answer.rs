//! Answers held against what was asked, and against what a page may hold.

use std::collections::HashSet;

use super::{Page, RawItem};
use crate::error::AdapterError;

/// Items of one page, and ids that one page lists.
const MOST_ITEMS: usize = 10_000;
/// Stock levels of one page.
const MOST_LEVELS: usize = 100_000;
const LONGEST_CURSOR: usize = 1 << 20;
const LONGEST_CONTEXT: usize = 16 << 20;

impl Page {
    /// What would be kept with every page, or worked on for as long as it is, has its limits.
    pub(crate) fn bounded(self, adapter: &str) -> Result<Self, AdapterError> {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        for (number, what, most) in [
            (self.items.len(), "items in one page", MOST_ITEMS),
            (self.listed.len(), "listed ids in one page", MOST_ITEMS),
            (self.stock.len(), "stock levels in one page", MOST_LEVELS),
            (length(&self.next), "bytes of a cursor", LONGEST_CURSOR),
            (length(&self.context), "bytes of a context", LONGEST_CONTEXT),
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
        assert!(page(ids(MOST_ITEMS)).bounded("a").is_ok());
        let refused = page(ids(1_000_000)).bounded("acme").expect_err("too many");
        assert!(refused.to_string().contains("adapter acme handed over 1000000 listed ids"), "{refused}");
        let endless = Page { next: Some("x".repeat(LONGEST_CURSOR + 1)), ..Page::default() };
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
}
