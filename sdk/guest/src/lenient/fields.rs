//! Objects: all fields as they stand, or those that a record names.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Raw;
use crate::scan::{No, parts, unescaped};

/// What is made of an object's fields; [`record!`](crate::record) makes them.
pub trait Record<'a>: Sized {
    /// `None`: it is no object, or cannot be read.
    fn of(raw: Raw<'a>) -> Option<Self>;
}

/// An object's fields in their order, each as it stands.
#[derive(Clone, Debug, Default)]
pub struct Fields<'a>(pub Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'a> Fields<'a> {
    /// The fields of a text, or what is wrong with it.
    pub fn parse(json: &'a str) -> Result<Self, serde_json::Error> {
        Self::of(Raw::of(json)).map_or_else(|| serde_json::from_str(json), Ok)
    }

    pub fn get(&self, name: &str) -> Raw<'a> {
        self.0.iter().find(|(key, _)| key == name).map_or(Raw::MISSING, |(_, value)| *value)
    }
}

impl<'a> Record<'a> for Fields<'a> {
    fn of(raw: Raw<'a>) -> Option<Self> {
        if !raw.may_have_fields() {
            return None;
        }
        let mut fields = Vec::with_capacity((raw.json().len() / 24).clamp(4, 64));
        match each_field(raw, |key, value| fields.push((key, value))) {
            Ok(()) => Some(Fields(fields)),
            Err(No) => serde_json::from_str(raw.json()).ok(),
        }
    }
}

impl Raw<'_> {
    /// Most of what is asked for its fields is a text or a number, and needs no parser to say so.
    fn may_have_fields(self) -> bool {
        self.json().trim_ascii_start().starts_with(['{', '['])
    }
}

/// A record of the fields that `set` takes. False of `set`: this one was there before, and which of them is meant cannot be told.
#[doc(hidden)]
pub fn fill<'a, T: Default>(raw: Raw<'a>, set: fn(&mut T, &str, Raw<'a>) -> bool) -> Option<T> {
    if !raw.may_have_fields() {
        return None;
    }
    let (mut record, mut once) = (T::default(), true);
    if let Err(No) = each_field(raw, |key, value| once &= set(&mut record, &key, value)) {
        (record, once) = (T::default(), true);
        for (key, value) in serde_json::from_str::<Fields<'a>>(raw.json()).ok()?.0 {
            once &= set(&mut record, &key, value);
        }
    }
    once.then_some(record)
}

/// `No`: somewhere in it, so that what came before does not count either.
fn each_field<'a>(raw: Raw<'a>, mut each: impl FnMut(Cow<'a, str>, Raw<'a>)) -> Result<(), No> {
    let (json, mut readable) = (raw.json(), true);
    parts(json, raw.checked, |name, value| match name.and_then(key) {
        Some(key) => each(key, Raw::checked(value)),
        None => readable = false,
    })?;
    // PHP's empty object is a list.
    if readable { Ok(()) } else { Err(No) }
}

/// `None`: half a character is in it.
fn key(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if inner.as_bytes().contains(&b'\\') { unescaped(inner).map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
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

/// Some fields of an object, each kept as it stands: a struct of [`Raw`]s. What else the object has is passed over, what it lacks is
/// [missing](Raw::MISSING), and an object that has one of them twice is not read.
///
/// ```
/// use entrepot_guest::lenient::{Raw, Record};
///
/// entrepot_guest::record! {
///     /// Categories, tags, brands.
///     struct Term { id, name, kind = "type" }
/// }
///
/// let term = Term::of(Raw::of(r#"{"id":"7","type":"tag","count":3}"#)).unwrap();
/// assert_eq!((term.id.id(), term.kind.owned(), term.name.is_given()), (Some(7), Some("tag".into()), false));
/// assert!(Term::of(Raw::of("3")).is_none() && Term::of(Raw::of(r#"{"id":1,"id":2}"#)).is_none());
/// ```
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $record:ident { $($field:ident $(= $name:literal)?),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Default)]
        $vis struct $record<'a> {
            $($vis $field: $crate::lenient::Raw<'a>,)+
        }

        impl<'a> $crate::lenient::Record<'a> for $record<'a> {
            fn of(raw: $crate::lenient::Raw<'a>) -> Option<Self> {
                $crate::lenient::fill(raw, |record: &mut Self, key, value| {
                    let place = match key {
                        $($crate::__record_name!($field $($name)?) => &mut record.$field,)+
                        _ => return true,
                    };
                    !::std::mem::replace(place, value).is_given()
                })
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __record_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}
