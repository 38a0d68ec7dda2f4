//! JSON in which no object names a member twice: parsers differ in which of them counts, and whoever checked one may have let the other in.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Of a name that is repeated in the message.
const MAX_NAME_LEN: usize = 100;

/// Any JSON value. What it holds is dropped.
pub(crate) struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<Unique>()?;
            if let Some(twice) = names.replace(name) {
                let name: String = twice.chars().take(MAX_NAME_LEN).collect();
                return Err(A::Error::custom(format!("the name {name:?} stands twice in one object; give it once")));
            }
        }
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unique, A::Error> {
        while seq.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Unique, D::Error> {
        Unique::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_unit<E: Error>(self) -> Result<Unique, E> {
        Ok(Unique)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_in_an_object_however_deep() {
        let read = |text: &str| serde_json::from_str::<Unique>(text).map(drop).map_err(|why| why.to_string());
        for good in [r#"{"a":1,"b":{"a":[{"a":null},{"a":true}]}}"#, "[]", "1.5", r#""x""#, r#"{"a":{},"A":{}}"#] {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for bad in [r#"{"a":1,"a":1}"#, r#"{"s":{"url":"x","url":"y"}}"#, r#"[{"a":{"b":1,"\u0062":2}}]"#] {
            assert!(read(bad).is_err_and(|why| why.contains("twice")), "{bad}");
        }
        assert!(read("{").is_err());
    }
}
