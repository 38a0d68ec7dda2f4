//! Settings that decide where requests go. What they are where nobody says anything, and how an answer is read, is a permission like the
//! rules that are bound to them: a default can lead a credential anywhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Manifest, Setting, SettingType, Settings};

/// The parts of a setting that have a say in where requests go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecidingSetting {
    #[serde(rename = "type")]
    pub kind: SettingType,
    /// Written into a channel when it is made; later ones of the adapter do not move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut_at: Vec<String>,
}

impl Manifest {
    /// Those that an origin, an endpoint of OAuth or the address of a shop that posts keys is made of, by name.
    pub fn deciding_settings(&self) -> BTreeMap<String, DecidingSetting> {
        let deciding = self.settings.iter().filter(|(name, _)| self.decides(name));
        deciding.map(|(name, setting)| (name.clone(), setting.into())).collect()
    }

    /// Those that lead a channel elsewhere, which led as `stored` says; `None`: nobody knows where, and all of them do.
    pub fn moved_by(&self, stored: Option<&Settings>, settings: &Settings) -> Vec<&str> {
        // As it counts, however it is written.
        let before = stored.map(|stored| self.stored_settings(stored).unwrap_or_else(|_| stored.clone()));
        let moves = |name: &str| before.as_ref().is_none_or(|before| before.get(name) != settings.get(name));
        let names = self.settings.keys().map(String::as_str);
        names.filter(|name| self.decides(name) && moves(name)).collect()
    }

    pub(super) fn decides(&self, setting: &str) -> bool {
        let moves = self.oauth.as_ref().and_then(|oauth| oauth.moved_by.as_deref());
        let whole = self.egress.iter().filter_map(|rule| rule.origin.url_setting());
        let connects = self.connect.as_ref().and_then(super::Connect::setting);
        self.fills_label(setting) || whole.chain(moves).chain(connects).any(|name| name == setting)
    }

    /// One part of a host name, of a rule or of an endpoint of OAuth.
    pub(super) fn fills_label(&self, setting: &str) -> bool {
        let of_rules = self.egress.iter().flat_map(|rule| rule.origin.label_settings());
        let of_oauth = self.oauth.iter().flat_map(super::OAuth::label_settings);
        of_rules.chain(of_oauth).any(|name| name == setting)
    }
}

impl From<&Setting> for DecidingSetting {
    fn from(setting: &Setting) -> Self {
        let Setting { kind, default, choices, cut_at, .. } = setting.clone();
        Self { kind, default, choices, cut_at }
    }
}

impl DecidingSetting {
    /// One sentence for the person who approves it.
    pub fn in_words(&self, name: &str) -> String {
        format!("The setting {name} decides where requests go: {}.", self.facts())
    }

    pub(super) fn facts(&self) -> String {
        let Self { kind, default, choices, cut_at } = self;
        let mut facts = vec![kind.as_str().to_owned()];
        facts.push(match default {
            None => "without a default".to_owned(),
            Some(Value::String(text)) => format!("by default {text}"),
            Some(other) => format!("by default {other}"),
        });
        if !choices.is_empty() {
            facts.push(format!("one of {}", choices.join(" ")));
        }
        if !cut_at.is_empty() {
            facts.push(format!("an address is cut at {}", cut_at.join(" ")));
        }
        facts.join(", ")
    }

    /// It can lead nowhere that `known` could not. As with patterns, what is merely different counts as more.
    pub(super) fn is_within(&self, known: &Self) -> bool {
        let Self { kind, default, choices, cut_at } = self;
        *kind == known.kind
            && *cut_at == known.cut_at
            && (default.is_none() || *default == known.default)
            && choices.iter().all(|choice| known.choices.contains(choice))
    }
}
