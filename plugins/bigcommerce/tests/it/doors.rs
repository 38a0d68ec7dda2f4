//! Who is let in, what refusals mean, and how long to wait.

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::catalog::fetch_page;
use entrepot_plugin_bigcommerce::connection::check;
use serde_json::json;

use crate::shop::{Shop, channel, first, store};

fn refused(status: u16, headers: &[(&str, &str)], retry_after: Option<u64>) -> Result<Page, Error> {
    let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let shop = Shop::of(3).twisted(move |_, _| {
        Some(Ok(Response { status, headers: headers.clone(), body: b"{}".to_vec(), retry_after }))
    });
    fetch_page(&shop, &channel(), &first())
}

#[test]
fn a_store_tells_what_it_is() {
    let account = check(&Shop::of(7), &channel()).unwrap();
    assert_eq!((account.name.as_str(), account.url.as_deref()), ("Tea & Things", Some("https://tea.example")));
    assert_eq!(account.currency.as_deref(), Some("EUR"));
    assert_eq!(account.warnings, Vec::<String>::new());
    let detail = |name: &str| account.details.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(
        (detail("products"), detail("weight unit"), detail("prices include tax")),
        (Some("7"), Some("KGS"), Some("yes"))
    );
}

#[test]
fn a_missing_scope_is_a_warning_where_it_can_be_done_without() {
    let shop = Shop::of(1).twisted(|_, asked| asked.path.contains("inventory").then(|| Ok(testing::json(403, "{}"))));
    let account = check(&shop, &channel()).unwrap();
    assert!(account.warnings[0].contains("Store inventory"));
    let closed =
        |_: &Shop, asked: &crate::shop::Asked| (asked.path == "/v2/store").then(|| Ok(testing::json(403, "{}")));
    assert!(matches!(check(&Shop::of(1).twisted(closed), &channel()), Err(Error::Unauthorized(_))));
    let fixed = Channel { currency: Some("USD".into()), ..channel() };
    let account = check(&Shop::of(1).twisted(closed), &fixed).unwrap();
    assert_eq!((account.currency.as_deref(), account.warnings.len()), (Some("USD"), 1));
}

#[test]
fn refusals_say_what_to_change() {
    assert!(matches!(refused(401, &[], None), Err(Error::Unauthorized(why)) if why.contains("access token")));
    assert!(matches!(refused(403, &[], None), Err(Error::Unauthorized(why)) if why.contains("scopes")));
    for status in [500, 502, 503, 504, 423, 413] {
        assert!(matches!(refused(status, &[], None), Err(Error::Unavailable(_))), "{status}");
    }
    assert!(matches!(refused(507, &[], None), Err(Error::Unsupported(_))));
    assert!(matches!(refused(422, &[], None), Err(Error::Other(_))));
    let unknown = Shop::of(1).twisted(|_, _| Some(Ok(testing::json(404, "{}"))));
    assert!(matches!(check(&unknown, &channel()), Err(Error::Unauthorized(why)) if why.contains("abcde")));
    let doge = Shop::of(1).twisted(|_, asked| {
        let mut store = store();
        store["currency"] = json!("DOGE");
        (asked.path == "/v2/store").then(|| Ok(testing::json(200, store.to_string())))
    });
    assert!(matches!(check(&doge, &channel()), Err(Error::Unsupported(_))));
}

#[test]
fn waits_are_as_long_as_the_store_says() {
    let reset = ("x-rate-limit-time-reset-ms", "2500");
    assert_eq!(refused(429, &[reset], None), Err(Error::RateLimited(Some(2500))));
    assert_eq!(refused(429, &[reset, ("x-retry-after", "15")], None), Err(Error::RateLimited(Some(15_000))));
    assert_eq!(refused(429, &[reset], Some(9_000)), Err(Error::RateLimited(Some(9_000))));
    assert_eq!(refused(429, &[], None), Err(Error::RateLimited(None)), "load shedding: the host backs off by itself");
}

#[test]
fn a_window_that_is_nearly_used_up_is_waited_for() {
    for (left, wait) in [("100", None), ("3", Some(21_000))] {
        let shop = Shop::of(150).twisted(move |shop, asked| {
            let mut answer = shop.answer(asked);
            answer.headers.push(("x-rate-limit-requests-left".into(), left.into()));
            answer.headers.push(("x-rate-limit-time-reset-ms".into(), "21000".into()));
            Some(Ok(answer))
        });
        let page = fetch_page(&shop, &channel(), &first()).unwrap();
        assert_eq!((page.wait, page.next.is_some()), (wait, true));
    }
}

#[test]
fn settings_that_cannot_be_used() {
    for settings in ["{}", r#"{"store_hash":"a/../b"}"#, r#"{"store_hash":"abcde","price_rounding":"up"}"#, "[]"] {
        let channel = testing::channel(settings);
        assert!(matches!(fetch_page(&Shop::of(1), &channel, &first()), Err(Error::Invalid(_))), "{settings}");
    }
}

/// What the host adds is the manifest's. The client secret is a key as it stands: its bytes, not what base64 would make of them.
#[test]
fn the_token_goes_in_its_header_and_the_client_secret_is_no_base64() {
    let manifest = include_str!("../../adapter.toml");
    for line in [r#"name = "X-Auth-Token""#, r#"value = "{access_token}""#, r#"algorithms = ["hmac-sha256"]"#] {
        assert!(manifest.lines().any(|own| own == line), "{line}");
    }
    assert!(!manifest.contains("encoding") && !manifest.contains("X-Auth-Client"));
}
