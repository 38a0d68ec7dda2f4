//! A shop as the orders describe it: how many pages of how many items, and what is wrong with them.
//!
//! `pages`, `items` and `listed` of each page, `deleted` of its items; `total`; `wait` and `cursor = "same"`; `long`, the bytes that the
//! first id is filled up to; `answer`, the bytes of an item that `fetch-items` gives, or `answer_body`; `unasked`, how many that nobody asked for;
//! `failure`, what `fetch-page` fails with (`until` which attempt), and `at`, on which page; `body`, what the items say.

use entrepot_guest::paging;
use entrepot_guest::prelude::*;
use serde_json::Value;

pub(crate) struct Plan(Value);

impl Plan {
    pub(crate) fn of(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map(Self).map_err(|error| Error::Other(error.to_string()))
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.0.get(key).and_then(Value::as_u64)
    }

    fn count(&self, key: &str) -> u64 {
        self.number(key).unwrap_or(0)
    }

    fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the account is usable.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.text("check") {
            "unauthorized" => Err(Error::Unauthorized("no such account, as ordered".to_owned())),
            _ => Ok(()),
        }
    }

    pub(crate) fn page(&self, request: &PageRequest) -> Result<Page, Error> {
        let number: u64 = paging::decode(request.cursor.as_deref())?;
        let here = self.number("at").is_none_or(|at| at == number);
        if here && u64::from(request.attempt) < self.number("until").unwrap_or(u64::MAX) {
            match self.text("failure") {
                "rate-limited" => return Err(Error::RateLimited(self.number("retry_after"))),
                "unauthorized" => return Err(Error::Unauthorized("refused, as ordered".to_owned())),
                "unavailable" => return Err(Error::Unavailable("away, as ordered".to_owned())),
                _ => {}
            }
        }
        let items = self.count("items");
        let first = number * items;
        let mut page = paging::empty_page();
        page.items = (first..first + items).map(|id| self.item(id, id - first < self.count("deleted"))).collect();
        let listed = self.count("listed");
        page.listed = (0..listed).map(|id| format!("listed-{}", number * listed + id)).collect();
        page.total = self.number("total");
        page.wait = self.number("wait");
        page.context = Some(self.text("context")).filter(|text| !text.is_empty()).map(str::to_owned);
        if number + 1 < self.number("pages").unwrap_or(1) {
            let same = self.text("cursor") == "same";
            page.next = Some(paging::encode(&if same { number } else { number + 1 })?);
        }
        Ok(page)
    }

    fn item(&self, id: u64, deleted: bool) -> RawItem {
        let mut source_id = format!("item-{id}");
        if id == 0 && self.count("long") > 0 {
            source_id = filler(self.count("long") as usize);
        }
        let body = if deleted { String::new() } else { self.body(id) };
        RawItem { source_id, updated_at: None, body, deleted, problems: Vec::new() }
    }

    fn body(&self, id: u64) -> String {
        // Only of one item, where one is named.
        match self.number("only") {
            Some(only) if only != id => "{}".to_owned(),
            _ => Some(self.text("body")).filter(|body| !body.is_empty()).unwrap_or("{}").to_owned(),
        }
    }

    pub(crate) fn items(&self, ids: Vec<String>) -> Result<Vec<RawItem>, Error> {
        let unasked = (0..self.count("unasked")).map(|number| format!("unasked-{number}"));
        let mut body = self.text("answer_body").to_owned();
        if body.is_empty() {
            body = format!("{{\"filler\":\"{}\"}}", "x".repeat(self.count("answer") as usize));
        }
        let item = |source_id: String| RawItem {
            source_id,
            updated_at: None,
            body: body.clone(),
            deleted: false,
            problems: Vec::new(),
        };
        let poison = self.text("poison");
        if ids.iter().any(|id| id == poison) {
            return Err(Error::Unavailable("that one cannot be read, as ordered".to_owned()));
        }
        // What is past the total that it tells is gone.
        let is_there = |id: &String| match (self.number("total"), id.strip_prefix("item-").map(str::parse::<u64>)) {
            (Some(total), Some(Ok(number))) => number < total,
            _ => true,
        };
        Ok(ids.into_iter().filter(is_there).chain(unasked).map(item).collect())
    }
}

/// A text of so many bytes. Not to be compressed: databases compress what they index.
pub(crate) fn filler(bytes: usize) -> String {
    let mut state = 1_u32;
    let letters = (0..bytes).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + ((state >> 16) % 26) as u8)
    });
    letters.collect()
}
