//! JSON whose types cannot be relied on: each field is kept as it stands and read as what it is needed for.
//!
//! Answers differ from Etsy's own schema now and then (a number as text, null where none may be). None of that may lose an
//! item or stop a page.

use std::borrow::Cow;
use std::fmt;

use entrepot_guest::json::repaired;
use entrepot_guest::text::{decode_entities, without_nul};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A field's JSON text; `None` when it is missing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Raw<'a>(pub(crate) Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Raw(Some(raw.get())))
    }
}

impl<'a> Raw<'a> {
    pub(crate) fn json(self) -> &'a str {
        self.0.unwrap_or("null")
    }

    fn first(self) -> u8 {
        self.json().bytes().next().unwrap_or(b'n')
    }

    /// A string's value, or a number as it is written. Nothing for null, booleans, lists and objects.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self.first() {
            b'"' => string(self.json()),
            b'-' | b'0'..=b'9' => Some(Cow::Borrowed(self.json())),
            _ => None,
        }
    }

    /// [`Raw::text`] without white space around it; nothing when nothing is left.
    pub(crate) fn word(self) -> Option<Cow<'a, str>> {
        let text = match self.text()? {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        (!text.is_empty()).then_some(text)
    }

    /// A name for people: entities decoded once, trimmed.
    pub(crate) fn name(self) -> Option<String> {
        let text = self.text()?;
        let decoded = decode_entities(&text);
        let name = decoded.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// true, and what else may stand for it.
    pub(crate) fn flag(self) -> bool {
        matches!(self.json(), "true" | "1" | "\"true\"")
    }

    pub(crate) fn id(self) -> Option<u64> {
        self.word()?.parse().ok().filter(|id| *id > 0)
    }

    /// The elements of a list.
    pub(crate) fn items(self) -> Vec<Raw<'a>> {
        if self.first() == b'[' { serde_json::from_str(self.json()).unwrap_or_default() } else { Vec::new() }
    }

    /// The elements that are objects.
    pub(crate) fn records(self) -> Vec<Fields<'a>> {
        self.items().into_iter().filter_map(|item| serde_json::from_str(item.json()).ok()).collect()
    }

    /// The value as an object's fields; none where it is something else.
    pub(crate) fn fields(self) -> Fields<'a> {
        if self.first() == b'{' { serde_json::from_str(self.json()).unwrap_or_default() } else { Fields::default() }
    }

    /// Nothing worth keeping: missing, null, "", false, [] or {}.
    pub(crate) fn is_empty(self) -> bool {
        matches!(self.json(), "null" | "\"\"" | "false" | "[]" | "{}")
    }
}

fn string(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    // Without escapes it holds no control characters either: JSON takes none as they are.
    if !inner.as_bytes().contains(&b'\\') {
        return Some(Cow::Borrowed(inner));
    }
    let text = serde_json::from_str::<String>(json).or_else(|error| match repaired(json) {
        Some(fixed) => serde_json::from_str(&fixed),
        None => Err(error),
    });
    text.ok().map(|text| without_nul(Cow::Owned(text)))
}

/// An object's fields in their order, each as it stands.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(pub(crate) Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'a> Fields<'a> {
    pub(crate) fn get(&self, name: &str) -> Raw<'a> {
        self.0.iter().find(|(key, _)| key == name).map_or(Raw(None), |(_, value)| *value)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_any(Visit)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
