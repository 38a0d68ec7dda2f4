//! "Test connection": what works, and what would make more of it.

use entrepot_guest::prelude::*;
use entrepot_guest::testing::{TestHost, channel as of_settings};
use entrepot_plugin_shopify::connection::check;
use serde_json::{Value, json};

use crate::shop::{channel, data, shop, status};

fn account(domain: &str, scopes: &[&str]) -> Response {
    let scopes: Vec<_> = scopes.iter().map(|scope| json!({"handle": scope})).collect();
    data(json!({
        "shop": {"name": "Acme", "myshopifyDomain": domain, "url": "https://acme.example", "currencyCode": "EUR",
            "ianaTimezone": "Europe/Berlin", "weightUnit": "KILOGRAMS", "taxesIncluded": true,
            "plan": {"publicDisplayName": "Basic", "shopifyPlus": false}},
        "currentAppInstallation": {"accessScopes": scopes}, "productsCount": {"count": 12, "precision": "EXACT"}}))
}

fn locations() -> Response {
    data(json!({"locations": {"nodes": [{"name": "Berlin"}], "pageInfo": {"hasNextPage": true}}}))
}

const ALL: [&str; 3] = ["read_products", "read_inventory", "read_locations"];

#[test]
fn shows_what_there_is() {
    let host = shop(|name, _| if name == "Account" { account("acme.myshopify.com", &ALL) } else { locations() });
    let account = check(&host, &channel()).unwrap();
    assert_eq!((account.name.as_str(), account.currency.as_deref()), ("Acme", Some("EUR")));
    assert!(account.warnings.is_empty(), "{:?}", account.warnings);
    for (name, value) in
        [("products", "12"), ("locations", "Berlin and more"), ("API version", "2026-10"), ("plan", "Basic")]
    {
        assert!(account.details.contains(&(name.to_owned(), value.to_owned())), "{name}: {:?}", account.details);
    }
}

/// A scope to write includes the one to read, and only that one is listed then.
#[test]
fn missing_scopes_are_named() {
    let of = |scopes: &[&str]| {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        let host = shop(move |name, _| match name {
            "Account" => account("acme.myshopify.com", &scopes.iter().map(String::as_str).collect::<Vec<_>>()),
            _ => locations(),
        });
        check(&host, &channel()).unwrap().warnings
    };
    assert!(of(&["write_products", "write_inventory", "write_locations"]).is_empty());
    let warnings = of(&["read_products"]);
    assert!(warnings[0].contains("read_inventory") && warnings[1].contains("read_locations"), "{warnings:?}");
}

/// Whoever only reads is not warned; it is said all the same.
#[test]
fn what_is_missing_to_sell_is_a_detail() {
    let of = |scopes: &'static [&'static str]| {
        let host =
            shop(move |name, _| if name == "Account" { account("acme.myshopify.com", scopes) } else { locations() });
        let account = check(&host, &channel()).unwrap();
        assert!(account.warnings.is_empty(), "{:?}", account.warnings);
        account.details.into_iter().find(|(name, _)| name == "missing to sell").map(|(_, value)| value)
    };
    let missing = "write_products, write_inventory, read_publications, write_publications";
    assert_eq!(of(&ALL).as_deref(), Some(missing));
    assert_eq!(of(&["write_products", "write_inventory", "read_locations", "write_publications"]), None);
}

#[test]
fn locations_have_a_scope_of_their_own() {
    let host = shop(|name, _| match name {
        "Account" => account("acme.myshopify.com", &ALL),
        _ => status(
            200,
            json!({"errors": [{"message": "Access denied for locations field.",
            "extensions": {"code": "ACCESS_DENIED"}}], "data": null})
            .to_string(),
        ),
    });
    let warnings = check(&host, &channel()).unwrap().warnings;
    assert!(warnings[0].contains("locations cannot be read"), "{warnings:?}");
}

#[test]
fn a_renamed_shop_is_said() {
    let host = shop(|name, _| if name == "Account" { account("acme-two.myshopify.com", &ALL) } else { locations() });
    let warnings = check(&host, &channel()).unwrap().warnings;
    assert!(warnings[0].contains("now acme-two"), "{warnings:?}");
}

/// A POST that follows a redirect becomes a GET to a shop of another name.
#[test]
fn redirects_are_not_followed_but_told() {
    for code in [301, 302, 307, 308] {
        let host = shop(move |_, _| {
            let headers = vec![(
                "location".to_owned(),
                "https://acme-two.myshopify.com/admin/api/2026-10/graphql.json".to_owned(),
            )];
            Response { status: code, headers, body: Vec::new(), retry_after: None }
        });
        match check(&host, &channel()) {
            Err(Error::Unsupported(message)) => assert!(message.contains("acme-two"), "{message}"),
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!(host.asked().len(), 1);
    }
    let manifest = include_str!("../../adapter.toml");
    assert!(!manifest.contains("redirects"), "no rule lets the host follow one");
}

/// A retired version falls forward silently: fields may mean something else then.
#[test]
fn another_version_is_detected() {
    let forward = |name: &str, _: &Value| {
        let mut answer = if name == "Account" { account("acme.myshopify.com", &ALL) } else { locations() };
        answer.headers[0].1 = "2027-04".to_owned();
        answer
    };
    let warnings = check(&shop(forward), &channel()).unwrap().warnings;
    assert!(warnings[0].contains("2026-10") && warnings[0].contains("2027-04"), "{warnings:?}");

    let host = shop(|_, _| {
        let mut answer = crate::shop::beginning();
        answer.headers[0].1 = "2027-04".to_owned();
        answer
    });
    let run = crate::shop::Run::full(&host);
    assert!(matches!(run, Err(Error::Unsupported(ref message)) if message.contains("2027-04")), "{run:?}");
}

/// The shop's name becomes part of an address that a token is sent to.
#[test]
fn only_a_whole_label_is_a_shop() {
    for name in ["acme.myshopify.com.evil.example", "evil.example", "evil.example/acme", "acme@evil.example", "a b", ""]
    {
        let settings = json!({"shop": name}).to_string();
        let host = TestHost::offline();
        match check(&host, &of_settings(&settings)) {
            Err(Error::Invalid(issues)) => assert_eq!(issues[0].code, "shop-invalid"),
            other => panic!("{name}: {other:?}"),
        }
        assert!(host.asked().is_empty(), "{name}");
    }
}

#[test]
fn a_simulator_is_asked_in_place_of_shopify() {
    let host = TestHost::new(|request| {
        assert_eq!(request.url, "http://127.0.0.1:8080/admin/api/2026-07/graphql.json");
        let body = String::from_utf8_lossy(request.body.as_deref().unwrap()).into_owned();
        let mut answer =
            if body.contains("query AccountLocations") { locations() } else { account("acme.myshopify.com", &ALL) };
        answer.headers[0].1 = "2026-07".to_owned();
        Ok(answer)
    });
    let settings = r#"{"shop":"acme","api_version":"2026-07","base_url":"http://127.0.0.1:8080/"}"#;
    assert!(check(&host, &of_settings(settings)).unwrap().warnings.is_empty());
}

#[test]
fn a_currency_is_read_or_refused_when_connecting() {
    let with = |code: &'static str| {
        let host = shop(move |name, _| match name {
            "Account" => {
                let mut answer = account("acme.myshopify.com", &ALL);
                answer.body =
                    String::from_utf8(answer.body).unwrap().replace("\"EUR\"", &format!("\"{code}\"")).into_bytes();
                answer
            }
            _ => locations(),
        });
        check(&host, &channel()).map(|account| account.currency.unwrap_or_default())
    };
    for code in ["JEP", "KID", "ANG", "BYR", "LTL", "LVL", "STD", "VEF", "JPY", "KWD"] {
        assert_eq!(with(code).as_deref(), Ok(code));
    }
    for code in ["USDC", "XXX"] {
        assert!(matches!(with(code), Err(Error::Unsupported(why)) if why.contains(code)), "{code}");
    }
}
