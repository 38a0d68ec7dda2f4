//! Why a call did not deliver: the adapter said so, or the host ended it.

use entrepot_domain::catalog::Issue;
use entrepot_domain::catalog::limits::beginning;
use thiserror::Error;

/// What the adapter answered. The host decides from the case alone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AdapterError {
    #[error("the marketplace asks to slow down{}", later(*.0))]
    RateLimited(Option<u64>),
    #[error("{0}")]
    Unauthorized(String),
    #[error("{0}")]
    Denied(String),
    #[error("{0}")]
    Unavailable(String),
    #[error("the marketplace answers that it does not exist (HTTP 404 or 410)")]
    NotFound,
    #[error("{}", describe(.0))]
    Invalid(Vec<Issue>),
    #[error("{0}")]
    Unsupported(String),
    #[error("{0}")]
    Other(String),
}

/// The beginning: it becomes a line of a log, and the reason why something failed.
fn describe(issues: &[Issue]) -> String {
    beginning(&issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "), 2_000)
}

fn panicked(said: Option<&str>) -> String {
    said.map_or_else(String::new, |said| format!("; it {said}"))
}

/// In seconds.
const DAY: u64 = 24 * 60 * 60;

/// How long it asked to be left alone, for people: they have no use for milliseconds.
fn later(wait: Option<u64>) -> String {
    match wait.map(|ms| ms.div_ceil(1000)) {
        None => String::new(),
        Some(0..=1) => " and to come again in a second".to_owned(),
        Some(seconds @ 2..=119) => format!(" and to come again in {seconds} seconds"),
        Some(seconds @ 120..7_200) => format!(" and to come again in {} minutes", seconds.div_ceil(60)),
        Some(seconds @ 7_200..DAY) => format!(" and to come again in {} hours", seconds.div_ceil(3_600)),
        // It may have asked for years: nobody waits for longer than a day.
        Some(_) => " for a day or more".to_owned(),
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// The guest broke a limit or its own assumptions, and its store is gone.
    #[error("the adapter was stopped in {operation}: {why}{}", panicked(.panic.as_deref()))]
    Stopped {
        operation: &'static str,
        why: String,
        /// Where it panicked and why, as it logged it: its own words.
        panic: Option<String>,
    },
    #[error("the adapter has no {0}")]
    NotExported(&'static str),
}

impl CallError {
    /// Stable, kebab-case: what dead letters and metrics group by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Adapter(AdapterError::RateLimited(_)) => "rate-limited",
            Self::Adapter(AdapterError::Unauthorized(_)) => "unauthorized",
            Self::Adapter(AdapterError::Denied(_)) => "denied",
            Self::Adapter(AdapterError::Unavailable(_)) => "unavailable",
            Self::Adapter(AdapterError::NotFound) => "not-found",
            Self::Adapter(AdapterError::Invalid(_)) => "invalid",
            Self::Adapter(AdapterError::Unsupported(_)) => "unsupported",
            Self::Adapter(AdapterError::Other(_)) => "adapter-error",
            Self::Stopped { .. } => "adapter-stopped",
            Self::NotExported(_) => "not-exported",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_words() {
        for (ms, want) in [
            (None, ""),
            (Some(7_000), " and to come again in 7 seconds"),
            (Some(600_000), " and to come again in 10 minutes"),
            (Some(7_201_000), " and to come again in 3 hours"),
            (Some(86_400_000), " for a day or more"),
            (Some(u64::MAX), " for a day or more"),
        ] {
            assert_eq!(AdapterError::RateLimited(ms).to_string(), format!("the marketplace asks to slow down{want}"));
        }
    }
}
