//! Whatever is outside the grant never matches it.

use entrepot_egress::address;
use entrepot_policy::{BoundGrant, Grant, Manifest, Settings, parse_url};
use proptest::prelude::*;
use url::Url;

use crate::support::manifest;

fn shop() -> BoundGrant {
    let text = r#"
id = "shop"
name = "Shop"
publisher = "entrepot"
version = "1.0.0"
world = "entrepot:adapter@0.1.0"
[settings.store_url]
type = "url"
title = "Store"
required = true
[[egress]]
name = "rest-api"
operations = ["fetch-page"]
origin = "{store_url}"
methods = ["GET"]
paths = ["/wp-json/**", "/", "/index.php", "/a/*/c"]
"#;
    let manifest = Manifest::parse(text).unwrap();
    let mut settings = Settings::new();
    settings.insert("store_url".to_owned(), "https://shop.example:8443/blog".into());
    BoundGrant::bind(&Grant::as_requested(&manifest, ""), &manifest, &settings).unwrap()
}

/// An independent, slower reading of the same rule, from the text.
fn inside(url: &str) -> bool {
    let Some(path) = url.strip_prefix("https://shop.example:8443/blog") else { return false };
    let path = path.split('?').next().unwrap_or_default();
    let one = path
        .strip_prefix("/a/")
        .and_then(|rest| rest.strip_suffix("/c"))
        .is_some_and(|s| !s.is_empty() && !s.contains('/'));
    path.is_empty() || path == "/" || path == "/index.php" || path.starts_with("/wp-json/") || one
}

proptest! {
    #[test]
    fn only_what_the_rule_says(
        host in prop_oneof![Just("shop.example".to_owned()), "[a-z.@:%#\\\\0-9\\[\\]-]{0,12}(shop\\.example)?[a-z.@:%#0-9-]{0,8}"],
        port in prop_oneof![Just(":8443".to_owned()), Just(String::new()), ":[0-9]{1,6}"],
        path in prop_oneof!["/blog(/wp-json|/a|/index\\.php|/)?[/a-z.%;\\\\~*2eEfF?#-]{0,20}", "[ -~]{0,30}"],
    ) {
        let text = format!("https://{host}{port}{path}");
        if let Ok(url) = parse_url(&text) {
            prop_assert_eq!(shop().allow("fetch-page", "GET", &url).is_ok(), inside(&text), "{}", text);
        }
    }

    /// Also for URLs that came another way than through the strict parser.
    #[test]
    fn nothing_escapes_the_prefix(path in "(/|\\.|\\.\\.|%2e|%2E|%2f|;|a|wp-json|blog|index\\.php|\\\\){0,12}") {
        if let Ok(url) = Url::parse(&format!("https://shop.example:8443/{path}"))
            && shop().allow("fetch-page", "GET", &url).is_ok()
        {
            prop_assert!(url.path() == "/blog" || url.path().starts_with("/blog/"));
            prop_assert!(!url.path().to_lowercase().contains("%2e%2e"));
        }
    }

    #[test]
    fn other_hosts_never(host in "[a-z0-9-]{1,20}(\\.[a-z0-9-]{1,10}){0,3}") {
        prop_assume!(host != "shop.example");
        if let Ok(url) = parse_url(&format!("https://{host}:8443/blog/wp-json/x")) {
            prop_assert!(shop().allow("fetch-page", "GET", &url).is_err());
        }
    }

    #[test]
    fn one_label_per_wildcard(left in "[a-z0-9.-]{0,20}", right in "[a-z0-9.-]{0,6}") {
        let manifest = manifest(&crate::support::rule("https://*.example.com", ""));
        let bound = BoundGrant::bind(&Grant::as_requested(&manifest, ""), &manifest, &Settings::new()).unwrap();
        if let Ok(url) = parse_url(&format!("https://{left}example.com{right}/api/x")) {
            let label = left.strip_suffix('.').is_some_and(|label| !label.contains('.') && !label.is_empty());
            let granted = bound.allow("fetch-page", "GET", &url).is_ok();
            prop_assert!(!granted || (label && right.is_empty()), "{}", url);
        }
    }

    /// What the strict parser lets through reads the same to whoever reads it next.
    #[test]
    fn parsed_urls_are_fixed_points(text in "https?://[ -~]{0,40}") {
        if let Ok(url) = parse_url(&text) {
            prop_assert_eq!(&parse_url(url.as_str()).unwrap(), &url);
            prop_assert!(!url.as_str().contains(['\\', '#']) && url.username().is_empty());
        }
    }

    #[test]
    fn private_v4_is_refused_however_it_is_wrapped(a in any::<u32>()) {
        let v4 = std::net::Ipv4Addr::from(a);
        let [x, y] = [(a >> 16) as u16, a as u16];
        for wrapped in [
            v4.to_ipv6_mapped(),
            v4.to_ipv6_compatible(),
            std::net::Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, x, y),
            std::net::Ipv6Addr::new(0x2002, x, y, 0, 0, 0, 0, 1),
        ] {
            // ::1 is the one address that is both a wrapped 0.0.0.1 and loopback.
            if wrapped != std::net::Ipv6Addr::LOCALHOST {
                prop_assert!(address::check(wrapped.into(), true).is_err(), "{}", wrapped);
            }
        }
        if v4.is_private() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || v4.is_documentation() {
            prop_assert!(address::check(v4.into(), true).is_err());
        }
    }
}
