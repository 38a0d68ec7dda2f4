//! Looking into JSON: everything may be missing, or something else than it should be.

use entrepot_guest::prelude::*;
use entrepot_guest::time;
use serde_json::Value;

use super::notes::Notes;
use crate::gid;

/// A text that says something, trimmed.
pub(super) fn text<'a>(of: &'a Value, field: &str) -> Option<&'a str> {
    let text = of.get(field)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

pub(super) fn owned(of: &Value, field: &str) -> Option<String> {
    text(of, field).map(str::to_owned)
}

pub(super) fn flag(of: &Value, field: &str) -> Option<bool> {
    of.get(field)?.as_bool()
}

pub(super) fn list<'a>(of: &'a Value, field: &str) -> &'a [Value] {
    of.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The number of a gid; what is no gid stays as it is.
pub(super) fn id(of: &Value) -> Option<String> {
    gid::of(of).map(str::to_owned).or_else(|| owned(of, "id"))
}

pub(super) fn instant(of: &Value, field: &str, notes: &mut Notes) -> Option<i64> {
    let text = text(of, field)?;
    let instant = time::parse(text);
    if instant.is_none() {
        notes.warn(format!("/product/{field}"), "date-invalid", format!("{:?} is no date.", short(text)));
    }
    instant
}

/// A value that is quoted in a message.
pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(40).chain(['…']).collect() }
}

/// An issue's place in a variant.
pub(super) fn of_variant(at: usize, field: &str) -> String {
    format!("/variants/{at}/{field}")
}

pub(super) type Money = entrepot_guest::types::Money;

pub(super) fn unreadable(message: String) -> Error {
    entrepot_guest::issue::invalid("", "item-unreadable", message)
}
