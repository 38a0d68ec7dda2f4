//! From text to a manifest that was checked, or to the line that is wrong.

use thiserror::Error;

use super::Manifest;
use super::check::{self, Fault};
use super::line::{key_at, line_at, line_of};

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
            let key = at.map(|at| key_at(text, at)).unwrap_or_default();
            ManifestError { line: at.map(|at| line_at(text, at)), key, problem: error.message().to_owned() }
        })?;
        let table = text.parse::<toml::Table>().unwrap_or_default();
        let checked = check::shown_texts(&toml::Value::Table(table), &mut Vec::new()).and_then(|()| manifest.check());
        checked.map_err(|fault| ManifestError {
            line: line_of(text, &fault.path),
            key: fault.key(),
            problem: fault.problem,
        })?;
        Ok(manifest)
    }

    /// The checks that go across tables. [`Manifest::parse`] has made them; a manifest read back from JSON was parsed once.
    fn check(&self) -> Result<(), Fault> {
        check::manifest(self)
    }
}
