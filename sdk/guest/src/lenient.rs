//! JSON whose types cannot be relied on: each field is kept as it stands and read as what it is needed for.
//!
//! Marketplaces and what is plugged into them answer numbers for texts, texts for numbers, null for anything, and PHP writes `[]` for an
//! empty object and an object for a list with gaps. None of that may lose an item or stop a page. Numbers keep their digits, so that no
//! price goes through a binary float.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::json::repaired;
use crate::scan::{No, backslash, parts, unescaped};
use crate::text::{decode_entities, without_nul};

mod fields;
mod lists;

pub use fields::{Fields, Record};

#[doc(hidden)]
pub use fields::fill;

/// A field's JSON text, or that it is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Raw<'a> {
    json: Option<&'a str>,
    /// It was cut out of a text that was gone over to its end.
    checked: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Raw::checked(raw.get()))
    }
}

impl<'a> Raw<'a> {
    /// A field that is not there.
    pub const MISSING: Self = Self { json: None, checked: true };

    /// Any text.
    pub fn of(json: &'a str) -> Self {
        Self { json: Some(json), checked: false }
    }

    /// A text that is whole JSON, as [`json::text`](crate::json::text) gives it, so that it need not be gone over again. Of another text
    /// the parts are not to be relied on.
    pub fn checked(json: &'a str) -> Self {
        Self { json: Some(json), checked: true }
    }

    pub fn json(self) -> &'a str {
        self.json.unwrap_or("null")
    }

    /// Also where it is null.
    pub fn is_given(self) -> bool {
        self.json.is_some()
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

    /// The elements of a list, or of the object with numbers for keys that PHP makes of a list with gaps. `None`: it is neither.
    pub fn list(self) -> Option<Vec<Raw<'a>>> {
        match self.first() {
            b'[' => self.elements(),
            b'{' => {
                let fields = self.fields().0;
                let number = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
                let numbered = !fields.is_empty() && fields.iter().all(|(key, _)| number(key));
                numbered.then(|| fields.into_iter().map(|(_, value)| value).collect())
            }
            _ => None,
        }
    }

    /// [`Raw::list`]; nothing where it is none.
    pub fn items(self) -> Vec<Raw<'a>> {
        self.list().unwrap_or_default()
    }

    /// The elements of a list, or the values of an object that stands for a list with gaps.
    pub fn values(self) -> Vec<Raw<'a>> {
        match self.first() {
            b'{' => self.fields().0.into_iter().map(|(_, value)| value).collect(),
            _ => self.items(),
        }
    }

    /// `None`: it is no list.
    fn elements(self) -> Option<Vec<Raw<'a>>> {
        let mut elements = Vec::new();
        match parts(self.json(), self.checked, |_, element| elements.push(Raw::checked(element))) {
            Ok(()) => Some(elements),
            Err(No) => serde_json::from_str(self.json()).ok(),
        }
    }

    /// The fields of an object; none of anything else.
    pub fn fields(self) -> Fields<'a> {
        Fields::of(self).unwrap_or_default()
    }

    /// The elements of a list that are objects.
    pub fn records(self) -> Vec<Fields<'a>> {
        self.items().into_iter().filter(|item| item.first() == b'{').map(Raw::fields).collect()
    }

    /// The [values](Self::values) that can be read as `T`.
    pub fn read<T: Record<'a>>(self) -> Vec<T> {
        if self.is_empty() {
            return Vec::new();
        }
        self.values().into_iter().filter_map(T::of).collect()
    }

    /// Nothing worth keeping: missing, null, "", false, [] or {}, also with blanks between the brackets.
    pub fn is_empty(self) -> bool {
        let json = self.json();
        let inside = |open, close| json.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
        let is_blank = |inside: Option<&str>| inside.is_some_and(|inside| inside.trim().is_empty());
        matches!(json, "null" | "\"\"" | "false") || is_blank(inside('[', ']')) || is_blank(inside('{', '}'))
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
    if backslash(inner.as_bytes(), 0) == inner.len() {
        return Some(Cow::Borrowed(inner));
    }
    let text = unescaped(inner).map_or_else(|| serde_json::from_str::<String>(json), Ok);
    let text = text.or_else(|error| match repaired(json) {
        Some(fixed) => serde_json::from_str(&fixed),
        None => Err(error),
    });
    text.ok().map(|text| without_nul(Cow::Owned(text)))
}

/// JSON with lists in one order: those under the keys of `sets`, at any depth, and with `itself` the value. For lists whose order says
/// nothing and is another one each time: an item that is compared as text would pass for changed. Elements stand by their place where they
/// name one, then by their id, then by their text.
///
/// ```
/// use entrepot_guest::lenient::{Raw, in_one_order};
/// let of = |json| in_one_order(Raw::of(json), false, &["tags"]);
/// assert_eq!(of(r#"{"tags":[{"id":10},{"id":9}],"steps":[2,1]}"#), r#"{"tags":[{"id":9},{"id":10}],"steps":[2,1]}"#);
/// ```
pub fn in_one_order(value: Raw<'_>, itself: bool, sets: &[&str]) -> String {
    let mut text = String::with_capacity(value.json().len());
    write_ordered(value, itself, sets, DEEPEST, &mut text);
    text
}

/// Levels that are brought into order. What is nested deeper stays as it came: a guest's stack is small.
const DEEPEST: usize = 64;

fn write_ordered(value: Raw<'_>, set: bool, sets: &[&str], levels: usize, into: &mut String) {
    let Some(levels) = levels.checked_sub(1) else { return into.push_str(value.json()) };
    match (value.first(), set.then(|| value.list()).flatten()) {
        (_, Some(mut elements)) => {
            elements.sort_by_cached_key(place);
            write_list(&elements, sets, levels, into);
        }
        (b'[', None) => write_list(&value.items(), sets, levels, into),
        (b'{', None) if value.json() != "{}" => {
            let fields = value.fields();
            for (at, (key, value)) in fields.0.iter().enumerate() {
                into.push(if at == 0 { '{' } else { ',' });
                into.push_str(&quoted(key));
                into.push(':');
                write_ordered(*value, sets.contains(&key.as_ref()), sets, levels, into);
            }
            into.push('}');
        }
        _ => into.push_str(value.json()),
    }
}

fn write_list(elements: &[Raw<'_>], sets: &[&str], levels: usize, into: &mut String) {
    into.push('[');
    for (at, element) in elements.iter().enumerate() {
        if at > 0 {
            into.push(',');
        }
        write_ordered(*element, false, sets, levels, into);
    }
    into.push(']');
}

fn place(element: &Raw<'_>) -> (i64, i64, String) {
    let fields = element.fields();
    let number = |names: &[&str]| names.iter().find_map(|name| fields.get(name).whole()).unwrap_or(i64::MAX);
    let id = element.whole().unwrap_or_else(|| number(&["id", "offering_id", "location_id"]));
    (number(&["position", "sort_order", "rank"]), id, element.json().to_owned())
}

/// A text as a JSON string.
pub fn quoted(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned());
    repaired(&json).unwrap_or(json)
}

#[cfg(test)]
mod tests;
