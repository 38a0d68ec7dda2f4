//! JSON whose types cannot be relied on: each field is kept as it stands and read as what it is needed for.
//!
//! Marketplaces and what is plugged into them answer numbers for texts, texts for numbers, null for anything, and PHP writes `[]` for an
//! empty object and an object for a list with gaps. None of that may lose an item or stop a page. Numbers keep their digits, so that no
//! price goes through a binary float.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::repaired;
use crate::text::{decode_entities, without_nul};

/// A field's JSON text; `None` when it is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Raw<'a>(pub Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Raw(Some(raw.get())))
    }
}

impl<'a> Raw<'a> {
    pub fn json(self) -> &'a str {
        self.0.unwrap_or("null")
    }

    fn first(self) -> u8 {
        self.json().bytes().next().unwrap_or(b'n')
    }

    /// A string's value, or a number as it is written. Nothing for null, booleans, lists and objects.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self.first() {
            b'"' => string(self.json()),
            b'-' | b'0'..=b'9' => Some(Cow::Borrowed(self.json())),
            _ => None,
        }
    }

    /// [`Raw::text`] without white space around it; nothing when nothing is left.
    pub fn word(self) -> Option<Cow<'a, str>> {
        let text = match self.text()? {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        (!text.is_empty()).then_some(text)
    }

    /// [`Raw::word`], to be kept.
    pub fn owned(self) -> Option<String> {
        self.word().map(Cow::into_owned)
    }

    /// A name for people: entities decoded once, trimmed.
    pub fn name(self) -> Option<String> {
        let text = self.text()?;
        let decoded = decode_entities(&text);
        let name = decoded.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// A boolean, or a word or number that stands for one; nothing where it is neither.
    pub fn flag(self) -> Option<bool> {
        match self.json() {
            "true" | "1" | "\"1\"" | "\"yes\"" | "\"true\"" => Some(true),
            "false" | "0" | "\"0\"" | "\"no\"" | "\"false\"" => Some(false),
            _ => None,
        }
    }

    pub fn is_true(self) -> bool {
        self.flag() == Some(true)
    }

    /// A number above 0, which marketplaces write for "none".
    pub fn id(self) -> Option<u64> {
        self.word()?.parse().ok().filter(|id| *id > 0)
    }

    /// A whole number, also where it is written with decimals that are zero.
    pub fn whole(self) -> Option<i64> {
        let text = self.word()?;
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        if decimals.bytes().any(|byte| byte != b'0') {
            return None;
        }
        whole.parse().ok()
    }

    /// The elements of a list.
    pub fn items(self) -> Vec<Raw<'a>> {
        if self.first() == b'[' { serde_json::from_str(self.json()).unwrap_or_default() } else { Vec::new() }
    }

    /// The elements of a list, or the values of an object that stands for a list with gaps.
    pub fn values(self) -> Vec<Raw<'a>> {
        match self.first() {
            b'{' => self.fields().0.into_iter().map(|(_, value)| value).collect(),
            _ => self.items(),
        }
    }

    /// The fields of an object; none of anything else.
    pub fn fields(self) -> Fields<'a> {
        serde_json::from_str(self.json()).unwrap_or_default()
    }

    /// The elements of a list that are objects.
    pub fn records(self) -> Vec<Fields<'a>> {
        self.items().into_iter().filter(|item| item.first() == b'{').map(Raw::fields).collect()
    }

    /// The [values](Self::values) that can be read as `T`.
    pub fn read<T: Deserialize<'a>>(self) -> Vec<T> {
        if self.is_empty() {
            return Vec::new();
        }
        // The usual case in one go; element by element only where something is odd.
        if let Ok(records) = serde_json::from_str::<Vec<T>>(self.json()) {
            return records;
        }
        self.values().into_iter().filter_map(|item| serde_json::from_str(item.json()).ok()).collect()
    }

    /// Nothing worth keeping: missing, null, "", false, [] or {}.
    pub fn is_empty(self) -> bool {
        matches!(self.json(), "null" | "\"\"" | "false" | "[]" | "{}")
    }

    pub fn is_null(self) -> bool {
        self.json() == "null"
    }

    /// The other where this is missing or null: what a variant inherits from its product.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
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
pub struct Fields<'a>(pub Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'a> Fields<'a> {
    pub fn get(&self, name: &str) -> Raw<'a> {
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

            /// PHP's empty object.
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                match seq.next_element::<IgnoredAny>()? {
                    None => Ok(Fields::default()),
                    Some(_) => Err(serde::de::Error::custom("a list where an object belongs")),
                }
            }
        }
        deserializer.deserialize_any(Visit)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
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
        assert_eq!(raw("\"12.50\"").text().as_deref(), Some("12.50"));
        assert_eq!(raw("12.50").text().as_deref(), Some("12.50"));
        for json in ["null", "true", "[]", "{\"a\":1}"] {
            assert_eq!(raw(json).text(), None, "{json}");
        }
        assert_eq!(raw("\" a\\u0000b\\ud83d \"").name().as_deref(), Some("ab\u{fffd}"));
        assert_eq!(raw("\"Salt &amp;amp; Pepper\"").name().as_deref(), Some("Salt &amp; Pepper"));
        assert!(raw("\"yes\"").is_true() && !raw("\"parent\"").is_true() && !Raw(None).is_true());
        assert_eq!((raw("\"no\"").flag(), raw("\"parent\"").flag()), (Some(false), None));
        assert_eq!(
            (raw("\"17\"").id(), raw("17").id(), raw("0").id(), raw("-1").id(), raw("1.5").id()),
            (Some(17), Some(17), None, None, None)
        );
        assert_eq!((raw("-3").whole(), raw("3.00").whole(), raw("3.5").whole()), (Some(-3), Some(3), None));
        assert_eq!((raw("null").or(raw("1")).json(), raw("0").or(raw("1")).json()), ("1", "0"));
        assert_eq!(raw("19.9900").text().as_deref(), Some("19.9900"), "as it is written");
    }

    #[test]
    fn a_list_may_be_an_object_or_nothing() {
        let count = |json| raw(json).values().len();
        assert_eq!(
            (count("[1,2]"), count("{\"0\":1,\"5\":2}"), count("null"), count("\"x\""), count("[]")),
            (2, 2, 0, 0, 0)
        );
        assert_eq!(raw("[{\"id\":1},null,3]").read::<Fields<'_>>().len(), 1);
        assert_eq!((raw("[{\"id\":1},null,[]]").records().len(), raw("{\"0\":1}").items().len()), (1, 0));
        assert_eq!(raw("3").fields().0.len() + raw("[1]").fields().0.len(), 0);
        assert_eq!(serde_json::from_str::<Fields<'_>>("[]").map(|f| f.0.len()).ok(), Some(0));
    }
}
