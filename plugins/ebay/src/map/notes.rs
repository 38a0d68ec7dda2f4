//! What is said about a product while it is mapped.

use entrepot_guest::prelude::*;

#[derive(Debug, Default)]
pub(super) struct Notes {
    /// The product cannot be imported like this.
    pub(super) fatal: Vec<Issue>,
    /// It is imported all the same.
    pub(super) warnings: Vec<Issue>,
}

impl Notes {
    pub(super) fn fatal(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.fatal.push(issue(path, code, message));
    }

    pub(super) fn warn(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.warnings.push(issue(path, code, message));
    }
}

/// A value that is quoted in a message.
pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(40).chain(['…']).collect() }
}
