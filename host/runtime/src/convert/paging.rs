use std::sync::Arc;

use entrepot_domain::catalog::limits::{LARGEST_ITEM, LONGEST_ID, MOST_ISSUES, UNIDENTIFIED, beginning, few};
use entrepot_domain::catalog::{Issue, web_address};
use entrepot_domain::clock::Timestamp;
use entrepot_domain::run::RunScope;
use entrepot_domain::usage::Ledger;
use entrepot_spool::Spool;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

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
    let connection::Account { name, url: told, currency, details, warnings } = account;
    // People follow it.
    let url = told.as_deref().and_then(web_address).map(words);
    let mut warnings: Vec<String> = warnings.into_iter().take(MOST_ISSUES).map(words).collect();
    if url.is_none() && told.is_some_and(|told| !told.is_empty()) {
        warnings.push("the account's address is none of the web (http, https), and was left out".to_owned());
    }
    Account {
        name: words(name),
        url,
        currency: currency.map(words),
        details: details.into_iter().take(MOST_ISSUES).map(|(name, value)| (words(name), words(value))).collect(),
        warnings,
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
    let (next, context) = (next.map(storable), context.map(storable));
    let mut items: Vec<RawItem> = items.into_iter().map(raw_item).collect();
    let (listed, unusable): (Vec<String>, Vec<String>) =
        listed.into_iter().map(storable).partition(|id| (1..=LONGEST_ID).contains(&id.len()));
    items.extend(unusable.into_iter().map(|source_id| {
        let item = RawItem { source_id, updated_at: None, body: String::new(), deleted: false, problems: Vec::new() };
        identified(item)
    }));
    Page { items, listed, stock: Vec::new(), next, context, total, wait }
}

pub(crate) fn raw_item(item: items::RawItem) -> RawItem {
    let items::RawItem { source_id, updated_at, body, deleted, problems } = item;
    let (source_id, problems) = (storable(source_id), problems.into_iter().map(issue).collect());
    let mut item = identified(RawItem { source_id, updated_at, body, deleted, problems });
    if item.body.len() > LARGEST_ITEM {
        let message = format!("the item is {} bytes large; at most {LARGEST_ITEM} are read", item.body.len());
        item.problems.push(Issue::new("", "item-too-large", message));
        item.body = String::new();
    }
    item.problems = few(item.problems);
    item
}

/// Gives an item that came without an id that can be used another one, and the reason why it is not imported.
fn identified(mut item: RawItem) -> RawItem {
    let (code, message) = match item.source_id.len() {
        0 => ("source-id-missing", "the marketplace shows an item without an id".to_owned()),
        length if length > LONGEST_ID => {
            let start = beginning(&item.source_id, 40);
            let message =
                format!("the marketplace's id {start:?} is {length} bytes long; at most {LONGEST_ID} are taken");
            ("source-id-too-long", message)
        }
        _ => return item,
    };
    let named_by = if item.source_id.is_empty() { &item.body } else { &item.source_id };
    item.source_id = format!("{UNIDENTIFIED}{}", short_hash(named_by));
    item.problems.push(Issue::new("", code, message));
    item
}

/// The same for the same text, of 32 characters.
fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn issue(issue: types::Issue) -> Issue {
    let types::Issue { path, code, message } = issue;
    Issue { path: words_up_to(path, LONGEST_PATH), code: words_up_to(code, LONGEST_CODE), message: words(message) }
}

/// Many of them, from an adapter that may hand over as many as an answer holds.
pub(crate) fn issues(issues: Vec<types::Issue>) -> Vec<Issue> {
    few(issues.into_iter().map(issue).collect())
}

/// Characters of a text for people; a guest may hand over as much as an answer may hold.
const LONGEST: usize = 2_000;
const LONGEST_PATH: usize = 300;
const LONGEST_CODE: usize = 100;

/// A text that is shown and logged.
pub(super) fn words(text: String) -> String {
    words_up_to(text, LONGEST)
}

fn words_up_to(text: String, most: usize) -> String {
    // One line: with line breaks it could write lines that look like the host's own on a terminal.
    let printable = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().take(most).map(printable).collect()
}

/// A text that is kept as it is, but for NUL: PostgreSQL takes none, and a run that cannot be written down would never end.
pub(super) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// An id that something is looked up by. One that is too long for any that is known is kept short, and as distinct.
pub(super) fn usable(id: String) -> String {
    let id = storable(id);
    if id.len() <= LONGEST_ID { id } else { format!("{} {}", beginning(&id, 40), short_hash(&id)) }
}

pub(crate) fn error(error: types::Error) -> AdapterError {
    match error {
        types::Error::RateLimited(wait) => AdapterError::RateLimited(wait),
        types::Error::Unauthorized(why) => AdapterError::Unauthorized(words(why)),
        types::Error::Denied(why) => AdapterError::Denied(words(why)),
        types::Error::Unavailable(why) => AdapterError::Unavailable(words(why)),
        types::Error::NotFound => AdapterError::NotFound,
        types::Error::Invalid(found) => AdapterError::Invalid(issues(found)),
        types::Error::Unsupported(why) => AdapterError::Unsupported(words(why)),
        types::Error::Other(why) => AdapterError::Other(words(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_guest_says_can_be_stored_and_shown() {
        let said = error(types::Error::Other(format!("a\0b\u{1b}[31m\r\nok{}", "x".repeat(1 << 20))));
        let AdapterError::Other(text) = said else { panic!("{said:?}") };
        assert_eq!(text.chars().count(), LONGEST);
        assert!(text.starts_with("a\u{fffd}b\u{fffd}[31m  ok"), "{}", text.chars().take(20).collect::<String>());
        let (listed, next) = (vec!["1\0".to_owned()], Some("\0".to_owned()));
        let page = page(items::Page { items: Vec::new(), listed, next, context: None, total: None, wait: None });
        assert_eq!((page.listed[0].as_str(), page.next.as_deref()), ("1\u{fffd}", Some("\u{fffd}")));
    }

    #[test]
    fn an_account_is_on_the_web_or_has_no_address() {
        let of = |url: &str| {
            account(connection::Account {
                name: "x".to_owned(),
                url: Some(url.to_owned()),
                currency: None,
                details: Vec::new(),
                warnings: Vec::new(),
            })
        };
        for bad in ["javascript:alert(1)", " JAVA\tSCRIPT:alert(1)", "data:text/html,x", "vbscript:x", "shop.example"] {
            let account = of(bad);
            assert_eq!((account.url, account.warnings.len()), (None, 1), "{bad}");
        }
        assert_eq!(of(" https://shop.example/\n").url.as_deref(), Some("https://shop.example/"));
        assert!(of("").warnings.is_empty());
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
        assert!(page.items.iter().all(|item| item.source_id.len() <= LONGEST_ID));
        assert_eq!(page.items[0].source_id, page.items[3].source_id, "the same id is the same item");
    }

    #[test]
    fn a_hundred_thousand_issues_are_fifty_and_a_number() {
        let one = types::Issue { path: "/x".repeat(10_000), code: "c".repeat(10_000), message: "m".to_owned() };
        let issues = issues(vec![one; 100_000]);
        assert_eq!((issues.len(), issues.last().map(|last| last.code.as_str())), (51, Some("more-issues")));
        assert!(issues.last().is_some_and(|last| last.message.contains("99950")));
        assert!(issues.iter().all(|issue| issue.path.len() <= LONGEST_PATH && issue.code.len() <= LONGEST_CODE));
    }
}
