//! Answers of sellers.

use std::collections::BTreeMap;

use super::*;
use crate::secret::Secret;

fn problems(given: &[(&str, &str)]) -> Vec<String> {
    woocommerce().check_settings(&settings(given)).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn defaults_and_types() {
    let checked =
        woocommerce().check_settings(&settings(&[("store_url", "https://Shop.example/blog/"), ("drafts", "true")]));
    let expected = serde_json::json!({
        "store_url": "https://shop.example/blog",
        "page_size": 100,
        "drafts": true,
        "status": "any",
    });
    assert_eq!(serde_json::Value::Object(checked.clone().unwrap()), expected);
    // Checking again changes nothing.
    assert_eq!(woocommerce().check_settings(&checked.clone().unwrap()), checked);
}

#[test]
fn all_problems_at_once() {
    let found =
        problems(&[("page_size", "ten"), ("status", "draft"), ("drafts", "yes"), ("shop", "a.b"), ("colour", "red")]);
    assert_eq!(
        found,
        [
            "colour: WooCommerce has no such setting",
            "drafts: must be true or false",
            "page_size: must be a whole number",
            "shop: must be one part of a host name: a-z, 0-9 and -",
            "status: must be one of any, publish",
            "store_url: is required",
        ]
    );
}

#[test]
fn urls_that_sellers_paste() {
    for (given, kept) in [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example/", "https://shop.example"),
        (" https://SHOP.example:443/blog/ ", "https://shop.example/blog"),
        ("http://127.0.0.1:8090", "http://127.0.0.1:8090"),
        ("http://[::1]:8090/", "http://[::1]:8090"),
        ("https://müller.example", "https://xn--mller-kva.example"),
        ("https://xn--mller-kva.example", "https://xn--mller-kva.example"),
    ] {
        let checked = woocommerce().check_settings(&settings(&[("store_url", given)])).unwrap();
        assert_eq!(checked["store_url"], kept, "{given}");
    }
}

#[test]
fn urls_that_would_mean_another_place() {
    for given in [
        "shop.example",
        "ftp://shop.example",
        "https://user:pass@shop.example",
        "https://shop.example@evil.example",
        "https://shop.example/?a=b",
        "https://shop.example/#a",
        "https://shop.example\\@evil.example",
        "https:\\\\shop.example",
        "https:shop.example",
        "https://2130706433",
        "http://0x7f.1",
        "http://127.1",
        "https://ｓｈｏｐ.example",
        "https://shop。example",
        "https://sho\u{200d}p.example",
        "https://shop.example.",
        "https://shop..example",
        "https://shop.example:0",
        "https://shop.example:",
        "https://shop.example/a/%2e%2e%2fb",
        "https://shop.exa mple",
        "https://sh%6Fp.example",
        "https://shop\".example",
        "https://{shop}.example",
        "https://shop.example\n",
        "https://",
    ] {
        let trimmed = given.trim() != given;
        assert!(woocommerce().check_settings(&settings(&[("store_url", given)])).is_err() || trimmed, "{given}");
    }
}

#[test]
fn secrets_are_checked_and_never_shown() {
    let check = |pairs: &[(&str, &str)]| {
        let secrets: BTreeMap<&str, Secret> = pairs.iter().map(|(name, value)| (*name, Secret::new(*value))).collect();
        woocommerce().check_secrets(secrets.iter().map(|(name, secret)| (*name, secret)))
    };
    assert_eq!(check(&[("consumer_key", "ck_1"), ("consumer_secret", "cs_1")]), Ok(()));
    let found =
        check(&[("consumer_key", "cs_hunter2"), ("password", "hunter2"), ("access_token", "hunter2\n")]).unwrap_err();
    let text: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "access_token: begins or ends with a space, or holds control characters",
            "consumer_key: must begin with `ck_`",
            "password: WooCommerce has no such secret",
            "consumer_secret: is required",
        ]
    );
    assert!(!format!("{found:?}").contains("hunter2"));
}

#[test]
fn the_address_of_a_page_becomes_that_of_its_shop() {
    let mut manifest = woocommerce();
    manifest.settings.get_mut("store_url").unwrap().cut_at = vec!["wp-admin".into(), "wp-json".into()];
    for (pasted, kept) in [
        ("https://a.example/store/wp-admin/index.php?page=x", "https://a.example/store"),
        ("https://a.example/wp-json/wc/v3/products", "https://a.example"),
        ("https://a.example/wp-admin", "https://a.example"),
        ("https://wp-admin/shop", "https://wp-admin/shop"),
        ("https://a.example/wp-admins/", "https://a.example/wp-admins"),
    ] {
        let checked = manifest.check_settings(&settings(&[("store_url", pasted)])).unwrap();
        assert_eq!(checked["store_url"], kept, "{pasted}");
    }
    // What is not cut keeps its rules.
    let refused = manifest.check_settings(&settings(&[("store_url", "https://a.example/store?wp-admin/x")]));
    assert!(refused.is_err(), "{refused:?}");
}
