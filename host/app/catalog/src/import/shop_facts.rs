//! Facts of a shop that mapping depends on: its currency, its units. Adapters put them into each raw item, so that a full run sees a change;
//! and under `facts` in the context of a run's pages, so that a delta, which shows few items, sees it too.
// See docs/decisions/0033-mapping-inputs-are-compared.md

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// More than these are none that anybody could be told of.
const MOST: usize = 32;
const LONGEST: usize = 200;

/// What a context says of them. `None`: nothing, or nothing that could be kept.
pub(super) fn of(context: Option<&str>) -> Option<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Context {
        facts: Option<BTreeMap<String, Value>>,
    }
    let context: Option<Context> = serde_json::from_str(context?).ok()?;
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let facts: BTreeMap<String, String> =
        context?.facts?.into_iter().map(|(name, value)| (name, text(value))).collect();
    let fits = |text: &String| text.len() <= LONGEST && !text.contains('\0');
    (facts.len() <= MOST && facts.iter().all(|(name, value)| fits(name) && fits(value))).then_some(facts)
}

/// What is another now, in words. `None`: they are the same. One that was not told of before says nothing.
pub(super) fn changed(known: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Option<String> {
    let changed = known.iter().filter_map(|(name, before)| {
        let value = now.get(name).filter(|value| *value != before)?;
        Some(format!("{name} is {value:?} and was {before:?}"))
    });
    let changed: Vec<String> = changed.collect();
    (!changed.is_empty()).then(|| changed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_and_compared() {
        let facts = |context: &str| of(Some(context));
        let before = facts(r#"{"facts":{"unit":"kg","taxed":true},"more":[1]}"#).expect("facts");
        let now = facts(r#"{"facts":{"unit":"lbs","taxed":true,"new":1}}"#).expect("facts");
        assert_eq!(changed(&before, &now).as_deref(), Some(r#"unit is "lbs" and was "kg""#));
        assert_eq!(changed(&before, &before), None);
        let many: Vec<String> = (0..40).map(|number| format!("\"{number}\":1")).collect();
        for none in [
            "",
            "[]",
            "null",
            "{}",
            r#"{"facts":null}"#,
            r#"{"facts":[]}"#,
            &format!("{{\"facts\":{{{}}}}}", many.join(",")),
        ] {
            assert_eq!(facts(none), None, "{none}");
        }
    }
}
