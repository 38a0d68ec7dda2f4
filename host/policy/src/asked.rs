//! What the seller is asked for, and in which words. Who approved an adapter approved these, too: another title gets another answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Manifest, SecretField, Setting, SettingType};

/// One field of the form that a seller fills in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedFor {
    /// None: it is a secret.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SettingType>,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Of a setting: what counts where a seller says nothing. What decides where requests go has it elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The host may make one up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub generate: bool,
}

impl Manifest {
    /// Settings and secrets by name; no name is that of both.
    pub fn asked(&self) -> BTreeMap<String, AskedFor> {
        let settings = self.settings.iter().map(|(name, setting)| {
            let asked = AskedFor::from(setting);
            let default = asked.default.clone().filter(|_| !self.decides(name));
            (name.clone(), AskedFor { default, ..asked })
        });
        settings.chain(self.secrets.iter().map(|(name, secret)| (name.clone(), secret.into()))).collect()
    }
}

impl From<&Setting> for AskedFor {
    fn from(setting: &Setting) -> Self {
        let Setting { kind, title, description, required, choices, default, .. } = setting.clone();
        Self { kind: Some(kind), title, description, required, choices, default, prefix: None, generate: false }
    }
}

impl From<&SecretField> for AskedFor {
    fn from(secret: &SecretField) -> Self {
        let SecretField { title, description, required, prefix, generate } = secret.clone();
        Self { kind: None, title, description, required, choices: Vec::new(), default: None, prefix, generate }
    }
}

impl AskedFor {
    /// One sentence for the person who approves it.
    pub fn in_words(&self, name: &str) -> String {
        format!("Sellers are asked for {name}: {}.", self.facts())
    }

    pub(super) fn facts(&self) -> String {
        let Self { kind, title, description, required, choices, default, prefix, generate } = self;
        let mut facts = vec![kind.map_or("secret", SettingType::as_str).to_owned()];
        facts.push(if *required { "required" } else { "optional" }.to_owned());
        if !choices.is_empty() {
            facts.push(format!("one of {}", choices.join(" ")));
        }
        facts.extend(default.iter().map(|default| format!("{default} where nothing is said")));
        facts.extend(prefix.iter().map(|prefix| format!("beginning with {prefix}")));
        if *generate {
            facts.push("made up by the host where none is given".to_owned());
        }
        let description: Vec<&str> = description.split_whitespace().collect();
        let description = if description.is_empty() { String::new() } else { format!(" {:?}", description.join(" ")) };
        format!("{title:?}{description} ({})", facts.join(", "))
    }
}
