//! What an adapter asks of the seller, and the check of the answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use super::origin::is_label;
use super::pasted_url::{cut, normalise_url};
use super::{ACCESS_TOKEN, Manifest, OAuth, REFRESH_TOKEN};
use crate::secret::{LONGEST_SECRET, Secret};

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
    /// For type `url`: folders at which a pasted address ends, e.g. `wp-admin`. People copy the address of the page they
    /// are on, and a grant bound to that page would allow nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut_at: Vec<String>,
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
    fn new(key: &str, problem: impl Into<String>) -> Self {
        Self { key: key.to_owned(), problem: problem.into() }
    }
}

impl Manifest {
    /// The settings of a new channel, checked and normalised: defaults filled in, `"5"` becomes 5 for an integer, URLs lose their
    /// final slash and have their host in ASCII. All problems at once, for a form.
    pub fn check_settings(&self, given: &Settings) -> Result<Settings, Vec<SettingProblem>> {
        self.checked(given, None)
    }

    /// Those of a channel that exists, under this manifest: of what decides where requests go, it keeps what it was made with. No
    /// default is filled in there, and nothing is cut. What the manifest no longer knows is left out.
    pub fn stored_settings(&self, stored: &Settings) -> Result<Settings, Vec<SettingProblem>> {
        self.checked(&Settings::new(), Some(stored))
    }

    /// Likewise, with what is said anew. An empty answer asks for the default.
    pub fn changed_settings(&self, stored: &Settings, changes: &Settings) -> Result<Settings, Vec<SettingProblem>> {
        self.checked(changes, Some(stored))
    }

    fn checked(&self, given: &Settings, stored: Option<&Settings>) -> Result<Settings, Vec<SettingProblem>> {
        let mut checked = Settings::new();
        let mut problems = Vec::new();
        for key in given.keys().filter(|key| !self.settings.contains_key(*key)) {
            problems.push(SettingProblem::new(key, format!("{} has no such setting", self.name)));
        }
        for (key, setting) in &self.settings {
            match self.answer(key, setting, given, stored) {
                Ok(Some(value)) => drop(checked.insert(key.clone(), value)),
                Ok(None) => {}
                Err(problem) => problems.push(SettingProblem::new(key, problem)),
            }
        }
        if problems.is_empty() { Ok(checked) } else { Err(problems) }
    }

    fn answer(
        &self,
        key: &str,
        setting: &Setting,
        given: &Settings,
        stored: Option<&Settings>,
    ) -> Result<Option<Value>, String> {
        let untouched = stored.filter(|_| !given.contains_key(key));
        let keeps = untouched.is_some() && self.decides(key);
        // An empty field of a form is no answer.
        let said = untouched.unwrap_or(given).get(key).filter(|value| !value.is_null() && value.as_str() != Some(""));
        let value = match (said.or(setting.default.as_ref().filter(|_| !keeps)), &setting.default) {
            (Some(value), _) => value,
            (None, _) if !setting.required => return Ok(None),
            (None, Some(default)) => {
                return Err(format!(
                    "is required, and the channel was made without it; to take the adapter's own, say so: \
                     entrepot channel set CHANNEL --set {key}={}",
                    default.as_str().map_or_else(|| default.to_string(), str::to_owned)
                ));
            }
            (None, None) => return Err("is required".to_owned()),
        };
        let value = setting.normalise(value, if keeps { &[] } else { &setting.cut_at })?;
        if self.fills_label(key) && !value.as_str().is_some_and(is_label) {
            return Err("must be one part of a host name: a-z, 0-9 and -".to_owned());
        }
        Ok(Some(value))
    }

    /// `given`: the secrets the channel would have, by name.
    pub fn check_secrets<'a>(
        &self,
        given: impl IntoIterator<Item = (&'a str, &'a Secret)>,
    ) -> Result<(), Vec<SettingProblem>> {
        let problems = self.problems_of(given);
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// `given`: the secrets a channel has before its seller has agreed. Its tokens come by that; what the client needs for it must be
    /// there already.
    pub fn check_secrets_before_tokens<'a>(
        &self,
        oauth: &OAuth,
        given: impl IntoIterator<Item = (&'a str, &'a Secret)>,
    ) -> Result<(), Vec<SettingProblem>> {
        let given: Vec<_> = given.into_iter().collect();
        let has = |name: &str| given.iter().any(|(known, _)| *known == name);
        let tokens = [ACCESS_TOKEN, REFRESH_TOKEN];
        let mut problems = self.problems_of(given.iter().copied());
        problems.retain(|problem| !tokens.contains(&problem.key.as_str()));
        let too_many = tokens.into_iter().filter(|name| has(name));
        problems.extend(too_many.map(|name| SettingProblem::new(name, "comes by connecting; leave it out")));
        let known: Vec<_> = problems.iter().map(|problem| problem.key.clone()).collect();
        let needed =
            oauth.client_secrets().into_iter().filter(|name| !has(name) && !known.iter().any(|key| key == name));
        problems.extend(needed.map(|name| SettingProblem::new(name, "is required for connecting")));
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn problems_of<'a>(&self, given: impl IntoIterator<Item = (&'a str, &'a Secret)>) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        let mut seen = Vec::new();
        for (key, secret) in given {
            let value = secret.expose();
            seen.push(key);
            let problem = match self.secrets.get(key) {
                None => format!("{} has no such secret", self.name),
                Some(_) if value.is_empty() => "is empty".to_owned(),
                Some(_) if value.len() > LONGEST_SECRET => {
                    format!("has {} bytes; a secret has {LONGEST_SECRET} at the most", value.len())
                }
                Some(_) if value.trim() != value || value.chars().any(char::is_control) => {
                    "begins or ends with a space, or holds control characters".to_owned()
                }
                Some(field) => match &field.prefix {
                    Some(prefix) if !value.starts_with(prefix) => format!("must begin with `{prefix}`"),
                    _ => continue,
                },
            };
            problems.push(SettingProblem::new(key, problem));
        }
        for (key, _) in self.secrets.iter().filter(|(key, field)| field.required && !seen.contains(&key.as_str())) {
            problems.push(SettingProblem::new(key, "is required"));
        }
        problems
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
    fn normalise(&self, value: &Value, cut_at: &[String]) -> Result<Value, String> {
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

pub(super) fn is_secret_name_taken(manifest: &Manifest, name: &str) -> bool {
    manifest.settings.contains_key(name)
}
