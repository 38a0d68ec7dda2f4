//! Upgrades and narrowed grants.

use super::*;

fn manifest(edit: impl FnOnce(String) -> String) -> Manifest {
    Manifest::parse(&edit(WOOCOMMERCE.to_owned())).unwrap()
}

fn upgrade(edit: impl FnOnce(String) -> String) -> Difference {
    let (old, new) = (woocommerce(), manifest(edit));
    Difference::between(&old.permissions(), &new.permissions())
}

#[test]
fn the_same_request_is_no_difference() {
    assert!(upgrade(|text| text).is_empty());
}

#[test]
fn more_paths_methods_operations_and_limits_are_wider() {
    for (from, to, line) in [
        (r#"methods = ["GET"]"#, r#"methods = ["GET", "POST"]"#, "may send POST to"),
        ("redirects = 3", "redirects = 4", "up to 4 redirects"),
        ("256MiB", "300MiB", "memory of a call: 300MiB instead of 256MiB"),
        (
            r#"username = "{consumer_key}""#,
            r#"username = "x{consumer_key}""#,
            "Basic authentication as x{consumer_key} with the password {consumer_secret} instead of Basic",
        ),
    ] {
        assert!(WOOCOMMERCE.contains(from), "{from}");
        let there = upgrade(|text| text.replace(from, to));
        assert!(there.wider.iter().any(|found| found.contains(line)), "{from}: {there:?}");
        let old = manifest(|text| text.replace(from, to));
        let back = Difference::between(&old.permissions(), &woocommerce().permissions());
        if !line.contains("instead of Basic") {
            assert!(!back.is_wider() && !back.narrower.is_empty(), "{from}: {back:?}");
        }
    }
}

/// A default leads credentials somewhere just as a rule does.
#[test]
fn what_a_setting_says_of_where_requests_go_is_a_permission() {
    let store = "type = \"url\"\ntitle = \"Store address\"\n";
    let shop = "type = \"string\"\ntitle = \"Shop\"\n";
    for (case, from, to) in [
        ("a default", store, "type = \"url\"\ntitle = \"S\"\ndefault = \"https://evil.example\"\n"),
        ("a cut", store, "type = \"url\"\ntitle = \"S\"\ncut_at = [\"blog\"]\n"),
        ("a default for a part of the host", shop, "type = \"string\"\ntitle = \"S\"\ndefault = \"evil\"\n"),
        ("another type", shop, "type = \"choice\"\ntitle = \"S\"\nchoices = [\"evil\"]\n"),
    ] {
        assert!(WOOCOMMERCE.contains(from), "{case}");
        let there = upgrade(|text| text.replacen(from, to, 1));
        let words = there.wider.join("\n");
        assert!(words.contains("the setting s") && words.contains(" instead of "), "{case}: {words}");
    }
    // Less is less.
    let choice = |rest: &str| manifest(|text| text.replace(shop, &format!("type = \"choice\"\ntitle = \"S\"\n{rest}")));
    let (all, one) = (choice("choices = [\"a\", \"b\"]\ndefault = \"a\""), choice("choices = [\"b\"]"));
    let fewer = Difference::between(&all.permissions(), &one.permissions());
    assert!(fewer.narrower.len() == 1, "{fewer:?}");
    assert_eq!(fewer.wider.len(), 1, "sellers are offered other choices: {fewer:?}");
    assert!(Difference::between(&one.permissions(), &all.permissions()).is_wider());
    // A grant that was given before this was part of it: nobody has looked.
    let mut before = Grant::as_requested(&woocommerce(), "d");
    before.settings.clear();
    assert_eq!(Difference::between(&before.permissions(), &woocommerce().permissions()).wider.len(), 2);
    let stored = serde_json::to_value(Grant::as_requested(&woocommerce(), "d")).unwrap();
    assert_eq!(serde_json::from_value::<Grant>(stored).unwrap(), Grant::as_requested(&woocommerce(), "d"));
}

/// Whoever let an adapter in has read what sellers are asked for: an upgrade asks for nothing else by itself.
#[test]
fn what_sellers_are_asked_for_is_compared_word_by_word() {
    for (case, from, to) in [
        ("a setting's title", "title = \"Store address\"", "title = \"Address of your bank\""),
        ("a setting's description", "description = \"Where the shop's", "description = \"No longer where the shop's"),
        ("a setting that is required", "required = true", "required = false"),
        ("a type", "type = \"integer\"", "type = \"string\""),
        ("choices", "choices = [\"any\", \"publish\"]", "choices = [\"any\", \"publish\", \"draft\"]"),
        ("a default", "default = \"any\"", "default = \"publish\""),
        ("a secret's title", "title = \"Consumer key\"", "title = \"Password of your account\""),
        ("a secret's description", "description = \"From WooCommerce", "description = \"Not from WooCommerce"),
        ("a secret's beginning", "prefix = \"ck_\"", "prefix = \"pw_\""),
        ("a secret that is made up", "[secrets.access_token]\n", "[secrets.access_token]\ngenerate = true\n"),
        (
            "a setting more",
            "[secrets.access_token]\n",
            "[settings.pin]\ntype = \"string\"\ntitle = \"PIN\"\n[secrets.access_token]\n",
        ),
        ("a secret more", "[secrets.access_token]\n", "[secrets.pin]\ntitle = \"PIN\"\n[secrets.access_token]\n"),
    ] {
        assert!(WOOCOMMERCE.contains(from), "{case}");
        let there = upgrade(|text| text.replacen(from, to, 1));
        assert!(there.wider.iter().any(|line| line.contains("ellers are asked for")), "{case}: {there:?}");
    }
    let renamed = upgrade(|text| text.replacen("name = \"WooCommerce\"", "name = \"Your bank\"", 1));
    assert_eq!(renamed.wider, ["it calls itself \"Your bank\" instead of \"WooCommerce\""]);
    let words = woocommerce().permissions().in_words().join("\n");
    assert!(words.contains("It calls itself \"WooCommerce\"."), "{words}");
    assert!(words.contains("Sellers are asked for consumer_key: \"Consumer key\""), "{words}");
    let fewer = Difference::between(
        &manifest(|text| {
            text.replacen("[secrets.access_token]\n", "[secrets.pin]\ntitle = \"PIN\"\n[secrets.access_token]\n", 1)
        })
        .permissions(),
        &woocommerce().permissions(),
    );
    assert_eq!(
        (fewer.is_wider(), fewer.narrower.as_slice()),
        (false, &["sellers are no longer asked for pin".to_owned()][..])
    );
}

#[test]
fn a_limit_left_out_is_the_default_and_not_more_than_it() {
    let without = manifest(|text| text.replace(r#"memory = "256MiB""#, ""));
    let narrower = Difference::between(&woocommerce().permissions(), &without.permissions());
    assert_eq!(narrower.narrower, ["memory of a call: 64MiB instead of 256MiB"]);
    assert!(!narrower.is_wider());
}

#[test]
fn no_manifest_gets_more_than_the_host_gives() {
    let text = WOOCOMMERCE
        .replace("requests_per_second = 20", "requests_per_second = 10000")
        .replace("concurrency = 2", "concurrency = 256");
    let limits = text.find("[limits]").unwrap();
    let endless = "[limits]\nmemory = \"1000000GiB\"\nwall_clock = \"1000000m\"\ncpu = \"1000000m\"\noutbound_calls = 4294967295\n\
                   result = \"1000000GiB\"\nlog = \"1000000GiB\"\nfiles = \"1000000GiB\"\n";
    let greedy = Manifest::parse(&format!("{}{endless}", &text[..limits])).unwrap();
    let (given, cut) = Grant::as_requested(&greedy, "d").capped(&Ceilings::DEFAULTS);
    assert_eq!((given.limits, given.rate_limit), (Ceilings::DEFAULTS.limits, Ceilings::DEFAULTS.rate_limit));
    assert_eq!(cut.len(), 9, "each is said: {cut:?}");
    assert!(cut.contains(&"memory of a call: 512MiB instead of 1000000GiB".to_owned()), "{cut:?}");
    assert!(given.clone().capped(&Ceilings::DEFAULTS).1.is_empty());

    // Where nothing is asked for, the usual is not more than the host gives, either; and what is less stays.
    let modest = manifest(|text| text.replace("memory = \"256MiB\"\n", ""));
    let low =
        Ceilings { limits: Limits { memory: Some(ByteSize(1 << 20)), ..Limits::default() }, ..Ceilings::DEFAULTS };
    let (given, cut) = Grant::as_requested(&modest, "d").capped(&low);
    assert_eq!(
        (given.limits.memory, cut),
        (Some(ByteSize(1 << 20)), vec!["memory of a call: 1MiB instead of 64MiB".to_owned()])
    );
    let (given, cut) = Grant::as_requested(&modest, "d").capped(&Ceilings::DEFAULTS);
    assert_eq!((given.limits, given.rate_limit, cut), (modest.limits, modest.rate_limit, vec![]));
}

#[test]
fn a_grant_can_only_be_narrowed() {
    let grant = || Grant::as_requested(&woocommerce(), "d");
    let now = 1_000;
    let rule = grant().rules[0].name.clone();
    let narrowed = grant().narrowed(&Narrowing { without_rules: vec![rule], ..Default::default() }, now).unwrap();
    assert!(narrowed.rules.iter().all(|left| left.name != grant().rules[0].name));
    let back = Difference::between(&narrowed.permissions(), &woocommerce().permissions());
    assert!(back.is_wider());

    let limits = Limits { memory: Some(ByteSize(1 << 40)), ..Limits::default() };
    let raised = grant().narrowed(&Narrowing { limits, ..Default::default() }, now);
    assert_eq!(raised, Err(NarrowError::Raised("memory", "256MiB".into())));
    let limits = Limits { cpu: Some(TimeSpan(60_000)), ..Limits::default() };
    assert!(grant().narrowed(&Narrowing { limits, ..Default::default() }, now).is_err(), "the default is 10 s");

    for wrong in [
        Narrowing { without_rules: vec!["no such".into()], ..Default::default() },
        Narrowing { expires_at: Some(1_000), ..Default::default() },
        Narrowing { requests_per_second: Some(0.0), ..Default::default() },
        Narrowing { requests_per_second: Some(f64::NAN), ..Default::default() },
        Narrowing { requests_per_second: Some(1e-320), ..Default::default() },
        Narrowing { limits: Limits { memory: Some(ByteSize(0)), ..Limits::default() }, ..Default::default() },
        Narrowing { limits: Limits { outbound_calls: Some(0), ..Limits::default() }, ..Default::default() },
        Narrowing { requests_per_second: Some(1e9), ..Default::default() },
    ] {
        assert!(grant().narrowed(&wrong, now).is_err(), "{wrong:?}");
    }
}

#[test]
fn without_its_credentials_a_rule_is_not_open_to_everybody() {
    let all: Vec<String> = woocommerce().credentials.keys().cloned().collect();
    let narrowed = Grant::as_requested(&woocommerce(), "d")
        .narrowed(&Narrowing { without_credentials: all, ..Default::default() }, 0)
        .unwrap();
    assert!(narrowed.rules.iter().all(|rule| {
        woocommerce().egress.iter().any(|asked| asked.name == rule.name && asked.credentials.is_empty())
    }));
}
