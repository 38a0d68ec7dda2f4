//! What an adapter asks of the seller: settings and secrets.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::pasted_url::{cut, normalise_url};

/// The answers to a settings schema, as one JSON object.
pub type Settings = serde_json::Map<String, Value>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    #[serde(rename = "type")]
    pub kind: SettingType,
    pub title: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// For type `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// For type `string`: the account is asked what there is to choose from, once the channel is connected.
    #[serde(default, skip_serializing_if = "is_false")]
    pub live_choices: bool,
    /// For type `url`: folders at which a pasted address ends, e.g. `wp-admin`. People copy the address of the page they
    /// are on, and a grant bound to that page would allow nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut_at: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingType {
    Url,
    String,
    Integer,
    Boolean,
    Choice,
}

/// A value that goes to the vault. The manifest knows its name and at most its prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretField {
    pub title: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub required: bool,
    /// What every such value begins with, e.g. `ck_`: catches keys pasted into the wrong field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The host may make one up where the seller gives none: a word that the marketplace is told, and signs with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub generate: bool,
}

/// What is wrong with one answer. Never contains the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{key}: {problem}")]
pub struct SettingProblem {
    pub key: String,
    pub problem: String,
}

impl SettingProblem {
    pub(super) fn new(key: &str, problem: impl Into<String>) -> Self {
        Self { key: key.to_owned(), problem: problem.into() }
    }
}

impl SettingType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Choice => "choice",
        }
    }
}

impl Setting {
    pub(super) fn normalise(&self, value: &Value, cut_at: &[String]) -> Result<Value, String> {
        match (self.kind, value) {
            (SettingType::Url, Value::String(text)) => Ok(Value::from(normalise_url(cut(text, cut_at))?)),
            (SettingType::Choice, Value::String(text)) if self.choices.contains(text) => Ok(value.clone()),
            (SettingType::Choice, _) => Err(format!("must be one of {}", self.choices.join(", "))),
            (SettingType::String, Value::String(text)) if text.chars().any(char::is_control) => {
                Err("must not hold control characters".to_owned())
            }
            (SettingType::String, Value::String(_)) => Ok(value.clone()),
            (SettingType::Integer, Value::Number(number)) if number.is_i64() => Ok(value.clone()),
            (SettingType::Integer, Value::String(text)) => {
                text.trim().parse::<i64>().map(Value::from).map_err(|_| "must be a whole number".to_owned())
            }
            (SettingType::Boolean, Value::Bool(_)) => Ok(value.clone()),
            (SettingType::Boolean, Value::String(text)) if text == "true" || text == "false" => {
                Ok(Value::from(text == "true"))
            }
            (SettingType::Url, _) => Err("must be a URL".to_owned()),
            (SettingType::String, _) => Err("must be text".to_owned()),
            (SettingType::Integer, _) => Err("must be a whole number".to_owned()),
            (SettingType::Boolean, _) => Err("must be true or false".to_owned()),
        }
    }
}

pub(super) fn check_default(setting: &Setting) -> Result<(), String> {
    setting.default.as_ref().map_or(Ok(()), |value| setting.normalise(value, &setting.cut_at).map(drop))
}
