//! Rows as the REST API writes them, key by key in its order.

mod product;
mod settings;
mod shared;
mod site;
mod terms;
mod text;
mod variation;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::json::{Fields, Object};
use super::state::{Override, State};

pub(crate) use self::settings::{currency, settings, status};
pub(crate) use self::site::{index, namespace};
pub(crate) use self::terms::{attribute, term};

/// How an item is to be written.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    /// The front page's address, escaped for JSON.
    pub(crate) home: &'a str,
    pub(crate) fields: Fields<'a>,
    /// `context=edit`: text as stored.
    pub(crate) edit: bool,
    /// An item of its own keeps its `_links` whatever `_fields` says; an item of a list does not.
    pub(crate) single: bool,
    pub(crate) now: i64,
}

impl View<'_> {
    /// Writes the product, or the variation in a product's clothes, with this id.
    pub(crate) fn product(&self, out: &mut Vec<u8>, id: u64) {
        self.overridden(out, id, |view, out| {
            if let Some(product) = view.state.products.get(&id) {
                product::write(view, out, product, None);
            } else if let Some(variation) = view.state.variations.get(&id) {
                let dressed = variation::dressed(view.state, variation);
                product::write(view, out, &dressed, Some(variation));
            }
        });
    }

    /// Writes a variation; `nested` when it was asked for below its parent.
    pub(crate) fn variation(&self, out: &mut Vec<u8>, id: u64, nested: bool) {
        self.overridden(out, id, |view, out| {
            if let Some(variation) = view.state.variations.get(&id) {
                variation::write(view, out, variation, nested);
            }
        });
    }

    fn overridden(&self, out: &mut Vec<u8>, id: u64, write: impl Fn(&Self, &mut Vec<u8>)) {
        match self.state.overrides.get(&id) {
            None => write(self, out),
            Some(Override::Whole(text)) => trimmed(out, text, self.fields, self.single),
            Some(Override::Edits(edits)) => {
                let mut whole = Vec::new();
                write(&View { fields: None, ..*self }, &mut whole);
                let text = edited(&whole, edits);
                trimmed(out, &text, self.fields, self.single);
            }
        }
    }
}

/// An object's keys and the text of their values, in order.
pub(crate) fn keys(text: &str) -> Option<Vec<(String, &RawValue)>> {
    struct Keys;
    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<(String, &'de RawValue)>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut keys = Vec::new();
            while let Some(entry) = map.next_entry()? {
                keys.push(entry);
            }
            Ok(keys)
        }
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let keys = reader.deserialize_map(Keys).ok()?;
    reader.end().is_ok().then_some(keys)
}

/// `text` cut to `fields`; text that is no object is passed on as it is.
pub(crate) fn trimmed(out: &mut Vec<u8>, text: &str, fields: Fields<'_>, single: bool) {
    let (Some(_), Some(keys)) = (fields, keys(text)) else {
        out.extend_from_slice(text.as_bytes());
        return;
    };
    let mut object = Object::new(out, fields);
    for (name, value) in keys {
        let place = if single && name == "_links" { object.forced(&name) } else { object.key(&name) };
        if let Some(out) = place {
            out.extend_from_slice(value.get().as_bytes());
        }
    }
    object.end();
}

pub(crate) fn edited(whole: &[u8], edits: &[(String, Option<String>)]) -> String {
    let text = String::from_utf8_lossy(whole);
    let mut out = Vec::new();
    let mut object = Object::new(&mut out, None);
    let keys = keys(&text).unwrap_or_default();
    for (name, value) in &keys {
        match edits.iter().rev().find(|(edited, _)| edited == name) {
            None => object.raw(name, value.get()),
            Some((_, Some(json))) => object.raw(name, json),
            Some((_, None)) => {}
        }
    }
    for (name, json) in edits {
        if let (Some(json), false) = (json, keys.iter().any(|(known, _)| known == name)) {
            object.raw(name, json);
        }
    }
    object.end();
    String::from_utf8_lossy(&out).into_owned()
}
