//! How an operator lets an adapter in.

use serde::Deserialize;
use serde::de::Error;
use serde_json::{Map, Value};

use super::Narrowing;

/// Nothing said: the version installed last, all it asks for, for every channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Approval {
    pub version: Option<String>,
    /// Percent of the channels it is tried on first, 1 to 99.
    pub share: Option<u8>,
    /// Later versions by the same signer that ask for nothing more come into use by themselves.
    pub accept_narrower: bool,
    pub narrowing: Narrowing,
}

impl From<&Narrowing> for Approval {
    fn from(narrowing: &Narrowing) -> Self {
        Self { narrowing: narrowing.clone(), ..Self::default() }
    }
}

impl Approval {
    /// One object: `version`, `share`, `accept_narrower`, and beside them what is taken away.
    pub fn from_json(mut object: Map<String, Value>) -> Result<Self, serde_json::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Own {
            version: Option<String>,
            share: Option<u8>,
            accept_narrower: bool,
        }
        const OWN: [&str; 3] = ["version", "share", "accept_narrower"];
        let own: Map<String, Value> = OWN.iter().filter_map(|name| object.remove_entry(*name)).collect();
        let others = serde_json::to_value(Narrowing::default())?;
        let others: Vec<&str> = others.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
        if let Some(unknown) = object.keys().find(|name| !others.contains(&name.as_str())) {
            let known = [&OWN[..], &others].concat().join(", ");
            return Err(serde_json::Error::custom(format!("there is no field {unknown:?}; there is: {known}")));
        }
        let Own { version, share, accept_narrower } = serde_json::from_value(own.into())?;
        Ok(Self { version, share, accept_narrower, narrowing: serde_json::from_value(object.into())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused() {
        let read = |text: &str| Approval::from_json(serde_json::from_str(text).unwrap());
        let approval = read(r#"{"share": 10, "report_only": true}"#).unwrap();
        assert_eq!((approval.share, approval.narrowing.report_only), (Some(10), true));
        let unknown = read(r#"{"shares": 10}"#).unwrap_err().to_string();
        assert!(["\"shares\"", "share,", "without_rules"].iter().all(|name| unknown.contains(name)), "{unknown}");
        assert!(read(r#"{"share": 300}"#).is_err());
    }
}
