//! What authenticates rows: whoever can write the database cannot make what stands beside them.
// See docs/decisions/0011-authenticated-rows.md

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

/// A key for one purpose, and the id of the master key it was derived from.
type DerivedKey = (String, Zeroizing<[u8; 32]>);

/// Of the master key with that id, or of the one in use.
type Find = dyn Fn(Option<&str>) -> Option<DerivedKey> + Send + Sync;

/// Keys for one purpose, derived from the host's master keys.
pub struct MacKeys(Box<Find>);

/// Why a row is not used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    #[error("it was not written by this host")]
    Missing,
    #[error("it was written under the master key {0:?}, which is not given here")]
    UnknownKey(String),
    #[error("it is not what this host wrote: somebody changed it in the database")]
    Changed,
    #[error("it is not there any more: somebody deleted it in the database")]
    Gone,
    #[error(
        "it is not what this host wrote last, as its audit log says: somebody put an earlier state back in the database, or cut off the end \
         of the log"
    )]
    Earlier,
    #[error(
        "this host wrote it, and its audit log does not know of it: somebody cut off the end of the log, or emptied it"
    )]
    Cut,
    #[error("the audit log is not whole from entry {0} on, so it cannot be told whether it still counts")]
    Log(i64),
}

impl Unfit {
    /// For a table.
    pub fn in_short(&self) -> &'static str {
        match self {
            Self::Missing => "not written by this host",
            Self::UnknownKey(_) => "of another master key",
            Self::Changed => "changed in the database",
            Self::Gone => "deleted in the database",
            Self::Cut => "not sure: the log was cut off",
            Self::Earlier => "put back in the database",
            Self::Log(_) => "not sure: the log is broken",
        }
    }
}

impl MacKeys {
    /// At least one, with their ids; the one in use first.
    pub fn new(keys: Vec<DerivedKey>) -> Self {
        Self::of(move |id| keys.iter().find(|(known, _)| id.is_none_or(|id| id == known)).cloned())
    }

    /// Keys that may become others while the host runs.
    pub fn of(find: impl Fn(Option<&str>) -> Option<DerivedKey> + Send + Sync + 'static) -> Self {
        Self(Box::new(find))
    }

    /// The id of the key in use.
    pub fn id(&self) -> Option<String> {
        (self.0)(None).map(|(id, _)| id)
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        (self.0)(Some(id)).is_some()
    }

    /// Whether it was sealed with the key in use.
    pub fn is_current(&self, sealed: Option<&str>) -> bool {
        let id = sealed.and_then(|sealed| sealed.rsplit_once(':')).map(|(id, _)| id);
        id.is_some() && id == self.id().as_deref()
    }

    /// `table` and what is to be authenticated of a row: `ID:HEX`. Without a key, nothing that fits.
    pub fn seal(&self, table: &str, parts: &[&[u8]]) -> String {
        let id = self.id().unwrap_or_default();
        let mac = self.mac(&id, &labelled(table, parts)).map(|mac| hex(&mac.finalize().into_bytes()));
        format!("{id}:{}", mac.unwrap_or_default())
    }

    pub fn check(&self, table: &str, parts: &[&[u8]], sealed: Option<&str>) -> Result<(), Unfit> {
        let (id, found) =
            sealed.filter(|text| !text.is_empty()).ok_or(Unfit::Missing)?.rsplit_once(':').ok_or(Unfit::Changed)?;
        let mac = self.mac(id, &labelled(table, parts)).ok_or_else(|| Unfit::UnknownKey(id.to_owned()))?;
        let found = bytes(found).ok_or(Unfit::Changed)?;
        mac.verify_slice(&found).map_err(|_| Unfit::Changed)
    }

    /// Under the key of that id, over the parts, each with its length: no two lists read the same.
    pub(crate) fn mac(&self, id: &str, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
        let (_, key) = (self.0)(Some(id))?;
        let mut mac = <Hmac<Sha256>>::new_from_slice(key.as_slice()).ok()?;
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Some(mac)
    }
}

fn labelled<'a>(table: &'a str, parts: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let label: &[u8] = b"entrepot row 1";
    [label, table.as_bytes()].into_iter().chain(parts.iter().copied()).collect()
}

/// The one text of a JSON document, however a database has stored it: the keys of objects in order, nothing between.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(table) => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            let entries =
                entries.into_iter().map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().filter(|_| pair.len() == 2))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ids: &[&str]) -> MacKeys {
        MacKeys::new(ids.iter().map(|id| ((*id).to_owned(), Zeroizing::new([id.len() as u8; 32]))).collect())
    }

    #[test]
    fn only_the_same_parts_of_the_same_table_under_a_known_key_fit() {
        let (ours, other) = (keys(&["k1"]), keys(&["key2"]));
        let parts: [&[u8]; 2] = [b"ab", b"c"];
        let sealed = ours.seal("grants", &parts);
        assert_eq!(ours.check("grants", &parts, Some(&sealed)), Ok(()));
        assert_eq!(keys(&["key2", "k1"]).check("grants", &parts, Some(&sealed)), Ok(()), "after a new key came first");
        for (table, parts) in
            [("grants", vec![&b"a"[..], b"bc"]), ("grants", vec![b"abc"]), ("channels", parts.to_vec())]
        {
            assert_eq!(ours.check(table, &parts, Some(&sealed)), Err(Unfit::Changed), "{table}");
        }
        assert_eq!(other.check("grants", &parts, Some(&sealed)), Err(Unfit::UnknownKey("k1".into())));
        assert_eq!(ours.check("grants", &parts, None), Err(Unfit::Missing));
        for wrong in ["k1", "k1:", "k1:00", "k1:zz", &sealed[..sealed.len() - 1], &sealed.replace(':', "::")] {
            assert!(ours.check("grants", &parts, Some(wrong)).is_err(), "{wrong}");
        }
        assert_eq!(ours.check("grants", &parts, Some("")), Err(Unfit::Missing));
    }

    #[test]
    fn documents_have_one_text() {
        let value: Value =
            serde_json::from_str(r#"{"b": [1, 2.50, "\u00e9\n"], "a": {"z": null, "y": true}}"#).unwrap();
        assert_eq!(canonical(&value), "{\"a\":{\"y\":true,\"z\":null},\"b\":[1,2.5,\"é\\n\"]}");
    }
}
