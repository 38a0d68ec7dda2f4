//! A grant with one channel's settings filled in: the thing that says yes or no.

use std::collections::BTreeMap;

use thiserror::Error;
use url::Url;

use super::denial::segments;
use super::header::needs_no_rule;
use super::origin::{Kind, Label, is_label};
use super::parameter::{Pair, pairs, uncovered, wanted};
use super::pasted_url::normalise_url;
use super::{
    Credential, Denial, EgressRule, Grant, KeyRule, Limits, MacAlgorithm, Manifest, Operation, RateLimit, Settings,
};
use entrepot_domain::clock::Timestamp;

/// Made once for a channel and generation, shared by all its calls. Narrowing a grant makes a new one.
#[derive(Clone, Debug)]
pub struct BoundGrant {
    pub adapter_id: String,
    pub version: String,
    pub digest: String,
    pub rate_limit: RateLimit,
    pub limits: Limits,
    pub expires_at: Option<Timestamp>,
    pub report_only: bool,
    rules: Vec<BoundRule>,
    credentials: BTreeMap<String, Credential>,
    keys: BTreeMap<String, KeyRule>,
    bindings: BTreeMap<String, String>,
    secret_names: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct BoundRule {
    pub rule: EgressRule,
    https: bool,
    host: Vec<BoundLabel>,
    port: u16,
    /// Segments of the setting's path, in front of every pattern.
    prefix: Vec<String>,
}

#[derive(Clone, Debug)]
enum BoundLabel {
    Text(String),
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BindError {
    #[error("rule `{rule}` needs the setting `{setting}`, which the channel does not have")]
    Missing { rule: String, setting: String },
    #[error("rule `{rule}`: the setting `{setting}` {problem}")]
    Unusable { rule: String, setting: String, problem: String },
}

/// What the rules give a request that they cover.
#[derive(Clone, Debug)]
pub struct Allowed<'a> {
    /// The first rule that covers it.
    pub rule: &'a EgressRule,
    /// Of all rules that cover it, in their order.
    pub credentials: Vec<(&'a str, &'a Credential)>,
    /// The most that one of them grants.
    pub redirects: u8,
}

impl<'a> Allowed<'a> {
    pub fn credential(&self, name: &str) -> Option<&'a Credential> {
        self.credentials.iter().find(|(known, _)| *known == name).map(|(_, credential)| *credential)
    }
}

impl BoundGrant {
    /// `settings` as [`Manifest::check_settings`] returned them. A rule whose optional setting has no value is left out.
    pub fn bind(grant: &Grant, manifest: &Manifest, settings: &Settings) -> Result<Self, BindError> {
        let mut rules = Vec::new();
        let mut bindings = BTreeMap::new();
        for rule in &grant.rules {
            if let Some(bound) = bind_rule(rule, manifest, settings, &mut bindings)? {
                rules.push(bound);
            }
        }
        Ok(Self {
            adapter_id: grant.adapter_id.clone(),
            version: grant.version.clone(),
            digest: grant.digest.clone(),
            rate_limit: grant.rate_limit,
            limits: grant.limits,
            expires_at: grant.expires_at,
            report_only: grant.report_only,
            rules,
            credentials: grant.credentials.clone(),
            keys: grant.keys.clone(),
            bindings,
            secret_names: manifest.secrets.keys().cloned().collect(),
        })
    }

    /// The settings that decided where rules lead, by name: what a guest is shown of its grant.
    pub fn bindings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.bindings.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All secrets the manifest knows of, whether a rule uses them or not: none may come back to the guest.
    pub fn secret_names(&self) -> &[String] {
        &self.secret_names
    }

    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.credentials.values()
    }

    /// The key in a slot, or why it may not be used now.
    pub fn key(&self, operation: &str, slot: &str, algorithm: MacAlgorithm) -> Result<&KeyRule, String> {
        let Some(key) = self.keys.get(slot) else {
            return Err(format!("no key `{slot}` is granted; it would be [keys.{slot}] in adapter.toml"));
        };
        if !key.operations.iter().any(|granted| granted.as_str() == operation) {
            return Err(format!("the key `{slot}` is not granted during {operation}"));
        }
        if !key.algorithms.contains(&algorithm) {
            return Err(format!("the key `{slot}` is not granted for {algorithm}"));
        }
        Ok(key)
    }

    pub fn rules(&self) -> &[BoundRule] {
        &self.rules
    }

    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| now >= end)
    }

    /// `url` as [`super::parse_url`] returned it, of a request without headers that would need a rule.
    pub fn allow(&self, operation: &str, method: &str, url: &Url) -> Result<Allowed<'_>, Denial> {
        self.allow_with(operation, method, url, &[])
    }

    /// `headers`: the names of those that the guest set, in lower case.
    pub fn allow_with(
        &self,
        operation: &str,
        method: &str,
        url: &Url,
        headers: &[&str],
    ) -> Result<Allowed<'_>, Denial> {
        let path = segments(operation, method, url)?;
        let there: Vec<_> = self.rules.iter().filter(|bound| bound.covers(operation, method, url, &path)).collect();
        let Some(nearest) = there.first() else {
            let pure = Operation::ALL.into_iter().any(|known| known.as_str() == operation && known.is_pure());
            return Err(if pure {
                Denial::because(operation, method, url, format!("no rule can allow it: {operation} has no way out"))
            } else {
                Denial::needs_rule(operation, method, url)
            });
        };
        let because = |remedy| Denial::because(operation, method, url, remedy);
        let parameters = pairs(url).map_err(|why| because(format!("no rule can allow it: {why}")))?;
        let mut matching = there.iter().filter(|bound| bound.lacks(&parameters, headers).is_none()).peekable();
        let Some(first) = matching.peek() else {
            let lacking = nearest.lacks(&parameters, headers).unwrap_or_default();
            return Err(because(format!("it would need: [[egress]] name = \"{}\", {lacking}", nearest.rule.name)));
        };
        let mut allowed = Allowed { rule: &first.rule, credentials: Vec::new(), redirects: 0 };
        for bound in matching {
            allowed.redirects = allowed.redirects.max(bound.rule.redirects);
            for name in &bound.rule.credentials {
                if let (None, Some((name, credential))) =
                    (allowed.credential(name), self.credentials.get_key_value(name))
                {
                    allowed.credentials.push((name, credential));
                }
            }
        }
        Ok(allowed)
    }
}

impl BoundRule {
    /// An address for each path of the rule.
    pub fn examples(&self) -> impl Iterator<Item = String> {
        let label = |label: &BoundLabel| if let BoundLabel::Text(text) = label { text.clone() } else { "x".to_owned() };
        let host = self.host.iter().map(label).collect::<Vec<_>>().join(".");
        let prefix: String = self.prefix.iter().map(|segment| format!("/{segment}")).collect();
        let place = format!("{}://{host}:{}{prefix}", if self.https { "https" } else { "http" }, self.port);
        self.rule.paths.iter().map(move |path| format!("{place}{}", path.example()))
    }

    fn covers(&self, operation: &str, method: &str, url: &Url, path: &[&str]) -> bool {
        self.rule.operations.iter().any(|granted| granted.as_str() == operation && !granted.is_pure())
            && self.rule.methods.iter().any(|granted| granted.as_str() == method)
            && url.scheme() == if self.https { "https" } else { "http" }
            && url.port_or_known_default() == Some(self.port)
            && url.username().is_empty()
            && url.password().is_none()
            && url.host_str().is_some_and(|host| self.covers_host(host))
            && self.covers_path(path)
    }

    /// What of the request the rule, at whose place it is, would have to name besides.
    fn lacks(&self, parameters: &[Pair], headers: &[&str]) -> Option<String> {
        if let Some(name) = uncovered(self.rule.query.as_deref(), parameters) {
            let more = if self.rule.query.as_ref().is_some_and(|query| !query.is_empty()) { "…, " } else { "" };
            return Some(format!("query = [{more}{}]", wanted(name)));
        }
        let named = |name: &str| self.rule.headers.iter().any(|header| header.as_str() == name);
        let name = headers.iter().find(|name| !needs_no_rule(name) && !named(name))?;
        Some(format!("headers = [\"{name}\"]"))
    }

    fn covers_host(&self, host: &str) -> bool {
        let mut labels = host.split('.');
        let all = self.host.iter().all(|expected| match (expected, labels.next()) {
            (BoundLabel::Text(text), Some(label)) => text == label,
            (BoundLabel::Any, Some(label)) => is_label(label),
            (_, None) => false,
        });
        all && labels.next().is_none()
    }

    fn covers_path(&self, path: &[&str]) -> bool {
        let Some((prefix, rest)) = path.split_at_checked(self.prefix.len()) else {
            return false;
        };
        // `https://shop.example/blog` itself is the root of a rule bound to it.
        let rest = if rest.is_empty() { &[""] } else { rest };
        prefix.iter().eq(self.prefix.iter()) && self.rule.paths.iter().any(|pattern| pattern.matches(rest))
    }
}

fn bind_rule(
    rule: &EgressRule,
    manifest: &Manifest,
    settings: &Settings,
    bindings: &mut BTreeMap<String, String>,
) -> Result<Option<BoundRule>, BindError> {
    let unusable = |setting: &str, problem: &str| BindError::Unusable {
        rule: rule.name.clone(),
        setting: setting.to_owned(),
        problem: problem.to_owned(),
    };
    let value_of = |name: &str| match settings.get(name) {
        Some(value) => value.as_str().map(Some).ok_or_else(|| unusable(name, "is not text")),
        None if manifest.settings.get(name).is_some_and(|setting| !setting.required) => Ok(None),
        None => Err(BindError::Missing { rule: rule.name.clone(), setting: name.to_owned() }),
    };
    match &rule.origin.kind {
        Kind::Setting(name) => {
            let Some(value) = value_of(name)? else { return Ok(None) };
            let plain = normalise_url(value).map_err(|problem| unusable(name, &problem))?;
            let url = Url::parse(&plain).map_err(|_| unusable(name, "is not a URL"))?;
            let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
                return Err(unusable(name, "has no host"));
            };
            // Only what stands before the first folder: `https://shop.example//b` is another place than `/b`.
            let prefix = url.path().strip_prefix('/').unwrap_or_default();
            let prefix = if prefix.is_empty() { Vec::new() } else { prefix.split('/').map(str::to_owned).collect() };
            let host = host.split('.').map(|label| BoundLabel::Text(label.to_owned())).collect();
            bindings.insert(name.clone(), plain);
            Ok(Some(BoundRule { rule: rule.clone(), https: url.scheme() == "https", host, port, prefix }))
        }
        Kind::Fixed { https, labels, port } => {
            let mut host = Vec::new();
            for label in labels {
                host.push(match label {
                    Label::Text(text) => BoundLabel::Text(text.clone()),
                    Label::Any => BoundLabel::Any,
                    Label::Setting(name) => {
                        let Some(value) = value_of(name)? else { return Ok(None) };
                        if !is_label(value) {
                            return Err(unusable(name, "must be one part of a host name: a-z, 0-9 and -"));
                        }
                        bindings.insert(name.clone(), value.to_owned());
                        BoundLabel::Text(value.to_owned())
                    }
                });
            }
            Ok(Some(BoundRule { rule: rule.clone(), https: *https, host, port: *port, prefix: Vec::new() }))
        }
    }
}
