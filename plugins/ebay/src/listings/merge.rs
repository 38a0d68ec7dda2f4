//! Records that are replaced as a whole: what is there is read, changed where it is ours, and sent back with all the rest.

use serde_json::{Map, Value};

/// An object; without fields where it is none.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Changes the object under a name, made where there is none.
pub(super) fn inside(fields: &mut Map<String, Value>, name: &str, change: impl FnOnce(&mut Map<String, Value>)) {
    let mut own = object(fields.remove(name).unwrap_or_default());
    change(&mut own);
    if !own.is_empty() {
        fields.insert(name.to_owned(), Value::Object(own));
    }
}

/// Sets it, or takes it away.
pub(super) fn put(fields: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    match value {
        Some(value) => drop(fields.insert(name.to_owned(), value.into())),
        None => drop(fields.remove(name)),
    }
}

/// Whether eBay would see no difference: 1 and 1.0 are one number, and null is nothing.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() < 1e-9,
            _ => one == other,
        },
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let null = Value::Null;
            let of = |fields: &Map<String, Value>, name: &String| fields.get(name).cloned().unwrap_or(Value::Null);
            let names = one.keys().chain(other.keys());
            { names }.all(|name| same(one.get(name).unwrap_or(&null), &of(other, name)))
        }
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_says_the_same_is_the_same() {
        assert!(same(&json!({"a": 1, "b": null, "c": [1.0]}), &json!({"c": [1], "a": 1.0})));
        for (one, other) in [(json!({"a": 1}), json!({"a": 2})), (json!([1]), json!([1, 2])), (json!("1"), json!(1))] {
            assert!(!same(&one, &other), "{one} {other}");
        }
        let mut fields = object(json!({"a": 7}));
        inside(&mut fields, "a", |own| put(own, "b", Some(1)));
        inside(&mut fields, "f", |_| {});
        put(&mut fields, "c", Some("d"));
        put(&mut fields, "e", None::<Value>);
        assert_eq!(Value::Object(fields), json!({"a": {"b": 1}, "c": "d"}));
    }
}
