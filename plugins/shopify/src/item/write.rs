//! JSON in one form: keys in order, whatever a parser was built to keep.

use std::borrow::Cow;

use entrepot_guest::json::repaired;
use serde_json::Value;

pub(super) fn write(value: &Value) -> String {
    let mut text = String::with_capacity(2_048);
    append(value, &mut text);
    text
}

fn append(value: &Value, into: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            into.push('{');
            for (at, (key, value)) in fields.into_iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                string(key, into);
                into.push(':');
                append(value, into);
            }
            into.push('}');
        }
        Value::Array(values) => {
            into.push('[');
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    into.push(',');
                }
                append(value, into);
            }
            into.push(']');
        }
        Value::String(text) => string(text, into),
        other => into.push_str(&other.to_string()),
    }
}

fn string(text: &str, into: &mut String) {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    // A NUL is valid JSON and no database takes it.
    into.push_str(&repaired(&quoted).map_or(Cow::Borrowed(quoted.as_str()), Cow::Owned));
}
