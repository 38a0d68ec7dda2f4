//! Manifests and the grants made of them.

use super::*;

#[test]
fn every_key_is_read() {
    let manifest = woocommerce();
    assert_eq!(manifest.limits.memory.map(ByteSize::bytes), Some(256 << 20));
    assert_eq!(manifest.limits.cpu.map(|cpu| cpu.duration().as_secs()), Some(10));
    assert_eq!(manifest.limits.outbound_calls, Some(500));
    assert_eq!(manifest.rate_limit, RateLimit { requests_per_second: 20.0, concurrency: 2 });
    assert_eq!(manifest.egress[0].operations, [Operation::Check, Operation::FetchPage, Operation::FetchItems]);
    assert_eq!((manifest.egress[0].redirects, manifest.egress[1].redirects), (3, 0));
    assert_eq!(manifest.credentials["oauth1"].secret_names(), ["consumer_key", "consumer_secret"]);
}

#[test]
fn survives_the_database() {
    let manifest = woocommerce();
    let json = serde_json::to_string(&manifest).unwrap();
    assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);

    let grant = Grant::as_requested(&manifest, "abc");
    let json = serde_json::to_value(&grant).unwrap();
    assert_eq!(json["rules"][1]["origin"], "https://{shop}.example.com:8443");
    assert_eq!(json["limits"]["memory"], "256MiB");
    assert_eq!(serde_json::from_value::<Grant>(json.clone()).unwrap(), grant);

    let mut unknown = json;
    unknown["rules"][0]["deny"] = "everything".into();
    assert!(serde_json::from_value::<Grant>(unknown).unwrap_err().to_string().contains("deny"));
}

/// Each replacement makes one mistake; the error names its key, its line, and what is wrong.
#[test]
fn mistakes_are_found_and_located() {
    for (right, wrong, key, says) in [
        ("id = \"woocommerce\"", "id = \"WooCommerce\"", "id", "a-z"),
        ("version = \"0.1.0\"", "version = \"1.0\"", "version", "semantic"),
        ("version = \"0.1.0\"", "version = \"01.0.0\"", "version", "semantic"),
        ("adapter@0.1.0", "adapter@9.0.0", "world", "entrepot:adapter@0.1.0"),
        ("publisher = \"entrepot\"", "publisher = \"entrepot\"\nhomepage = \"x\"", "homepage", "unknown field"),
        ("type = \"url\"", "type = \"link\"", "settings.store_url.type", "link"),
        ("required = true", "requierd = true", "settings.store_url.requierd", "unknown field"),
        ("choices = [\"any\", \"publish\"]", "choices = []", "settings.status.choices", "choices"),
        ("default = \"any\"", "default = \"all\"", "settings.status.default", "one of any, publish"),
        ("default = \"100\"", "default = \"many\"", "settings.page_size.default", "whole number"),
        ("[secrets.access_token]", "[secrets.shop]", "secrets.shop", "setting of the same name"),
        ("username = \"{consumer_key}\"", "username = \"{key}\"", "credentials.basic", "`{key}`"),
        ("username = \"{consumer_key}\"", "username = \"{consumer_key\"", "credentials.basic", "braces"),
        ("scheme = \"basic\"", "scheme = \"digest\"", "credentials.basic", "digest"),
        ("HMAC-SHA256", "PLAINTEXT", "credentials.oauth1", "PLAINTEXT"),
        ("name = \"Authorization\"", "name = \"Host\"", "credentials.token.name", "Host"),
        ("name = \"mirror\"", "name = \"rest-api\"", "egress[1].name", "another rule"),
        ("\"check\", \"fetch-page\"", "\"check\", \"fetch\"", "egress[0].operations", "unknown variant"),
        ("\"check\", \"fetch-page\"", "\"check\", \"map-product\"", "egress[0].operations", "pure"),
        ("operations = [\"push-listings\"]", "operations = []", "egress[1].operations", "nothing"),
        ("origin = \"{store_url}\"", "origin = \"{store}\"", "egress[0].origin", "not one of the settings"),
        ("origin = \"{store_url}\"", "origin = \"{shop}\"", "egress[0].origin", "type \"url\""),
        ("https://{shop}", "https://{store_url}", "egress[1].origin", "type \"string\""),
        ("https://*.cdn.example.net", "https://*.net", "egress[2].origin", "two fixed labels"),
        ("https://*.cdn.example.net", "https://*.co.uk", "egress[2].origin", "public suffix"),
        ("https://*.cdn.example.net", "https://*.amazonaws.com", "egress[2].origin", "a cloud's name"),
        ("https://*.cdn.example.net", "https://{shop}.s3.amazonaws.com", "egress[2].origin", "a cloud's name"),
        ("https://*.cdn.example.net", "https://*.cdn.example.net:22", "egress[2].origin", "web server"),
        ("https://*.cdn.example.net", "https://*.cdn.example.net:3306", "egress[2].origin", "web server"),
        ("https://*.cdn.example.net", "https://*.github.io", "egress[2].origin", "public suffix"),
        ("https://*.cdn.example.net", "https://*.*.kobe.jp", "egress[2].origin", "public suffix"),
        ("https://*.cdn.example.net", "https://*.xn--55qx5d.cn", "egress[2].origin", "public suffix"),
        ("https://*.cdn.example.net", "https://*.example.ck", "egress[2].origin", "public suffix"),
        ("https://*.cdn.example.net", "https://{shop}.*.myshopify.com", "egress[2].origin", "public suffix"),
        ("https://{shop}.example.com", "https://{shop}.co.uk", "egress[1].origin", "public suffix"),
        ("https://{shop}.example.com", "https://{shop}.kobe.jp", "egress[1].origin", "public suffix"),
        ("https://{shop}.example.com", "https://*.{shop}.com.br", "egress[1].origin", "public suffix"),
        ("https://*.cdn.example.net", "https://cdn.*.example.net", "egress[2].origin", "before the fixed"),
        ("https://*.cdn.example.net", "https://img*.example.net", "egress[2].origin", "whole label"),
        ("https://*.cdn.example.net", "https://Example.net", "egress[2].origin", "lower case"),
        ("https://*.cdn.example.net", "https://2130706433", "egress[2].origin", "plain form"),
        ("https://*.cdn.example.net", "https://example.net/path", "egress[2].origin", "paths belong"),
        ("https://*.cdn.example.net", "https://example.net:0", "egress[2].origin", "port"),
        ("https://*.cdn.example.net", "ftp://example.net", "egress[2].origin", "https://"),
        ("methods = [\"HEAD\"]", "methods = [\"TRACE\"]", "egress[2].methods", "TRACE"),
        ("\"/wp-json/**\", ", "\"/**/wp-json\", ", "egress[0].paths", "last"),
        ("\"/wp-json/**\", ", "\"/wp-*\", ", "egress[0].paths", "whole segment"),
        ("\"/wp-json/**\", ", "\"wp-json\", ", "egress[0].paths", "begin with"),
        ("\"/wp-json/**\", ", "\"/a/../b\", ", "egress[0].paths", "`..`"),
        ("\"/wp-json/**\", ", "\"/a b\", ", "egress[0].paths", "percent-encoded"),
        ("\"/wp-json/**\", ", "\"/a?b\", ", "egress[0].paths", "without query"),
        ("[\"basic\", \"query\", \"oauth1\"]", "[\"bearer\"]", "egress[0].credentials", "`bearer`"),
        ("redirects = 3", "redirects = 30", "egress[0].redirects", "10"),
        ("requests_per_second = 20", "requests_per_second = 0", "rate_limit.requests_per_second", "from 0.01"),
        ("requests_per_second = 20", "requests_per_second = 1e-320", "rate_limit.requests_per_second", "from 0.01"),
        ("requests_per_second = 20", "requests_per_second = nan", "rate_limit.requests_per_second", "from 0.01"),
        ("requests_per_second = 20", "requests_per_second = inf", "rate_limit.requests_per_second", "to 10000"),
        ("memory = \"256MiB\"", "memory = \"0B\"", "limits.memory", "at least 1MiB"),
        ("memory = \"256MiB\"", "memory = \"1B\"", "limits.memory", "is 1B"),
        ("wall_clock = \"60s\"", "wall_clock = \"0s\"", "limits.wall_clock", "at least 100ms"),
        ("cpu = \"10s\"", "cpu = \"1ms\"", "limits.cpu", "at least 10ms"),
        ("outbound_calls = 500", "outbound_calls = 0", "limits.outbound_calls", "at least 1"),
        ("result = \"64MiB\"", "result = \"1B\"", "limits.result", "at least 1KiB"),
        ("log = \"64KiB\"", "log = \"0B\"", "limits.log", "at least 1KiB"),
        ("log = \"64KiB\"", "log = \"64KiB\"\nfiles = \"0B\"", "limits.files", "at least 1KiB"),
        ("publisher = \"entrepot\"", "publisher = \"entrep\u{43e}t\"", "publisher", "\u{43e}(U+043E)t"),
        ("name = \"WooCommerce\"", "name = \"W\u{43e}oCommerce\"", "name", "several scripts"),
        ("concurrency = 2", "concurrency = 0", "rate_limit.concurrency", "1 to 256"),
        ("memory = \"256MiB\"", "memory = \"256MB\"", "limits.memory", "256MB"),
        ("cpu = \"10s\"", "cpu = \"10 s\"", "limits.cpu", "10 s"),
        ("log = \"64KiB\"", "log = \"64KiB\"\nfuel = 1", "limits.fuel", "unknown field"),
    ] {
        assert!(WOOCOMMERCE.contains(right), "{right}");
        let text = WOOCOMMERCE.replacen(right, wrong, 1);
        let error = Manifest::parse(&text).unwrap_err();
        assert!(error.key.starts_with(key), "{wrong}: {error}");
        assert!(error.problem.contains(says), "{wrong}: {error}");
        // A tagged table is read as one, so its mistakes are placed at its head or at the key.
        let line = error.line.unwrap_or_else(|| panic!("{wrong}: {error}"));
        let before = &WOOCOMMERCE[..WOOCOMMERCE.find(right).unwrap()];
        let expected = before.matches('\n').count() + wrong.matches('\n').count() + 1;
        assert!(line <= expected && expected - line <= 4, "{wrong}: {error}, expected line {expected}");
    }
}

/// Not in place of something: beside it, in every text there is.
#[test]
fn no_text_hides_anything() {
    let places = [
        ("name = \"WooCommerce", "name"),
        ("publisher = \"entrepot", "publisher"),
        ("description = \"Products", "description"),
        ("title = \"Store address", "settings.store_url.title"),
        ("description = \"Where the shop's", "settings.store_url.description"),
        ("title = \"Consumer key", "secrets.consumer_key.title"),
        ("description = \"From WooCommerce", "secrets.consumer_key.description"),
        ("prefix = \"ck_", "secrets.consumer_key.prefix"),
        ("choices = [\"any\", \"publish", "settings.status.choices[1]"),
        ("value = \"Bearer", "credentials.token"),
        ("name = \"rest-api", "egress[0].name"),
        ("parameters = { consumer_key = \"", "credentials.query"),
    ];
    for (place, key) in places {
        assert!(WOOCOMMERCE.contains(place), "{place}");
        for hidden in [
            "\u{202e}",
            "\u{2066}",
            "\u{200f}",
            "\u{61c}",
            "\u{200b}",
            "\u{feff}",
            "\u{2028}",
            "\u{e0041}",
            "\\u001b",
            "\\r",
        ] {
            let error = Manifest::parse(&WOOCOMMERCE.replacen(place, &format!("{place}{hidden}"), 1)).unwrap_err();
            assert!(error.key.starts_with(key) && error.to_string().is_ascii(), "{hidden:?} in {place}: {error}");
        }
    }
    for (place, text) in
        [("name = \"WooCommerce", "x".repeat(100)), ("version = \"0.1.0", format!("+{}", "x".repeat(100)))]
    {
        let error = Manifest::parse(&WOOCOMMERCE.replacen(place, &format!("{place}{text}"), 1)).unwrap_err();
        assert!(error.problem.contains("at most 100"), "{error}");
    }
    // What languages and emoji need, and lines of a description.
    let text =
        WOOCOMMERCE.replacen("description = \"Products", "description = \"می\u{200c}خواهم 👩\u{200d}🌾\\nProdukte", 1);
    Manifest::parse(&text).unwrap();
}

#[test]
fn texts_that_are_shown_are_what_they_look_like() {
    let toml = WOOCOMMERCE;
    for hidden in ["\\u0000", "\\u202E", "\\u2066", "\\u001B[2J"] {
        for place in ["name = \"", "publisher = \"", "description = \"", "title = \""] {
            let changed = toml.replacen(place, &format!("{place}{hidden}"), 1);
            if changed != toml {
                let error = Manifest::parse(&changed).expect_err(hidden);
                assert!(
                    error.problem.contains("control character") && error.line.is_some(),
                    "{place} {hidden}: {error}"
                );
            }
        }
    }
}

#[test]
fn an_error_reads_well() {
    let error = Manifest::parse(&WOOCOMMERCE.replace("redirects = 3", "redirects = 30")).unwrap_err();
    assert_eq!(error.to_string(), "adapter.toml line 75, egress[0].redirects: must be at most 10");
    let error = Manifest::parse("id = ").unwrap_err();
    assert_eq!(error.line, Some(1));
}

#[test]
fn rules_in_plain_words() {
    let words: Vec<String> = woocommerce().egress.iter().map(EgressRule::in_words).collect();
    assert_eq!(
        words,
        [
            "During check, fetch-page and fetch-items it may send GET to the address in the setting store_url: \
             /wp-json/**, / and /index.php, authenticated by the host with basic, query or oauth1. \
             Up to 3 redirects are followed, to granted places only.",
            "During push-listings it may send PUT and POST to https://{shop}.example.com:8443 with shop from the settings: \
             /v1/*/items, without a credential. Redirects are not followed. Of query parameters it may set only ref and to=/shelf/*. \
             It may set the headers x-shelf.",
            "During fetch-items it may send HEAD to https://*.cdn.example.net (one name for each *): any path, \
             without a credential. Redirects are not followed.",
        ]
    );
}

#[test]
fn quantities_keep_their_meaning() {
    for text in ["256MiB", "1GiB", "64KiB", "1500B"] {
        assert_eq!(ByteSize::try_from(text.to_owned()).unwrap().to_string(), text);
    }
    assert_eq!(TimeSpan::try_from("2m".to_owned()).unwrap().to_string(), "120s");
    for text in ["", "s", "-1s", "1.5s", "10", "99999999999999999999s", "18446744073709551615m"] {
        assert!(TimeSpan::try_from(text.to_owned()).is_err(), "{text}");
    }
}

#[test]
fn operations_have_the_names_that_serde_gives_them() {
    for operation in Operation::ALL {
        assert_eq!(serde_json::to_value(operation).unwrap(), operation.as_str());
    }
}

#[test]
fn names_have_a_length() {
    let long = "9".repeat(201);
    for (known, text) in [
        ("version = \"0.1.0\"", format!("version = \"0.1.0-a{long}\"")),
        ("publisher = \"entrepot\"", format!("publisher = \"{long}\"")),
    ] {
        assert!(WOOCOMMERCE.contains(known), "{known}");
        let error = Manifest::parse(&WOOCOMMERCE.replace(known, &text)).unwrap_err();
        assert!(error.to_string().contains("at most 200 bytes"), "{error}");
    }
}
