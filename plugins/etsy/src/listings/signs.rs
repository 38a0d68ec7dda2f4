//! The fields of a listing as they are filled in: texts, numbers and lists are taken alike.

use entrepot_guest::listing::Listing;
use serde_json::{Map, Value};

pub(super) struct Signs(Map<String, Value>);

impl Signs {
    pub(super) fn of(listing: &Listing) -> Self {
        Self(serde_json::from_str(&listing.fields).unwrap_or_default())
    }

    /// One value; nothing where nothing is said.
    pub(super) fn one(&self, key: &str) -> Option<String> {
        self.many(key).into_iter().next()
    }

    pub(super) fn many(&self, key: &str) -> Vec<String> {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        let all: Vec<String> = match self.0.get(key) {
            Some(Value::Array(items)) => items.iter().filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => Vec::new(),
        };
        all.into_iter().filter(|text| !text.is_empty()).collect()
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }
}
