//! The check of what a seller answers to the settings and secrets of a manifest.

use serde_json::Value;

use super::Manifest;
use crate::origin::is_label;
use crate::{Connect, OAuth, Setting, SettingProblem, Settings};
use entrepot_domain::secret::{MAX_SECRET_LEN, Secret};

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
        self.check_secrets_before(oauth.tokens(), &oauth.client_secrets(), given)
    }

    /// The same, where the shop will post keys.
    pub fn check_secrets_before_keys<'a>(
        &self,
        connect: &Connect,
        given: impl IntoIterator<Item = (&'a str, &'a Secret)>,
    ) -> Result<(), Vec<SettingProblem>> {
        let posted: Vec<&str> = connect.secrets.keys().map(String::as_str).collect();
        self.check_secrets_before(&posted, &[], given)
    }

    /// Whether the secret comes by connecting, where the seller connects.
    pub fn comes_by_connecting(&self, secret: &str) -> bool {
        let token = self.oauth.as_ref().is_some_and(|oauth| oauth.tokens().contains(&secret));
        token || self.connect.as_ref().is_some_and(|connect| connect.secrets.contains_key(secret))
    }

    fn check_secrets_before<'a>(
        &self,
        coming: &[&str],
        needed: &[&str],
        given: impl IntoIterator<Item = (&'a str, &'a Secret)>,
    ) -> Result<(), Vec<SettingProblem>> {
        let given: Vec<_> = given.into_iter().collect();
        let has = |name: &str| given.iter().any(|(known, _)| *known == name);
        let mut problems = self.problems_of(given.iter().copied());
        problems.retain(|problem| !coming.contains(&problem.key.as_str()));
        let too_many = coming.iter().filter(|name| has(name));
        problems.extend(too_many.map(|name| SettingProblem::new(name, "comes by connecting; leave it out")));
        let known: Vec<_> = problems.iter().map(|problem| problem.key.clone()).collect();
        let needed = needed.iter().filter(|name| !has(name) && !known.iter().any(|key| key == *name));
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
                Some(_) if value.len() > MAX_SECRET_LEN => {
                    format!("has {} bytes; a secret has {MAX_SECRET_LEN} at the most", value.len())
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
