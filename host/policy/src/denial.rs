//! A refusal that says how it could be otherwise.

use thiserror::Error;
use url::Url;

use super::path::{check_path, split};

/// No rule of the grant covers a request. Holds no query: that may carry anything.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{method} {target} is not granted to {operation}; {remedy}")]
pub struct Denial {
    pub operation: String,
    pub method: String,
    /// Scheme, host, port and path.
    pub target: String,
    /// "it would need: …" with the line of the grant, or why no line could allow it.
    pub remedy: String,
}

impl Denial {
    pub(super) fn needs_rule(operation: &str, method: &str, url: &Url) -> Self {
        let origin = url.origin().ascii_serialization();
        // The line is meant to be copied: what the guest put into the path must not become a wildcard there.
        let path = url.path().replace('*', "%2A");
        let line = format!(
            r#"it would need: [[egress]] origin = "{origin}", methods = ["{method}"], paths = ["{path}"], operations = ["{operation}"]"#
        );
        Self::because(operation, method, url, line)
    }

    pub(super) fn because(operation: &str, method: &str, url: &Url, remedy: String) -> Self {
        let target = format!("{}{}", url.origin().ascii_serialization(), url.path());
        Self { operation: operation.to_owned(), method: method.to_owned(), target, remedy }
    }
}

/// The segments of a path that may be compared at all.
pub(super) fn segments<'u>(operation: &str, method: &str, url: &'u Url) -> Result<Vec<&'u str>, Denial> {
    match check_path(url.path()) {
        Ok(()) => Ok(split(url.path())),
        Err(why) => Err(Denial::because(operation, method, url, format!("no rule can allow it: {why}"))),
    }
}
