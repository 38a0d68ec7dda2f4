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
        (r#"username = "{consumer_key}""#, r#"username = "x{consumer_key}""#, "made differently"),
    ] {
        assert!(WOOCOMMERCE.contains(from), "{from}");
        let there = upgrade(|text| text.replace(from, to));
        assert!(there.wider.iter().any(|found| found.contains(line)), "{from}: {there:?}");
        let old = manifest(|text| text.replace(from, to));
        let back = Difference::between(&old.permissions(), &woocommerce().permissions());
        if line != "made differently" {
            assert!(!back.is_wider() && !back.narrower.is_empty(), "{from}: {back:?}");
        }
    }
}

#[test]
fn a_limit_left_out_is_the_default_and_not_more_than_it() {
    let without = manifest(|text| text.replace(r#"memory = "256MiB""#, ""));
    let narrower = Difference::between(&woocommerce().permissions(), &without.permissions());
    assert_eq!(narrower.narrower, ["memory of a call: 64MiB instead of 256MiB"]);
    assert!(!narrower.is_wider());
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
