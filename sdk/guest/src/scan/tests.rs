use serde::de::IgnoredAny;

use super::*;

fn scanned(text: &str) -> Option<usize> {
    Scan::new(text).value().ok()
}

/// What serde_json says of the same text.
fn parsed(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    matches!(values.next(), Some(Ok(_))).then(|| values.byte_offset())
}

fn in_parts(text: &str, checked: bool) -> Option<Vec<(Option<&str>, &str)>> {
    let mut found = Vec::new();
    parts(text, checked, |key, value| found.push((key, value))).ok().map(|()| found)
}

const GOOD: [&str; 20] = [
    "{}",
    "[]",
    " [ ] ",
    "[1,-2.5e+7,0,-0.0,1E9]",
    "[true,false,null]",
    r#"{"a":1,"b":[{"c":"d"},[]],"e":{"f":{}}}"#,
    r#"{ "a" : [ 1 , "x" ] , "b" : null }"#,
    r#"["a\"]b","\\","\\\"","\u00e9\ud83d\ude00","\/\b\f\n\r\t"]"#,
    r#"{"a]":"}","b\"{":"["}"#,
    "[\"Grün – 😀, ein langer Text von mehr als sechzehn Zeichen\",\"\u{7f}\u{a0}\"]",
    r#""a""#,
    r#""""#,
    "0",
    "-12.5",
    "true",
    "null",
    r#"{"a":1,"a":2}"#,
    r#"{"":""}"#,
    "\t\r\n[\n1\r,\t2\n]\n",
    r#"["\ud800"]"#,
];

const BAD: [&str; 40] = [
    "",
    " ",
    "[",
    "{",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,",
    "{\"a\":1,}",
    "{a:1}",
    "{1:2}",
    "{\"a\" 1}",
    "01",
    "-",
    "-a",
    "1.",
    "1.e5",
    ".5",
    "1e",
    "1e+",
    "+1",
    "tru",
    "nul",
    "True",
    "\"a",
    "\"\\",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u12g4\"",
    "\"a\nb\"",
    "[\"\u{1}\"]",
    "\u{feff}[1]",
    "[1}",
    "{\"a\":1]",
];

#[test]
fn says_yes_where_serde_json_does_and_ends_there() {
    for text in GOOD {
        assert_eq!(scanned(text), parsed(text), "{text}");
        assert!(scanned(text).is_some(), "{text}");
    }
    for text in BAD {
        assert_eq!((scanned(text), parsed(text)), (None, None), "{text}");
    }
}

/// Each text cut at each place, and with each of some bytes at each place.
#[test]
fn never_says_yes_where_serde_json_says_no() {
    for text in GOOD.iter().chain(&BAD) {
        for (at, _) in text.char_indices() {
            let mut others: Vec<String> = vec![text[..at].to_owned(), text[at..].to_owned()];
            for other in ["\"", "\\", "{", "}", "[", "]", ",", ":", " ", "0", "-", "e", "\u{1}", "u", "ü"] {
                others.push(format!("{}{other}{}", &text[..at], &text[at..]));
                let rest = &text[at + text[at..].chars().next().map_or(0, char::len_utf8)..];
                others.push(format!("{}{other}{rest}", &text[..at]));
            }
            for other in others {
                if let Some(end) = scanned(&other) {
                    // What follows a number or a word may make it something else; who asks looks at that.
                    assert_eq!(parsed(&other[..end]), Some(end), "{other}");
                }
                for whole in [false, true] {
                    let found = in_parts(&other, whole);
                    assert!(whole || found.is_none() || serde_json::from_str::<IgnoredAny>(&other).is_ok(), "{other}");
                }
            }
        }
    }
}

#[test]
fn parts_are_the_same_whether_checked_or_not() {
    for text in GOOD {
        let trimmed = text.trim();
        let parts = in_parts(trimmed, false);
        assert_eq!(parts.is_some(), trimmed.starts_with(['{', '[']), "{text}");
        if parts.is_some() {
            assert_eq!(in_parts(trimmed, true), parts, "{text}");
        }
    }
    let text = r#"{ "a" : [ 1 , "x" ] , "b\"" : -1.5e3 , "c":{"d":"}"} }"#;
    let want = vec![(Some("\"a\""), "[ 1 , \"x\" ]"), (Some(r#""b\"""#), "-1.5e3"), (Some("\"c\""), r#"{"d":"}"}"#)];
    assert_eq!(in_parts(text, true), Some(want));
    assert_eq!(in_parts("[1] x", false), None);
}

#[test]
fn very_deep_nesting_is_left_to_others() {
    let nested = |deep: usize| "[".repeat(deep) + &"]".repeat(deep);
    assert_eq!((scanned(&nested(90)), scanned(&nested(200))), (Some(180), None));
}

#[test]
fn escapes_that_spoil_a_text_are_noticed() {
    for (text, suspect) in [
        (r#""\u00e9\\ud83d \\u0000""#, false),
        (r#"["\u0000"]"#, true),
        (r#"{"\uD83D":1}"#, true),
        (r#""\ud83d\ude00""#, true),
        ("[1]", false),
    ] {
        let mut scan = Scan::new(text);
        assert!(scan.value().is_ok());
        assert_eq!(scan.suspect, suspect, "{text}");
    }
}

#[test]
fn a_string_says_what_serde_json_reads() {
    for inner in [
        "",
        "plain, and longer than a block of sixteen",
        r#"a\"b\\c\/d\be\ff\ng\rh\ti"#,
        r"\u00e9 \ud83d\ude00 \u0000 \uffff",
        r"a\u000ab",
        r"\ud83d",
        r"\ud83dx",
        r"\ud83d\u0041",
        r"\ude00",
        r"\u00g0",
        r"\u+041",
        r"\u12",
        r"\x",
        r"a\",
        "Grün\\nGelb",
    ] {
        assert_eq!(unescaped(inner), serde_json::from_str::<String>(&format!("\"{inner}\"")).ok(), "{inner}");
    }
}
