//! Requests that change something, and what the store says to them.

use entrepot_guest::lenient::{Fields, Raw, Record as _};
use entrepot_guest::prelude::*;
use entrepot_guest::{http, json};
use serde_json::Value;

use super::shop::Shop;
use crate::failure::{accepted, said};

/// What the store says to a change.
#[derive(Debug)]
pub(super) enum Said {
    Done(Answer),
    Refused(Refusal),
}

/// An answer with a good status: an object, or nothing at all.
#[derive(Debug)]
pub(super) struct Answer {
    text: String,
    /// What was not done of it (207).
    pub(super) lacks: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// In the store's words.
    pub(super) words: String,
}

impl Answer {
    pub(super) fn data(&self) -> Raw<'_> {
        Raw::of(&self.text).fields().get("data")
    }

    pub(super) fn fields(&self) -> Fields<'_> {
        Raw::of(&self.text).fields()
    }

    /// It is without a body, as is promised where there is nothing to say.
    pub(super) fn done(&self) -> Result<(), Error> {
        match self.text.is_empty() {
            true => Ok(()),
            false => Err(Error::Unavailable("BigCommerce does not say that it has done it".to_owned())),
        }
    }

    /// Whether this one is in its list.
    pub(super) fn names(&self, id: u64) -> bool {
        self.shows(id, |_| true)
    }

    /// Whether this one is in its list, and is as it should be.
    pub(super) fn shows(&self, id: u64, is_done: impl Fn(&Fields<'_>) -> bool) -> bool {
        self.data().records().iter().any(|record| record.get("id").id() == Some(id) && is_done(record))
    }
}

impl Refusal {
    /// What it is about, in small letters.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.words.to_lowercase().contains(word)
    }

    /// It says that another product has the name; other things have names, too.
    pub(super) fn is_about_the_name(&self) -> bool {
        ["product name", "(name:", "; name:"].iter().any(|words| self.mentions(words))
    }

    /// It names the address of the page, and not that of a picture.
    pub(super) fn is_about_the_address(&self) -> bool {
        let words = self.words.to_lowercase();
        let mut words = words.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
        words.any(|word| matches!(word, "url" | "custom_url"))
    }

    /// As an issue of the field that it names.
    pub(super) fn issue(&self) -> Issue {
        let about = [
            ("/variants/0/sku", "sku", "sku-refused"),
            ("/variants/0/gtin", "gtin", "gtin-refused"),
            ("/media", "image", "picture-refused"),
            ("/category", "categor", "category-refused"),
            ("/variants/0/price", "price", "price-refused"),
            ("/handle", "url", "address-refused"),
            ("/title", "name", "title-refused"),
        ];
        let found = about.iter().find(|(_, word, _)| self.mentions(word));
        let (path, code) = found.map_or(("", "refused"), |(path, _, code)| (*path, *code));
        issue(path, code, format!("BigCommerce refuses it: {}", self.words))
    }

    pub(super) fn error(&self) -> Error {
        Error::Invalid(vec![self.issue()])
    }
}

/// Statuses by which the store says something of what was sent. Anything else is about the account, the quota or the platform.
const ABOUT_WHAT_WAS_SENT: [u16; 5] = [400, 404, 409, 413, 422];

impl<T: Transport> Shop<'_, T> {
    /// Sends a change, once: whoever calls this sees to it that twice is not twice.
    pub(super) fn change(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Said, Error> {
        let request = self.client.change(method, path, body.map(Value::to_string));
        let response = self.client.send(&request)?;
        read(response).map_err(|error| http::named(error, &request))
    }
}

fn read(response: Response) -> Result<Said, Error> {
    if let Some(error) = http::in_front(&response).or_else(|| http::redirected(&response)) {
        return Err(error);
    }
    let status = response.status;
    if ABOUT_WHAT_WAS_SENT.contains(&status) {
        // A page of something else in the store's place says nothing of the goods, and neither does an answer without a word.
        let words = said(&response);
        let text = json::text(response.body).unwrap_or_default();
        let fields = Fields::of(Raw::checked(&text));
        let is_verdict = |of: Fields<'_>| !words.is_empty() || of.get("status").whole() == Some(i64::from(status));
        if !fields.is_some_and(is_verdict) {
            return Err(Error::Unavailable(format!("HTTP {status}: {words}")));
        }
        return Ok(Said::Refused(Refusal { status, words }));
    }
    let words = (status == 207).then(|| said(&response));
    let text = if status == 204 { String::new() } else { json::text(accepted(response)?.body)? };
    if status != 204 && Fields::of(Raw::checked(&text)).is_none() {
        return Err(Error::Unavailable(format!(
            "BigCommerce answered HTTP {status} with something else than an object"
        )));
    }
    Ok(Said::Done(Answer { text, lacks: words }))
}
