//! What a grant means for a channel.

use super::*;

fn bind(pairs: &[(&str, &str)]) -> BoundGrant {
    let manifest = woocommerce();
    let checked = manifest.check_settings(&settings(pairs)).unwrap();
    BoundGrant::bind(&Grant::as_requested(&manifest, "abc"), &manifest, &checked).unwrap()
}

fn shop() -> BoundGrant {
    bind(&[("store_url", "https://shop.example:8443/blog"), ("shop", "acme")])
}

#[test]
fn matches_origin_method_path_and_operation() {
    let shop = shop();
    for (operation, method, text, expected) in [
        ("fetch-page", "GET", "https://shop.example:8443/blog/wp-json/wc/v3/products?page=2", true),
        ("check", "GET", "https://shop.example:8443/blog/", true),
        ("check", "GET", "https://shop.example:8443/blog", true),
        ("check", "GET", "https://shop.example:8443/blog/index.php?rest_route=/", false),
        ("check", "GET", "https://shop.example:8443/blog/wp-json/", true),
        ("check", "GET", "https://shop.example:8443/blog/wp-json", false),
        ("check", "GET", "https://shop.example:8443/blog/index.php/", false),
        ("check", "GET", "https://shop.example:8443/wp-json/wc", false),
        ("check", "GET", "https://shop.example:8443/blogs/wp-json/wc", false),
        ("check", "GET", "https://shop.example:8443/", false),
        ("check", "GET", "https://shop.example/blog/", false),
        ("check", "GET", "http://shop.example:8443/blog/", false),
        ("check", "GET", "https://a.shop.example:8443/blog/", false),
        ("check", "POST", "https://shop.example:8443/blog/", false),
        ("check", "get", "https://shop.example:8443/blog/", false),
        ("fetch-orders", "GET", "https://shop.example:8443/blog/", false),
        ("", "GET", "https://shop.example:8443/blog/", false),
        ("push-listings", "PUT", "https://acme.example.com:8443/v1/1/items", true),
        ("push-listings", "PUT", "https://acme.example.com:8443/v1//items", false),
        ("push-listings", "PUT", "https://acme.example.com:8443/v1/1/2/items", false),
        ("push-listings", "PUT", "https://other.example.com:8443/v1/1/items", false),
        ("fetch-items", "HEAD", "https://a.cdn.example.net/x/y", true),
        ("fetch-items", "HEAD", "https://a.b.cdn.example.net/x/y", false),
        ("fetch-items", "HEAD", "https://cdn.example.net/x/y", false),
    ] {
        assert_eq!(shop.allow(operation, method, &url(text)).is_ok(), expected, "{operation} {method} {text}");
    }
}

#[test]
fn slashes_of_a_setting_are_part_of_its_place() {
    let shop = bind(&[("store_url", "https://shop.example//blog")]);
    for (text, expected) in [
        ("https://shop.example//blog/wp-json/", true),
        ("https://shop.example//blog", true),
        ("https://shop.example/blog/wp-json/", false),
        ("https://shop.example///blog/wp-json/", false),
    ] {
        assert_eq!(shop.allow("fetch-page", "GET", &url(text)).is_ok(), expected, "{text}");
    }
}

#[test]
fn credentials_come_with_the_rule() {
    let shop = shop();
    let there = url("https://shop.example:8443/blog/");
    let allowed = shop.allow("check", "GET", &there).unwrap();
    let names: Vec<&str> = allowed.credentials.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        (names.as_slice(), allowed.redirects, allowed.rule.name.as_str()),
        (["basic", "query", "oauth1"].as_slice(), 3, "rest-api")
    );
    assert!(allowed.credential("basic").is_some() && allowed.credential("token").is_none());
}

#[test]
fn a_denial_names_the_line_and_never_the_query() {
    let denial = shop().allow("fetch-page", "GET", &url("https://evil.example/x?key=ck_1")).unwrap_err();
    assert_eq!(
        denial.to_string(),
        "GET https://evil.example/x is not granted to fetch-page; it would need: [[egress]] \
         origin = \"https://evil.example\", methods = [\"GET\"], paths = [\"/x\"], operations = [\"fetch-page\"]"
    );
    // What the guest wrote must not turn into a wildcard when the line is copied.
    let denial = shop().allow("fetch-page", "GET", &url("https://evil.example/**")).unwrap_err();
    assert!(denial.to_string().contains("paths = [\"/%2A%2A\"]"), "{denial}");
    let denial = shop().allow("map-product", "GET", &url("https://shop.example:8443/blog/")).unwrap_err();
    assert!(denial.to_string().contains("has no way out"));
}

#[test]
fn rules_without_their_optional_setting_are_left_out() {
    let bound = bind(&[("store_url", "https://shop.example")]);
    let names: Vec<&str> = bound.rules().iter().map(|bound| bound.rule.name.as_str()).collect();
    assert_eq!(names, ["rest-api", "images"]);
    assert_eq!(bound.bindings().collect::<Vec<_>>(), [("store_url", "https://shop.example")]);
}

#[test]
fn settings_that_cannot_be_bound() {
    let manifest = woocommerce();
    let grant = Grant::as_requested(&manifest, "abc");
    let error = BoundGrant::bind(&grant, &manifest, &Settings::new()).unwrap_err();
    assert_eq!(error.to_string(), "rule `rest-api` needs the setting `store_url`, which the channel does not have");
    for pairs in [
        [("store_url", "https://a@b.example"), ("shop", "acme")],
        [("store_url", "https://b.example"), ("shop", "acme.evil")],
        [("store_url", "https://b.example"), ("shop", "acme/")],
        [("store_url", "https://b.example"), ("shop", "")],
    ] {
        let error = BoundGrant::bind(&grant, &manifest, &settings(&pairs)).unwrap_err();
        assert!(matches!(error, BindError::Unusable { .. }), "{error}");
    }
}

#[test]
fn a_grant_ends_when_it_says() {
    let manifest = woocommerce();
    let mut grant = Grant::as_requested(&manifest, "abc");
    grant.expires_at = Some(100);
    let bound = BoundGrant::bind(&grant, &manifest, &settings(&[("store_url", "https://b.example")])).unwrap();
    assert!(!bound.expired(99) && bound.expired(100));
}
