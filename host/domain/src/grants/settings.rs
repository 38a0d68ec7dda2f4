//! What an adapter asks of the seller, and the check of the answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;
use url::Url;

use super::origin::{check_host, is_label, parse_port};
use super::path::check_path;
use super::{ACCESS_TOKEN, Manifest, OAuth, REFRESH_TOKEN};
use crate::secret::Secret;

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
    /// Checks and normalises: defaults filled in, `"5"` becomes 5 for an integer, URLs lose their final slash and have
    /// their host in ASCII. All problems at once, for a form.
    pub fn check_settings(&self, given: &Settings) -> Result<Settings, Vec<SettingProblem>> {
        let mut checked = Settings::new();
        let mut problems = Vec::new();
        for key in given.keys().filter(|key| !self.settings.contains_key(*key)) {
            problems.push(SettingProblem::new(key, format!("{} has no such setting", self.name)));
        }
        for (key, setting) in &self.settings {
            // An empty field of a form is no answer.
            let answer = given.get(key).filter(|value| !value.is_null() && value.as_str() != Some(""));
            let Some(value) = answer.or(setting.default.as_ref()) else {
                if setting.required {
                    problems.push(SettingProblem::new(key, "is required"));
                }
                continue;
            };
            match setting.normalise(value) {
                Ok(value) if self.fills_label(key) && !value.as_str().is_some_and(is_label) => {
                    problems.push(SettingProblem::new(key, "must be one part of a host name: a-z, 0-9 and -"));
                }
                Ok(value) => {
                    checked.insert(key.clone(), value);
                }
                Err(problem) => problems.push(SettingProblem::new(key, problem)),
            }
        }
        if problems.is_empty() { Ok(checked) } else { Err(problems) }
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

    fn fills_label(&self, key: &str) -> bool {
        self.egress.iter().any(|rule| rule.origin.label_settings().any(|name| name == key))
    }
}

impl Setting {
    /// The address up to the first folder of `cut_at`.
    fn cut<'a>(&self, address: &'a str) -> &'a str {
        let path = address.find("://").map_or(0, |at| at + 3);
        let path_end = address.find(['?', '#']).unwrap_or(address.len());
        let mut at = path;
        for folder in address[path.min(path_end)..path_end].split('/') {
            // The first part is the host.
            if at > path && self.cut_at.iter().any(|end| end == folder) {
                return &address[..at];
            }
            at += folder.len() + 1;
        }
        address
    }

    fn normalise(&self, value: &Value) -> Result<Value, String> {
        match (self.kind, value) {
            (SettingType::Url, Value::String(text)) => Ok(Value::from(normalise_url(self.cut(text))?)),
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
    setting.default.as_ref().map_or(Ok(()), |value| setting.normalise(value).map(drop))
}

pub(super) fn is_secret_name_taken(manifest: &Manifest, name: &str) -> bool {
    manifest.settings.contains_key(name)
}

/// Sellers paste these from a browser, so case, a final slash and international names are taken; anything that a URL
/// parser would quietly turn into another place is not.
pub(super) fn normalise_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let (_, rest) = text.split_once("://").ok_or("must begin with https:// or http://")?;
    let url = Url::parse(text).map_err(|_| "is not a URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with https:// or http://".to_owned());
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return Err("must not hold a user name or password".to_owned());
    }
    if text.contains(['?', '#']) {
        return Err("must not have a query (?) or fragment (#)".to_owned());
    }
    if text.contains('\\') || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("must not hold spaces, backslashes or control characters".to_owned());
    }
    let after_address = authority.rfind(']').map_or(0, |at| at + 1);
    let host_end = authority[after_address..].find(':').map_or(authority.len(), |at| after_address + at);
    let (written, port) = authority.split_at(host_end);
    if !port.is_empty() && parse_port(&port[1..]).is_none() {
        return Err("has a port that is not a number from 1 to 65535".to_owned());
    }
    let host = url.host_str().ok_or("has no host")?;
    let written = written.to_lowercase();
    let dotted = host.starts_with('[') || !host.split('.').any(str::is_empty);
    if !dotted || (written != host && written != url::quirks::domain_to_unicode(host)) {
        return Err(format!("its host would be read as `{host}`; write it that way if that is what you mean"));
    }
    // What the strict reader of guests' URLs refuses could be set and never be reached.
    check_host(host)?;
    check_path(url.path())?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
