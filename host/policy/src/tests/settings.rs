//! Answers of sellers.

use std::collections::BTreeMap;

use super::*;
use entrepot_domain::secret::{MAX_SECRET_LEN, Secret};

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
        "https://shop.example:22",
        "https://shop.example:6379/",
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
        "https://shop.example/a/%2e%2e/b",
        "https://shop.example/a/%2E./b",
        "https://shop.example/a/../b",
        "https://shop.example/./b",
        "https://shop.example/..",
        "https://shop.example/a/%252e%252e/b",
        "https://shop.example/a%252fb",
        "https://shop.example/a/..;x/b",
        "https://shop%2eexample/b",
        "https://shop%252eexample/b",
        "https://shop。evil.example/b",
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
fn a_channel_keeps_where_it_was_made_for() {
    let first = woocommerce();
    let given = settings(&[("store_url", "https://a.example/wp-admin/x")]);
    let made = first.check_settings(&given).unwrap();
    let mut later = first.clone();
    let change = |setting: &mut Setting, default: &str| setting.default = Some(default.into());
    change(later.settings.get_mut("shop").unwrap(), "evil");
    change(later.settings.get_mut("store_url").unwrap(), "https://evil.example");
    change(later.settings.get_mut("status").unwrap(), "publish");
    later.settings.get_mut("store_url").unwrap().cut_at = vec!["wp-admin".into()];
    assert_eq!(later.stored_settings(&made).unwrap(), made, "nothing is filled in, cut or replaced");
    // What decides nothing may be filled in; what is not known any more is left out.
    let mut older = made.clone();
    older.remove("status");
    older.insert("colour".into(), "red".into());
    assert_eq!(later.stored_settings(&older).unwrap()["status"], "publish");
    assert!(!later.stored_settings(&older).unwrap().contains_key("colour"));
    // Another answer changes what it is about; an empty one asks for the default.
    let changed = later.changed_settings(&made, &settings(&[("status", "publish")])).unwrap();
    assert_eq!((changed.get("shop"), &changed["store_url"]), (None, &made["store_url"]));
    let changed = later.changed_settings(&made, &settings(&[("shop", "")])).unwrap();
    assert_eq!(changed["shop"], "evil");
    assert!(later.changed_settings(&made, &settings(&[("colour", "red")])).is_err());
    // What is new and required is not filled in behind anybody's back.
    later.settings.get_mut("shop").unwrap().required = true;
    let refused = later.stored_settings(&made).unwrap_err();
    assert!(refused[0].to_string().contains("entrepot channel set CHANNEL --set shop=evil"), "{refused:?}");
    assert_eq!(later.check_settings(&given).unwrap()["shop"], "evil");
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
    let long = format!("ck_{}", "a".repeat(MAX_SECRET_LEN - 3));
    assert_eq!(check(&[("consumer_key", &long), ("consumer_secret", "cs_1")]), Ok(()));
    let found = check(&[("consumer_key", &format!("{long}a")), ("consumer_secret", "cs_1")]).unwrap_err();
    assert_eq!(found[0].to_string(), "consumer_key: has 4097 bytes; a secret has 4096 at the most");
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
