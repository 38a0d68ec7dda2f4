//! A URL from a guest, held against a rule that was bound to a seller's settings. Five lines: the setting `store_url`, the setting
//! `shop`, the rule's origin, its path, and the URL.

use std::sync::LazyLock;

use entrepot_policy::{BoundGrant, Grant, Manifest, OriginPattern, PathPattern, Settings, parse_url};
use url::Url;

use super::matcher::{Place, Rule};
use crate::{Outcome, Target, kind};

pub(super) const TARGET: Target = Target {
    name: "url",
    run,
    prepare: super::as_it_is,
    longest: 2 << 10,
    words: &[
        "https://",
        "http://",
        "HTTPS://",
        "//",
        "/",
        "/../",
        "/./",
        "/%2e%2e/",
        "/..;a/",
        "%2f",
        "%5c",
        "\\",
        "@",
        "user:pass@",
        ":443",
        ":80",
        ":0",
        ":8443",
        ":",
        "?",
        "#",
        "*",
        "**",
        "/*",
        "/**",
        "{store_url}",
        "{shop}",
        "*.example.com",
        "{shop}.example.com",
        "shop.example",
        "acme",
        ".",
        "..",
        "-",
        "_",
        "xn--",
        "xn--mller-kva",
        "m\u{fc}ller",
        "\u{ff0e}",
        "\u{3002}",
        "\u{200d}",
        "127.0.0.1",
        "2130706433",
        "0x7f",
        "0177",
        "[::1]",
        "[::ffff:1.2.3.4]",
        "[",
        "]",
        "%00",
        "%0d%0a",
        "\t",
        "\r",
        "\"",
        "'",
        "|",
        "^",
        "`",
        "{",
        "}",
        "~",
        ";",
        "=",
        ",",
        "&",
        "+",
        "$",
        "!",
        "(",
        ")",
        "<",
        ">",
        "\n",
        "/blog",
        "//b",
        "file:",
        "localhost",
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
[[egress]]
name = "rule"
operations = ["fetch-page"]
origin = "{store_url}"
methods = ["GET"]
paths = ["/"]
"#;

static BASE: LazyLock<Manifest> = LazyLock::new(|| match Manifest::parse(MANIFEST) {
    Ok(manifest) => manifest,
    Err(error) => panic!("{error}"),
});

fn run(input: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(input) else {
        return Outcome::of("not text");
    };
    let mut lines = text.split('\n');
    let [store_url, shop, origin, path, url] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let strict = parse_url(url);
    if let Ok(parsed) = &strict {
        reads_as_written(url, parsed);
    }
    // Also what the strict parser refuses: a rule must not depend on its having been asked.
    let asked = match &strict {
        Ok(parsed) => Some(parsed.clone()),
        Err(_) => Url::parse(url).ok(),
    };
    let way = strict.as_ref().map_or_else(|refused| refused.0, |_| "");
    let (bound, shop) = match bind(store_url, shop, origin, path) {
        Ok(bound) => bound,
        Err(why) => return Outcome::of((way, kind(&why))),
    };
    let Some(asked) = asked else {
        return Outcome::of((way, "bound"));
    };
    let store_url = bound.bindings().find(|(name, _)| *name == "store_url").map_or("", |(_, value)| value);
    assert!(
        store_url.is_empty() || parse_url(store_url).is_ok(),
        "{store_url:?} is a setting that no request can reach"
    );
    let rule = Rule { origin, store_url, shop: &shop, path };
    let granted = bound.allow("fetch-page", "GET", &asked);
    let covered = rule.covers(asked.as_str());
    // What is encoded in a query can be the name of a parameter that no rule lets through.
    let plain = asked.query().is_none_or(|query| !query.contains('%'));
    if strict.is_ok() && plain && !bound.rules().is_empty() {
        assert_eq!(granted.is_ok(), covered, "{asked} against {origin} {path} with {store_url:?} and {shop:?}");
    }
    if granted.is_ok() {
        assert!(covered, "{asked} is granted by {origin} {path} with {store_url:?} and {shop:?}");
        stays_where_it_is(&asked);
        for (operation, method) in
            [("check", "GET"), ("map-product", "GET"), ("fetch-page", "POST"), ("fetch-page", "get")]
        {
            assert!(bound.allow(operation, method, &asked).is_err(), "{operation} {method} is granted too");
        }
    } else if let (Err(denial), Ok(_)) = (&granted, &strict) {
        shows_one_rule(denial, &asked);
    }
    Outcome::of((
        way,
        granted.is_ok(),
        origin == "{store_url}",
        bound.rules().len(),
        asked.path().matches('/').count().min(4),
    ))
}

/// With the value of `shop` that the rule was bound to.
fn bind(store_url: &str, shop: &str, origin: &str, path: &str) -> Result<(BoundGrant, String), String> {
    let mut manifest = BASE.clone();
    manifest.egress[0].origin = OriginPattern::try_from(origin.to_owned())?;
    manifest.egress[0].paths = vec![PathPattern::try_from(path.to_owned())?];
    let mut settings = Settings::new();
    for (name, value) in [("store_url", store_url), ("shop", shop)] {
        if !value.is_empty() {
            settings.insert(name.to_owned(), value.into());
        }
    }
    // Binding must hold out by itself, too: settings may have been kept since before a rule was what it is.
    let settings = manifest.check_settings(&settings).unwrap_or(settings);
    let shop = settings.get("shop").and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let bound = BoundGrant::bind(&Grant::as_requested(&manifest, ""), &manifest, &settings)
        .map_err(|error| error.to_string())?;
    Ok((bound, shop))
}

/// What the strict parser took is what stands in the text, and is taken again.
fn reads_as_written(text: &str, parsed: &Url) {
    let (Some(written), Some(read)) = (Place::of(text), Place::of(parsed.as_str())) else {
        panic!("{text:?} has no place");
    };
    let path = if written.path.is_empty() { "/" } else { written.path };
    assert_eq!((written.scheme, &written.authority, path), (read.scheme, &read.authority, read.path), "{text:?}");
    assert_eq!(parse_url(parsed.as_str()).as_ref(), Ok(parsed), "{text:?} is another one when it is read again");
    assert!(matches!(parsed.scheme(), "http" | "https") && parsed.fragment().is_none());
    stays_where_it_is(parsed);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.[]:".contains(c);
    assert!(written.authority.chars().all(plain), "{text:?} has the host {}", written.authority);
}

/// No user, and no way up.
fn stays_where_it_is(url: &Url) {
    assert!(url.username().is_empty() && url.password().is_none(), "{url} has a user");
    let path = url.path().to_ascii_lowercase().replace("%2e", ".");
    assert!(!path.contains('\\') && !path.contains("%2f") && !path.contains("%5c"), "{url} hides a separator");
    for segment in path.split('/') {
        assert!(!matches!(segment.split(';').next(), Some("." | "..")), "{url} goes up");
    }
}

/// The line that a denial proposes is meant to be copied: what the guest wrote must be a value in it and nothing else, and no more
/// than this one place.
fn shows_one_rule(denial: &entrepot_policy::Denial, asked: &Url) {
    let Some(line) = denial.remedy.strip_prefix("it would need: [[egress]] ") else { return };
    let table = match toml::from_str::<toml::Table>(&format!("rule = {{ {line} }}")) {
        Ok(table) => table["rule"].clone(),
        Err(error) => panic!("{line} cannot be copied: {error}"),
    };
    let keys: Vec<&str> = table.as_table().into_iter().flat_map(|table| table.keys().map(String::as_str)).collect();
    assert!(
        ["methods", "operations", "origin", "paths"].iter().all(|key| keys.contains(key)) && keys.len() == 4,
        "{line}"
    );
    assert_eq!(table["origin"].as_str(), Some(asked.origin().ascii_serialization().as_str()));
    assert_eq!(table["paths"].as_array().map(Vec::len), Some(1), "{line}");
    assert!(!table["paths"][0].as_str().is_some_and(|path| path.contains('*')), "{line}");
}
