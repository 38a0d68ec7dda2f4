use super::*;

fn raw(json: &str) -> Raw<'_> {
    Raw::of(json)
}

#[test]
fn reads_a_field_as_what_it_is_needed_for() {
    assert_eq!(raw("\"12.50\"").text().as_deref(), Some("12.50"));
    assert_eq!(raw("12.50").text().as_deref(), Some("12.50"));
    for json in ["null", "true", "[]", "{\"a\":1}"] {
        assert_eq!(raw(json).text(), None, "{json}");
    }
    assert_eq!(raw("\" a\\u0000b\\ud83d \"").name().as_deref(), Some("ab\u{fffd}"));
    assert_eq!(raw("\"Salt &amp;amp; Pepper\"").name().as_deref(), Some("Salt &amp; Pepper"));
    assert!(raw("\"yes\"").is_true() && !raw("\"parent\"").is_true() && !Raw::MISSING.is_true());
    assert_eq!((raw("\"no\"").flag(), raw("\"parent\"").flag()), (Some(false), None));
    assert_eq!(
        (raw("\"17\"").id(), raw("17").id(), raw("0").id(), raw("-1").id(), raw("1.5").id()),
        (Some(17), Some(17), None, None, None)
    );
    assert_eq!((raw("-3").whole(), raw("3.00").whole(), raw("3.5").whole()), (Some(-3), Some(3), None));
    assert_eq!((raw("null").or(raw("1")).json(), raw("0").or(raw("1")).json()), ("1", "0"));
    assert_eq!(raw("19.9900").text().as_deref(), Some("19.9900"), "as it is written");
}

#[test]
fn a_list_may_be_an_object_or_nothing() {
    let count = |json| raw(json).values().len();
    assert_eq!(
        (count("[1,2]"), count("{\"0\":1,\"5\":2}"), count("null"), count("\"x\""), count("[]")),
        (2, 2, 0, 0, 0)
    );
    assert_eq!(raw("[{\"id\":1},null,3]").read::<Fields<'_>>().len(), 1);
    assert_eq!((raw("[{\"id\":1},null,[]]").records().len(), raw("{\"0\":1,\"2\":3}").items().len()), (1, 2));
    assert_eq!([raw("{}"), raw("{\"id\":1}"), raw("{\"0\":1,\"a\":2}")].map(|raw| raw.list().is_some()), [false; 3]);
    assert_eq!(raw("3").fields().0.len() + raw("[1]").fields().0.len(), 0);
    assert_eq!(serde_json::from_str::<Fields<'_>>("[]").map(|f| f.0.len()).ok(), Some(0));
}

#[test]
fn nothing_is_nothing_whatever_blanks_are_in_it() {
    for empty in ["null", "\"\"", "false", "[]", "{}", "[ ]", "{\n}"] {
        assert!(Raw::of(empty).is_empty(), "{empty}");
    }
    for full in ["[0]", "[[]]", "{\"a\":1}", "0", "\" \"", "true", "[ null ]"] {
        assert!(!Raw::of(full).is_empty(), "{full}");
    }
}
