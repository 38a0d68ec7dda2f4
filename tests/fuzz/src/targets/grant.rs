//! A grant as it is kept: JSON, from the host's own database, or from an operator who edited it.

use std::sync::LazyLock;

use entrepot_policy::{BoundGrant, Grant, Manifest, Operation, Settings, parse_url};
use serde_json::Value;

use crate::{Outcome, Target, kind};

pub(super) const TARGET: Target = Target {
    name: "grant",
    run,
    prepare: super::as_it_is,
    longest: 8 << 10,
    words: &[
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "\"operations\":",
        "\"map-product\"",
        "\"fetch-page\"",
        "\"GET\"",
        "\"{store_url}\"",
        "\"https://{shop}.example.com\"",
        "\"https://*.example.com\"",
        "\"/**\"",
        "\"/*\"",
        "\"scheme\":\"header\"",
        "\"scheme\":\"query\"",
        "\"256MiB\"",
        "\"60s\"",
        "\\u0000",
        "\\ud800",
        "1e400",
        "-1",
        ",",
        ":",
        "[",
        "]",
        "{",
        "}",
        "\"x\":",
    ],
};

const MANIFEST: &str = r#"
id = "example"
name = "Example"
publisher = "acme"
version = "1.0.0"
world = "entrepot:adapter@0.1.0"
[settings.store_url]
type = "url"
title = "Address"
[settings.shop]
type = "string"
title = "Shop"
"#;

static BASE: LazyLock<Manifest> = LazyLock::new(|| match Manifest::parse(MANIFEST) {
    Ok(manifest) => manifest,
    Err(error) => panic!("{error}"),
});

fn run(input: &[u8]) -> Outcome {
    let grant: Grant = match serde_json::from_slice(input) {
        Ok(grant) => grant,
        Err(error) => return Outcome::of(kind(&error.to_string())),
    };
    survives_being_kept(&grant);
    refuses_what_it_does_not_know(&grant);
    let mut settings = Settings::new();
    settings.insert("store_url".to_owned(), "https://shop.example/blog".into());
    settings.insert("shop".to_owned(), "acme".into());
    let bound = match BoundGrant::bind(&grant, &BASE, &settings) {
        Ok(bound) => bound,
        Err(error) => return Outcome::of(("not bound", kind(&error.to_string()))),
    };
    let mut allowed = 0;
    for url in
        ["https://shop.example/blog/", "https://acme.example.com/a", "https://a.example.com/a/b", "http://127.0.0.1:1/"]
    {
        let Ok(url) = parse_url(url) else { panic!("{url} is plain") };
        for operation in Operation::ALL {
            for method in ["GET", "POST", "TRACE", ""] {
                let granted = bound.allow(operation.as_str(), method, &url).is_ok();
                assert!(!granted || !operation.is_pure(), "{operation} has a way out");
                assert!(!granted || matches!(method, "GET" | "POST"), "{method:?} is granted");
                allowed += usize::from(granted);
            }
        }
        assert!(bound.allow("", "GET", &url).is_err(), "no operation is granted something");
    }
    assert!(grant.rules.iter().all(|rule| !rule.in_words().is_empty()));
    Outcome::of(("good", grant.rules.len().min(4), grant.credentials.len().min(4), allowed))
}

fn survives_being_kept(grant: &Grant) {
    let kept = match serde_json::to_value(grant) {
        Ok(kept) => kept,
        Err(error) => panic!("it cannot be kept: {error}"),
    };
    match serde_json::from_value::<Grant>(kept) {
        Ok(again) => assert_eq!(&again, grant, "it is another one when it is read back"),
        Err(error) => panic!("it cannot be read back: {error}"),
    }
}

/// As with manifests: one key more is refused.
fn refuses_what_it_does_not_know(grant: &Grant) {
    let Ok(value) = serde_json::to_value(grant) else { return };
    let mut pointers = Vec::new();
    objects(&value, String::new(), &mut pointers);
    // Not all of very many, others for another grant: each is a whole grant to be read.
    let step = pointers.len().div_ceil(24).max(1);
    for pointer in pointers.iter().skip(grant.digest.len() % step).step_by(step) {
        let mut more = value.clone();
        if let Some(Value::Object(object)) = more.pointer_mut(pointer) {
            object.insert("unheard-of".to_owned(), Value::Bool(true));
        }
        assert!(serde_json::from_value::<Grant>(more).is_err(), "an unknown key is taken in at {pointer:?}");
    }
}

fn objects(value: &Value, here: String, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                objects(value, format!("{here}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
            found.push(here);
        }
        Value::Array(array) => {
            for (index, value) in array.iter().enumerate() {
                objects(value, format!("{here}/{index}"), found);
            }
        }
        _ => {}
    }
}
