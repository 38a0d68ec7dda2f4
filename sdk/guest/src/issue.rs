//! Issues: what is wrong with one item, said once and in one form.

use crate::bindings::types::{Error, Issue};

/// `path` is a JSON pointer into the item, `code` is stable and kebab-case, `message` is for the seller.
pub fn issue(path: impl Into<String>, code: &str, message: impl Into<String>) -> Issue {
    Issue { path: path.into(), code: code.to_owned(), message: message.into() }
}

/// The error of an item that stays wrong until someone changes it.
pub fn invalid(path: impl Into<String>, code: &str, message: impl Into<String>) -> Error {
    Error::Invalid(vec![issue(path, code, message)])
}
