use std::sync::Arc;

use entrepot_domain::catalog::Issue;
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::RunScope;
use entrepot_domain::usage::Ledger;
use entrepot_spool::Spool;
use serde::{Deserialize, Serialize};

use super::webhook::StockChange;
use crate::bindings::connectable::exports::entrepot::adapter::connection;
use crate::bindings::{items, types};
use crate::error::AdapterError;

/// The channel as a guest may see it.
#[derive(Clone, Debug)]
pub struct ChannelView {
    pub id: String,
    /// For the host's logs only.
    pub adapter: String,
    pub bindings: Vec<(String, String)>,
    pub currency: Option<String>,
    pub locale: Option<String>,
    /// One JSON object.
    pub settings: String,
    /// Where calls are counted for audits. Not shown to the guest.
    pub ledger: Arc<Ledger>,
    /// Of the run that calls are made for. None: there is no run, and nothing to download for.
    pub files: Option<Spool>,
}

impl ChannelView {
    pub(crate) fn to_wit(&self) -> types::Channel {
        types::Channel {
            id: self.id.clone(),
            bindings: self.bindings.clone(),
            currency: self.currency.clone(),
            locale: self.locale.clone(),
            settings: self.settings.clone(),
        }
    }
}

/// What the marketplace says of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub name: String,
    pub url: Option<String>,
    pub currency: Option<String>,
    pub details: Vec<(String, String)>,
    pub warnings: Vec<String>,
}

pub(crate) fn account(account: connection::Account) -> Account {
    let connection::Account { name, url, currency, details, warnings } = account;
    Account {
        name: words(name),
        url: url.map(words),
        currency: currency.map(words),
        details: details.into_iter().map(|(name, value)| (words(name), words(value))).collect(),
        warnings: warnings.into_iter().map(words).collect(),
    }
}

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

/// An item as the marketplace sent it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawItem {
    pub source_id: String,
    pub updated_at: Option<Timestamp>,
    pub body: String,
    pub deleted: bool,
    pub problems: Vec<Issue>,
}

impl RawItem {
    pub(crate) fn to_wit(&self) -> items::RawItem {
        items::RawItem {
            source_id: self.source_id.clone(),
            updated_at: self.updated_at,
            body: self.body.clone(),
            deleted: self.deleted,
            problems: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub items: Vec<RawItem>,
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
    let listed = listed.into_iter().map(storable).collect();
    let (next, context) = (next.map(storable), context.map(storable));
    let items = items.into_iter().map(raw_item).collect();
    Page { items, listed, stock: Vec::new(), next, context, total, wait }
}

pub(crate) fn raw_item(item: items::RawItem) -> RawItem {
    let items::RawItem { source_id, updated_at, body, deleted, problems } = item;
    let (source_id, problems) = (storable(source_id), problems.into_iter().map(issue).collect());
    RawItem { source_id, updated_at, body, deleted, problems }
}

pub(crate) fn issue(issue: types::Issue) -> Issue {
    let types::Issue { path, code, message } = issue;
    Issue { path: words(path), code: words(code), message: words(message) }
}

/// Characters of a text for people; a guest may hand over as much as an answer may hold.
const LONGEST: usize = 2_000;

/// A text that is shown and logged.
pub(super) fn words(text: String) -> String {
    let printable = |c: char| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().take(LONGEST).map(printable).collect()
}

/// A text that is kept as it is, but for NUL: PostgreSQL takes none, and a run that cannot be written down would never end.
pub(super) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

pub(crate) fn error(error: types::Error) -> AdapterError {
    match error {
        types::Error::RateLimited(wait) => AdapterError::RateLimited(wait),
        types::Error::Unauthorized(why) => AdapterError::Unauthorized(words(why)),
        types::Error::Denied(why) => AdapterError::Denied(words(why)),
        types::Error::Unavailable(why) => AdapterError::Unavailable(words(why)),
        types::Error::NotFound => AdapterError::NotFound,
        types::Error::Invalid(issues) => AdapterError::Invalid(issues.into_iter().map(issue).collect()),
        types::Error::Unsupported(why) => AdapterError::Unsupported(words(why)),
        types::Error::Other(why) => AdapterError::Other(words(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_guest_says_can_be_stored_and_shown() {
        let said = error(types::Error::Other(format!("a\0b\u{1b}[31m{}", "x".repeat(1 << 20))));
        let AdapterError::Other(text) = said else { panic!("{said:?}") };
        assert_eq!(text.chars().count(), LONGEST);
        assert!(text.starts_with("a\u{fffd}b\u{fffd}[31m"), "{}", text.chars().take(20).collect::<String>());
        let (listed, next) = (vec!["1\0".to_owned()], Some("\0".to_owned()));
        let page = page(items::Page { items: Vec::new(), listed, next, context: None, total: None, wait: None });
        assert_eq!((page.listed[0].as_str(), page.next.as_deref()), ("1\u{fffd}", Some("\u{fffd}")));
    }
}
