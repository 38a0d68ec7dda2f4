//! The fields of a listing as they are filled in: texts, numbers and lists are taken alike.

use entrepot_guest::listing::Listing;
use serde_json::{Map, Value};

pub(super) struct Words(Map<String, Value>);

impl Words {
    pub(super) fn of(listing: &Listing) -> Self {
        Self(serde_json::from_str(&listing.fields).unwrap_or_default())
    }

    /// One value; nothing where nothing is said.
    pub(super) fn one(&self, key: &str) -> Option<String> {
        self.many(key).into_iter().next()
    }

    pub(super) fn many(&self, key: &str) -> Vec<String> {
        self.0.get(key).map(texts).unwrap_or_default()
    }

    /// Name and values of all whose key begins with one of these.
    pub(super) fn beginning<'w>(&'w self, prefixes: &'w [&str]) -> impl Iterator<Item = (&'w str, Vec<String>)> {
        self.0.iter().filter_map(|(key, value)| {
            let name = prefixes.iter().find_map(|prefix| key.strip_prefix(prefix))?;
            Some((name, texts(value)))
        })
    }
}

fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    let all: Vec<String> = match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        value => text(value).into_iter().collect(),
    };
    all.into_iter().filter(|text| !text.is_empty()).collect()
}
