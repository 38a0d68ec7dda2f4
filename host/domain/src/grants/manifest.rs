//! `adapter.toml`: what an adapter is, what it needs to know, and what it asks to be allowed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::line::{line_at, line_of};
use super::{Credential, EgressRule, KeyRule, Limits, OAuth, RateLimit, SecretField, Setting, check};

/// The guest interfaces this host can run.
pub const SUPPORTED_WORLDS: [&str; 2] = ["entrepot:adapter@0.1.0", "entrepot:adapter@0.1.1"];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub id: String,
    pub name: String,
    pub publisher: String,
    /// Semantic version of the adapter.
    pub version: String,
    pub world: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretField>,
    #[serde(default)]
    pub credentials: BTreeMap<String, Credential>,
    /// By slot, the name the adapter uses for it.
    #[serde(default)]
    pub keys: BTreeMap<String, KeyRule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth: Option<OAuth>,
    #[serde(default)]
    pub egress: Vec<EgressRule>,
    #[serde(default)]
    pub rate_limit: RateLimit,
    #[serde(default)]
    pub limits: Limits,
}

/// One thing that is wrong with a manifest: the first one found.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("adapter.toml{}{}: {problem}", line.map(|n| format!(" line {n}")).unwrap_or_default(), at_key(key))]
pub struct ManifestError {
    /// Counted from 1, when known.
    pub line: Option<usize>,
    /// Dotted, e.g. `egress[0].operations`. Empty when `problem` names it.
    pub key: String,
    pub problem: String,
}

fn at_key(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!(", {key}") }
}

impl Manifest {
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map(|span| span.start);
            let key = at.map(|at| super::line::key_at(text, at)).unwrap_or_default();
            ManifestError { line: at.map(|at| line_at(text, at)), key, problem: error.message().to_owned() }
        })?;
        let table = text.parse::<toml::Table>().unwrap_or_default();
        let checked = check::texts(&toml::Value::Table(table), &mut Vec::new()).and_then(|()| manifest.check());
        checked.map_err(|fault| ManifestError {
            line: line_of(text, &fault.path),
            key: fault.key(),
            problem: fault.problem,
        })?;
        Ok(manifest)
    }

    /// The checks that go across tables. [`Manifest::parse`] has made them; a manifest read back from JSON was parsed once.
    fn check(&self) -> Result<(), check::Fault> {
        check::manifest(self)
    }
}
