//! Where what an adapter said is not what a test expects.

use serde_json::{Map, Value};

/// Differences shown; the first say enough.
const SHOWN: usize = 20;

/// Where an account does not have what is expected of it.
pub(crate) fn of_accounts(expected: &Map<String, Value>, found: &Value) -> Vec<String> {
    let differing = expected.iter().filter(|(key, value)| found.get(key.as_str()) != Some(value));
    differing
        .map(|(key, value)| {
            format!("account.{key}: expected {value}, found {}", found.get(key).unwrap_or(&Value::Null))
        })
        .collect()
}

/// Where what an import gave is not what is kept of it.
pub(crate) fn of_imports(known: &Value, found: &Value) -> Vec<String> {
    // What did not become a product says why; what is missing elsewhere comes of it.
    let problems = |of: &Value| of["problems"].as_array().cloned().unwrap_or_default();
    let expected = problems(known);
    let unexpected = problems(found).into_iter().filter(|problem| !expected.contains(problem));
    let mut wrong: Vec<String> = unexpected.take(SHOWN).map(|problem| in_words(&problem)).collect();
    differences("", known, found, &mut wrong);
    wrong
}

/// `item 2: invalid: /price: The price 119,90 is not a number.`
fn in_words(problem: &Value) -> String {
    let text = |name: &str| problem[name].as_str().unwrap_or_default();
    format!("item {}: {}: {}", text("source_id"), text("code"), text("message"))
}

fn differences(place: &str, known: &Value, found: &Value, wrong: &mut Vec<String>) {
    if wrong.len() >= SHOWN || known == found {
        return;
    }
    match (known, found) {
        (Value::Object(known), Value::Object(found)) => {
            for key in known.keys().chain(found.keys().filter(|key| !known.contains_key(*key))) {
                let null = &Value::Null;
                let (known, found) = (known.get(key).unwrap_or(null), found.get(key).unwrap_or(null));
                differences(&format!("{place}/{key}"), known, found, wrong);
            }
        }
        (Value::Array(known), Value::Array(found)) if known.len() == found.len() => {
            for (at, (known, found)) in known.iter().zip(found).enumerate() {
                differences(&format!("{place}/{at}"), known, found, wrong);
            }
        }
        (Value::Array(known), Value::Array(found)) => {
            wrong.push(format!("{place}: expected {} of them, found {}", known.len(), found.len()));
        }
        _ => wrong.push(format!("{place}: expected {known}, found {found}")),
    }
}
