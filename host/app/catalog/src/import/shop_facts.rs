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

/// The value of a fact that names a list which could not be read: goods were imported without what it says.
const UNREAD: &str = "unread";

/// What is another now, in words. `None`: they are the same. One that was not told of before says nothing, and neither does a list that
/// cannot be read; where it can be read again, that is a change.
pub(super) fn changed(known: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Option<String> {
    let changed = known.iter().filter_map(|(name, before)| {
        let value = now.get(name).filter(|value| *value != before && *value != UNREAD)?;
        Some(format!("{name} is {value:?} and was {before:?}"))
    });
    let changed: Vec<String> = changed.collect();
    (!changed.is_empty()).then(|| changed.join(", "))
}

/// What is known after a run over some of the goods: as before, but for the lists that it could not read. `None`: it read them all.
pub(super) fn unread(
    known: Option<&BTreeMap<String, String>>,
    found: Option<&BTreeMap<String, String>>,
) -> Option<BTreeMap<String, String>> {
    let unread: Vec<_> = found?.iter().filter(|(_, value)| *value == UNREAD).collect();
    let with = |(name, value): (&String, &String)| (name.clone(), value.clone());
    (!unread.is_empty()).then(|| known.into_iter().flatten().chain(unread).map(with).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_read_again_is_a_change_and_one_that_is_not_is_none() {
        let facts = |list: &str| BTreeMap::from([("categories".to_owned(), list.to_owned())]);
        assert_eq!(changed(&facts("read"), &facts("unread")), None);
        assert!(changed(&facts("unread"), &facts("read")).is_some());
        let units = BTreeMap::from([("unit".to_owned(), "kg".to_owned())]);
        assert_eq!(unread(Some(&units), Some(&facts("read"))), None);
        let both = unread(Some(&units), Some(&facts("unread"))).expect("facts");
        assert_eq!((both["unit"].as_str(), both["categories"].as_str(), both.len()), ("kg", "unread", 2));
        assert_eq!(unread(None, Some(&facts("unread"))), Some(facts("unread")));
    }

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
