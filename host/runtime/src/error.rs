//! Why a call did not deliver: the adapter said so, or the host ended it.

use entrepot_domain::catalog::Issue;
use thiserror::Error;

/// What the adapter answered. The host decides from the case alone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AdapterError {
    #[error("the marketplace asks to slow down")]
    RateLimited(Option<u64>),
    #[error("{0}")]
    Unauthorized(String),
    #[error("{0}")]
    Denied(String),
    #[error("{0}")]
    Unavailable(String),
    #[error("it does not exist at the marketplace")]
    NotFound,
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Issue>),
    #[error("{0}")]
    Unsupported(String),
    #[error("{0}")]
    Other(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// The guest broke a limit or its own assumptions, and its store is gone.
    #[error("the adapter was stopped in {operation}: {why}")]
    Stopped { operation: &'static str, why: String },
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
