//! One thing that is wrong with one item.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is wrong with a product, or with a part of it: an error keeps it out, a warning goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// JSON pointer into the item, "" for the whole.
    pub path: String,
    /// Stable, kebab-case.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Issue {
    /// `path`: a JSON pointer into the product, "" for all of it. `code`: stable, kebab-case. `message`: what is wrong and what to do.
    pub fn new(path: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), code: code.into(), message: message.into() }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(f, "{}: {}", self.code, self.message)
        } else {
            write!(f, "{} at {}: {}", self.code, self.path, self.message)
        }
    }
}
