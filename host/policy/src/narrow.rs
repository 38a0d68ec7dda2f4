//! An operator gives less than was asked for.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Grant, Limits, Operation, RateLimit, SLOWEST};
use entrepot_domain::clock::Timestamp;

/// What is taken away from a request before it becomes a grant. Nothing here can add.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Narrowing {
    /// Names of rules that are not granted.
    pub without_rules: Vec<String>,
    /// Operations that get no network.
    pub without_operations: Vec<Operation>,
    /// Names of credentials that are not granted.
    pub without_credentials: Vec<String>,
    /// Slots of keys that are not granted.
    pub without_keys: Vec<String>,
    /// Lower limits. Those not named stay as asked for.
    pub limits: Limits,
    pub requests_per_second: Option<f64>,
    /// Milliseconds since the epoch.
    pub expires_at: Option<Timestamp>,
    pub report_only: bool,
}

#[derive(Clone, Debug, PartialEq, Error)]
pub enum NarrowError {
    #[error("there is no {kind} {name:?} in what the adapter asks for; it has: {known}")]
    Unknown { kind: &'static str, name: String, known: String },
    #[error("the limit {0} can only be lowered: the adapter asks for {1}")]
    Raised(&'static str, String),
    #[error("the grant would end at once: the time given is in the past")]
    Past,
    #[error("the limit {0} is {1}, with which nothing can be done; it must be at least {2}")]
    TooLow(&'static str, String, String),
    #[error("requests per second must be at least {SLOWEST} and at most the {0} asked for")]
    Rate(f64),
}

impl Grant {
    /// `now` is what an end in the past is measured by.
    pub fn narrowed(mut self, by: &Narrowing, now: Timestamp) -> Result<Self, NarrowError> {
        for name in &by.without_rules {
            let before = self.rules.len();
            let known: Vec<_> = self.rules.iter().map(|rule| rule.name.clone()).collect();
            self.rules.retain(|rule| rule.name != *name);
            if self.rules.len() == before {
                return Err(unknown("rule", name, &known));
            }
        }
        for operation in &by.without_operations {
            let known: Vec<_> =
                self.rules.iter().flat_map(|rule| &rule.operations).map(|known| known.to_string()).collect();
            if !known.iter().any(|known| known == operation.as_str()) {
                return Err(unknown("operation with network", operation.as_str(), &known));
            }
            for rule in &mut self.rules {
                rule.operations.retain(|known| known != operation);
            }
        }
        for name in &by.without_credentials {
            if self.credentials.remove(name).is_none() {
                let known: Vec<_> = self.credentials.keys().cloned().collect();
                return Err(unknown("credential", name, &known));
            }
            for rule in &mut self.rules {
                let had = !rule.credentials.is_empty();
                rule.credentials.retain(|known| known != name);
                // A rule that had to be authenticated does not become one that need not be.
                if had && rule.credentials.is_empty() {
                    rule.operations.clear();
                }
            }
        }
        self.rules.retain(|rule| !rule.operations.is_empty());
        for slot in &by.without_keys {
            if self.keys.remove(slot).is_none() {
                return Err(unknown("key", slot, &self.keys.keys().cloned().collect::<Vec<_>>()));
            }
        }
        lower(&mut self.limits, &by.limits)?;
        if let Some(rate) = by.requests_per_second {
            let asked = self.rate_limit.requests_per_second;
            if !(RateLimit::is_pace(rate) && rate <= asked) {
                return Err(NarrowError::Rate(asked));
            }
            self.rate_limit = RateLimit { requests_per_second: rate, ..self.rate_limit };
        }
        if by.expires_at.is_some_and(|end| end <= now) {
            return Err(NarrowError::Past);
        }
        self.expires_at = by.expires_at;
        self.report_only = by.report_only;
        Ok(self)
    }
}

fn unknown(kind: &'static str, name: &str, known: &[String]) -> NarrowError {
    let mut known = known.to_vec();
    known.sort();
    known.dedup();
    NarrowError::Unknown { kind, name: name.to_owned(), known: known.join(", ") }
}

fn lower(limits: &mut Limits, by: &Limits) -> Result<(), NarrowError> {
    if let Some((name, given, least)) = by.below_floor() {
        return Err(NarrowError::TooLow(name, given, least));
    }
    macro_rules! lower {
        ($($field:ident $name:literal),*) => {
            $(if let Some(wanted) = by.$field {
                if let Some(asked) = limits.or_defaults().$field.filter(|asked| wanted > *asked) {
                    return Err(NarrowError::Raised($name, asked.to_string()));
                }
                limits.$field = Some(wanted);
            })*
        };
    }
    lower!(memory "memory", wall_clock "wall_clock", cpu "cpu", outbound_calls "outbound_calls", result "result", log "log", files "files");
    Ok(())
}
