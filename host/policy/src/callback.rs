//! What the browser's way back from a marketplace has to show, besides the state that only it can know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{MacAlgorithm, Settings, Template, TimeSpan};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuthCallback {
    /// The marketplace signs the query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<CallbackSignature>,
    /// Parameters and what they have to say; `{setting}` stands for the value of a setting. Whoever agreed for another shop is told.
    #[serde(default, rename = "match", skip_serializing_if = "BTreeMap::is_empty")]
    pub matches: BTreeMap<String, Template>,
}

/// The MAC, in hex, over all other parameters: sorted by name, `name=value` with everything percent-encoded but letters, digits and
/// `-_.~`, joined by `&`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackSignature {
    /// The parameter that holds it.
    pub parameter: String,
    /// Name of the secret that is the key.
    pub secret: String,
    pub algorithm: MacAlgorithm,
    /// Further parameters that are not signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// The parameter with the moment of signing, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// How far that moment may be off, to either side.
    #[serde(default = "usual_tolerance")]
    pub tolerance: TimeSpan,
}

const fn usual_tolerance() -> TimeSpan {
    TimeSpan(90_000)
}

impl OAuthCallback {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What the parameters have to say for a channel with these settings.
    pub fn expected(&self, settings: &Settings) -> Result<Vec<(&str, String)>, String> {
        let value = |setting: &str| settings.get(setting).and_then(serde_json::Value::as_str);
        let filled = self.matches.iter().map(|(name, template)| {
            let text = template.fill(value).map_err(|setting| format!("the setting {setting} is not set"))?;
            Ok((name.as_str(), text))
        });
        filled.collect()
    }

    pub(super) fn check(&self, setting: &impl Fn(&str) -> bool) -> Result<(), String> {
        if let Some(signature) = &self.signature {
            let named = [Some(&signature.parameter), signature.timestamp.as_ref()].into_iter().flatten();
            if named.chain(&signature.without).any(String::is_empty) {
                return Err("callback.signature: the name of a parameter is empty".to_owned());
            }
            // What is not signed must not be what is believed.
            let unsigned = |name: &String| *name == signature.parameter || signature.without.contains(name);
            let read = self.matches.keys().chain(signature.timestamp.as_ref());
            if let Some(name) =
                read.map(String::as_str).chain(["code", "state"]).find(|name| unsigned(&(*name).to_owned()))
            {
                return Err(format!("callback.signature: `{name}` has to be signed"));
            }
        }
        for (name, template) in &self.matches {
            if name.is_empty() || name == "code" || name == "state" {
                return Err(format!("callback.match: {name:?} cannot be matched"));
            }
            if let Some(unknown) = template.names().find(|name| !setting(name)) {
                return Err(format!("callback.match: `{{{unknown}}}` is not one of the settings"));
            }
        }
        Ok(())
    }

    pub(super) fn in_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(signature) = &self.signature {
            let CallbackSignature { parameter, secret, algorithm, without, timestamp, tolerance } = signature;
            let without = if without.is_empty() { String::new() } else { format!(", without {}", without.join(", ")) };
            let age = timestamp.as_ref().map_or_else(String::new, |name| format!(", {name} at most {tolerance} off"));
            words.push(format!("What comes back is signed in {parameter} ({algorithm} with {secret}{without}{age})."));
        }
        let says = |(name, template): (&String, &Template)| format!("It has to say {name}={}.", template.as_str());
        words.extend(self.matches.iter().map(says));
        words
    }
}
