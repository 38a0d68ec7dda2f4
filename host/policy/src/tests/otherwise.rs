//! Methods and paths that are said otherwise than in the request line.

use super::*;

const RULE: &str = r#"
[[egress]]
name = "api"
operations = ["fetch-page"]
origin = "https://a.example"
methods = ["GET", "POST"]
paths = ["/", "/v1/**"]
"#;

fn with(extra: &str) -> Manifest {
    Manifest::parse(&format!("{WOOCOMMERCE}{RULE}{extra}")).unwrap()
}

fn bound(extra: &str) -> BoundGrant {
    let (manifest, values) = (with(extra), settings(&[("store_url", "https://shop.example")]));
    BoundGrant::bind(&Grant::as_requested(&manifest, "abc"), &manifest, &values).unwrap()
}

fn allowed(bound: &BoundGrant, query: &str) -> Result<(), String> {
    let there = url(&format!("https://a.example/v1/x?{query}"));
    bound.allow("fetch-page", "GET", &there).map(drop).map_err(|denial| denial.to_string())
}

/// However a server may read the name.
#[test]
fn no_parameter_says_another_method_or_route() {
    let (open, listed) = (bound(""), bound("query = [\"page\", \"rest\", \"a\"]"));
    for query in [
        "_method=DELETE",
        "a=1&_method=DELETE",
        "a=1;_method=DELETE",
        "_METHOD=DELETE",
        "_method",
        "_method[]=DELETE",
        "_method%5B%5D=DELETE",
        "%5fmethod=DELETE",
        "%255fmethod=DELETE",
        "+_method=DELETE",
        "%20_method=DELETE",
        ".method=DELETE",
        "_method%00x=DELETE",
        "_method%0a=DELETE",
        "%u005fmethod=DELETE",
        "%c1%9fmethod=DELETE",
        "X-HTTP-Method-Override=DELETE",
        "$httpMethod=DELETE",
        "rest_route=/wp/v2/users",
        "rest.route=/wp/v2/users",
        "rest%5Froute=/wp/v2/users",
        "rest+route=/wp/v2/users",
        "rest[route=/wp/v2/users",
        "rest%5broute=/wp/v2/users",
        "Rest_Route=/wp/v2/users",
        "rest_route[]=/wp/v2/users",
        "a=1&&rest_route=/",
    ] {
        assert!(allowed(&open, query).is_err(), "{query}");
        assert!(allowed(&listed, query).is_err(), "{query}");
    }
    for query in ["", "a=_method", "page=2&a[]=1&a%5Bx%5D=2", "page", "rest[a]=1"] {
        assert_eq!(allowed(&open, query), Ok(()), "{query}");
        assert_eq!(allowed(&listed, query), Ok(()), "{query}");
    }
    for query in ["other=1", "Page=2", "page.=2", "a=1;b=2", "a%00=1", "pages=1", "=1"] {
        assert!(allowed(&listed, query).is_err(), "{query}");
    }
    assert_eq!(allowed(&open, "other=1&method=flat"), Ok(()));
    assert!(allowed(&bound("query = []"), "page=1").is_err());
}

#[test]
fn a_route_in_a_parameter_is_held_to_its_pattern() {
    let bound = bound("query = [\"page\", \"rest_route=/\", \"rest_route=/wc/v3/**\"]");
    for (query, expected) in [
        ("rest_route=/wc/v3/products&page=2", true),
        ("rest_route=%2Fwc%2Fv3%2Fproducts", true),
        ("rest_route=/", true),
        ("rest_route=/wp/v2/users", false),
        ("rest_route=/wc/v3/products&rest_route=/wp/v2/users", false),
        ("rest_route=/wc/v3/products&rest.route=/wp/v2/users", false),
        ("rest_route[]=/wc/v3/products", false),
        ("rest_route=/wc/v3/../../wp/v2/users", false),
        ("rest_route=/wc/v3/%252e%252e/users", false),
        ("rest_route=/wc/v3/x%0a", false),
        ("rest_route=wc/v3/products", false),
        ("rest_route=", false),
    ] {
        assert_eq!(allowed(&bound, query).is_ok(), expected, "{query}");
    }
}

#[test]
fn headers_that_need_a_rule() {
    let (plain, named) = (bound(""), bound("headers = [\"X-Version\"]"));
    let there = url("https://a.example/v1/x");
    let ask = |bound: &BoundGrant, headers: &[&str]| bound.allow_with("fetch-page", "GET", &there, headers).is_ok();
    assert!(ask(&plain, &["accept", "content-type", "if-none-match", "idempotency-key", "user-agent"]));
    assert!(!ask(&plain, &["accept", "x-version"]) && ask(&named, &["accept", "x-version"]));
    assert!(!ask(&named, &["x-other"]));
}

#[test]
fn a_denial_names_what_the_rule_lacks() {
    let there = url("https://a.example/v1/x?page=1&secret=hush");
    let why = |bound: &BoundGrant, there: &url::Url, headers: &[&str]| {
        bound.allow_with("fetch-page", "GET", there, headers).unwrap_err().to_string()
    };
    let begin = "GET https://a.example/v1/x is not granted to fetch-page; it would need: [[egress]] name = \"api\", ";
    assert_eq!(why(&bound("query = [\"page\"]"), &there, &[]), format!("{begin}query = […, \"secret\"]"));
    assert_eq!(why(&bound(""), &there, &["x-a"]), format!("{begin}headers = [\"x-a\"]"));
    let route = allowed(&bound(""), "rest_route=/").unwrap_err();
    assert!(route.ends_with("query = [\"rest_route=/the/route\"]"), "{route}");
    let method = allowed(&bound(""), "_method=DELETE").unwrap_err();
    assert!(
        method.ends_with("no rule can allow it: the parameter `_method` can say another method than the request has"),
        "{method}"
    );
}

#[test]
fn what_nobody_can_grant_is_no_manifest() {
    let headers = [
        "X-HTTP-Method-Override",
        "X_HTTP_Method_Override",
        "x-http-method",
        "X-Method-Override",
        "X-Forwarded-Host",
        "Forwarded",
        "Via",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Original-Method",
        "X-Host",
        "X-Real-IP",
        "Range",
        "If-Range",
        "Connection",
        "Content-Encoding",
        "Host",
        "Authorization",
        "Cookie",
        "Proxy-Authorization",
        "a b",
        "",
    ];
    let parameters =
        ["_method", "_Method", "x.http.method", "rest_route", "rest.route", "rest_route=wc", "", "a b", "a&b"];
    let lines = headers.map(|name| format!("headers = [\"{name}\"]")).into_iter();
    let lines = lines.chain(parameters.map(|name| format!("query = [\"{name}\"]")));
    for line in lines.chain(["queries = [\"a\"]".to_owned()]) {
        let parsed = Manifest::parse(&format!("{WOOCOMMERCE}{RULE}{line}"));
        assert!(parsed.as_ref().is_err_and(|error| error.line.is_some()), "{line}: {parsed:?}");
    }
}

#[test]
fn more_of_it_is_wider() {
    let change = |old: &str, new: &str| {
        let (old, new) = (with(old), with(new));
        Difference::between(&old.permissions(), &new.permissions())
    };
    for (less, more, line) in [
        ("query = [\"a\"]", "", "may set any query parameter in GET to https://a.example/"),
        ("query = []", "query = [\"a\"]", "may set the query parameter a in POST to https://a.example/v1/**"),
        ("", "query = [\"to=/x\"]", "may set the query parameter to=/x in GET to https://a.example/"),
        ("", "headers = [\"x-a\"]", "may set the header x-a in GET to https://a.example/"),
    ] {
        let there = change(less, more);
        assert!(there.wider.iter().any(|found| found == line), "{line}: {there:?}");
        let (back, line) = (change(more, less), line.replace("may set", "may no longer set"));
        assert!(back.narrower.contains(&line), "{line}: {back:?}");
    }
    assert!(!change("", "query = [\"a\"]").is_wider());
    assert!(!change("headers = [\"x-a\"]", "").is_wider());
    assert!(change("query = [\"a\"]\nheaders = [\"x-a\"]", "headers = [\"X-A\"]\nquery = [\"a\"]").is_empty());
}
