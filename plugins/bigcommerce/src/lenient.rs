//! JSON whose types are not relied on: each field is kept as it stands and read as what it is needed for. Numbers keep their
//! digits, so that no price goes through a binary float.

use std::borrow::Cow;
use std::fmt;

use entrepot_guest::json::repaired;
use entrepot_guest::text::without_nul;
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

    pub(crate) fn owned(self) -> Option<String> {
        self.word().map(Cow::into_owned)
    }

    /// Nothing where it is no boolean.
    pub(crate) fn flag(self) -> Option<bool> {
        match self.json() {
            "true" | "1" | "\"1\"" | "\"true\"" => Some(true),
            "false" | "0" | "\"0\"" | "\"false\"" => Some(false),
            _ => None,
        }
    }

    /// BigCommerce counts from 1; 0 stands for nothing.
    pub(crate) fn id(self) -> Option<u64> {
        self.word()?.parse().ok().filter(|id| *id > 0)
    }

    /// A whole number, also where it is written with decimals that are zero.
    pub(crate) fn whole(self) -> Option<i64> {
        let text = self.word()?;
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        if decimals.bytes().any(|byte| byte != b'0') {
            return None;
        }
        whole.parse().ok()
    }

    pub(crate) fn items(self) -> Vec<Raw<'a>> {
        if self.first() != b'[' {
            return Vec::new();
        }
        serde_json::from_str(self.json()).unwrap_or_default()
    }

    /// The fields of an object; none of anything else.
    pub(crate) fn fields(self) -> Fields<'a> {
        serde_json::from_str(self.json()).unwrap_or_default()
    }

    /// The elements that are objects.
    pub(crate) fn records(self) -> Vec<Fields<'a>> {
        let objects = self.items().into_iter().filter(|item| item.first() == b'{');
        objects.map(Raw::fields).collect()
    }

    /// Nothing worth keeping.
    pub(crate) fn is_empty(self) -> bool {
        matches!(self.json(), "null" | "\"\"" | "false" | "[]" | "{}" | "0")
    }

    pub(crate) fn is_null(self) -> bool {
        self.json() == "null"
    }

    /// The other where this is missing or null: what a variant inherits from its product.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.is_null() { other } else { self }
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
#[derive(Clone, Debug, Default)]
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
                let mut fields = Vec::with_capacity(16);
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// A text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned());
    repaired(&json).unwrap_or(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Raw<'_> {
        Raw(Some(json))
    }

    #[test]
    fn reads_a_field_as_what_it_is_needed_for() {
        assert_eq!(raw("19.9900").text().as_deref(), Some("19.9900"));
        for json in ["null", "true", "[]", "{\"a\":1}"] {
            assert_eq!(raw(json).text(), None, "{json}");
        }
        assert_eq!(raw("\" a\\u0000b\\ud83d \"").word().as_deref(), Some("ab\u{fffd}"));
        assert_eq!(
            (raw("17").id(), raw("\"17\"").id(), raw("0").id(), raw("1.5").id()),
            (Some(17), Some(17), None, None)
        );
        assert_eq!((raw("-3").whole(), raw("3.00").whole(), raw("3.5").whole()), (Some(-3), Some(3), None));
        assert_eq!((raw("null").or(raw("1")).json(), raw("0").or(raw("1")).json()), ("1", "0"));
        assert_eq!(raw("[{\"id\":1},null,3]").records().len(), 1);
        assert_eq!(raw("3").fields().0.len() + raw("[1]").fields().0.len(), 0);
    }
}
