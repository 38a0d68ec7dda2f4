//! Keys, tokens, limits, and what `check` says.

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_etsy::catalog::fetch_page;
use entrepot_plugin_etsy::connection::check;
use serde_json::json;

use crate::shop::{Shop, channel, first, ok, status};

fn with_headers(shop: Shop, headers: &'static [(&'static str, &'static str)]) -> Shop {
    shop.twisted(move |shop, asked| {
        let mut answer = shop.answer(asked);
        answer.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Some(Ok(answer))
    })
}

#[test]
fn check_tells_what_the_account_is() {
    let limits = &[
        ("x-limit-per-second", "5"),
        ("x-remaining-this-secon", "4"),
        ("x-limit-per-day", "5000"),
        ("x-remaining-today", "4900"),
    ];
    let shop = with_headers(Shop::of(7), limits);
    let account = check(&shop, &channel()).unwrap();
    assert_eq!((account.name.as_str(), account.currency.as_deref()), ("Tees & Co", Some("EUR")));
    for (name, value) in [("listings", "7"), ("requests a second", "5"), ("requests left today", "4900")] {
        assert!(account.details.contains(&(name.into(), value.into())), "{name}: {:?}", account.details);
    }
    assert_eq!(account.warnings, Vec::<String>::new());
    assert_eq!(shop.asked.borrow()[0].credential, "app", "the key alone comes first");
    assert!(shop.asked.borrow().iter().all(|asked| !asked.query.contains_key("token")));
}

#[test]
fn check_warns_before_the_day_is_spent() {
    let shop = with_headers(Shop::of(7), &[("x-limit-per-day", "5000"), ("x-remaining-today", "12")]);
    let warnings = check(&shop, &channel()).unwrap().warnings;
    assert!(warnings[0].contains("Only 12 of 5000"), "{warnings:?}");
    let shop = with_headers(Shop::of(9000), &[("x-limit-per-day", "5000"), ("x-remaining-today", "4000")]);
    let warnings = check(&shop, &channel()).unwrap().warnings;
    assert!(warnings[0].contains("every 30 minutes"), "{warnings:?}");
}

#[test]
fn tells_a_wrong_key_from_a_wrong_token_and_a_wrong_shop() {
    let unauthorized = |shop: Shop| match check(&shop, &channel()) {
        Err(Error::Unauthorized(message)) => message,
        other => panic!("{other:?}"),
    };
    let no_secret = r#"{"error":"Shared secret is required in x-api-key header."}"#;
    let shop = Shop::of(1).twisted(move |_, _| Some(Ok(status(403, no_secret))));
    let message = unauthorized(shop);
    assert!(
        message.contains("Keystring or shared secret") && message.contains("Shared secret is required"),
        "{message}"
    );
    let revoked = r#"{"error":"invalid_token","error_description":"access token is expired"}"#;
    let shop = Shop::of(1).twisted(move |_, asked| (asked.credential == "shop").then(|| Ok(status(401, revoked))));
    let message = unauthorized(shop);
    assert!(message.contains("Connect the shop again") && message.contains("access token is expired"), "{message}");
    let shop = Shop::of(1)
        .twisted(|_, asked| (asked.route == "/users/me").then(|| Ok(ok(&json!({"user_id": 1, "shop_id": 9})))));
    assert!(unauthorized(shop).contains("The connection is to shop 9"));
    let shop = Shop::of(1).twisted(|_, _| Some(Ok(status(404, r#"{"error":"Resource not found"}"#))));
    assert!(unauthorized(shop).contains("knows no shop"));
    assert!(matches!(check(&Shop::of(1), &testing::channel(r#"{"shop_id":"Tees"}"#)), Err(Error::Invalid(_))));
}

#[test]
fn a_connection_without_shops_r_still_imports() {
    let less = || {
        Shop::of(3).twisted(|_, asked| {
            let closed = asked.route == "/users/me" || asked.route.ends_with("definitions");
            closed.then(|| Ok(status(403, r#"{"error":"insufficient_scope"}"#)))
        })
    };
    assert!(check(&less(), &channel()).unwrap().warnings[0].contains("shops_r"));
    let page = fetch_page(&less(), &channel(), &first()).unwrap();
    assert!(page.items.len() == 3 && page.items[0].body.contains("\"profiles\":{}"));
}

#[test]
fn waiting_is_passed_on_however_long() {
    let answering = |retry_after: Option<u64>, headers: &'static [(&'static str, &'static str)]| {
        let shop = Shop::of(1).twisted(move |_, asked| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let body = br#"{"error":"Has exceeded rate limit"}"#.to_vec();
            asked.is_list().then_some(Ok(Response { status: 429, headers, body, retry_after }))
        });
        fetch_page(&shop, &channel(), &first())
    };
    assert_eq!(answering(Some(1000), &[("x-remaining-today", "5000")]), Err(Error::RateLimited(Some(1000))));
    // The day's limit: as long as Etsy says, up to a day.
    assert_eq!(answering(Some(86_400_000), &[("x-remaining-today", "0")]), Err(Error::RateLimited(Some(86_400_000))));
    // The headers may be missing on a 429.
    assert_eq!(answering(None, &[]), Err(Error::RateLimited(None)));
    assert_eq!(answering(None, &[("x-remaining-today", "0")]), Err(Error::RateLimited(Some(900_000))));
}

#[test]
fn statuses_mean_what_the_host_can_act_on() {
    let answering = |code: u16| {
        let shop = Shop::of(1).twisted(move |_, asked| asked.is_list().then(|| Ok(status(code, r#"{"error":"No"}"#))));
        fetch_page(&shop, &channel(), &first()).unwrap_err()
    };
    for code in [401, 403] {
        assert!(matches!(answering(code), Error::Unauthorized(why) if why.contains("No")), "{code}");
    }
    for code in [409, 423, 425, 500, 502, 503, 504, 302] {
        assert!(matches!(answering(code), Error::Unavailable(_)), "{code}");
    }
    for code in [400, 422] {
        assert!(matches!(answering(code), Error::Other(_)), "{code}");
    }
}

#[test]
fn another_base_is_for_simulators() {
    let shop = Shop::of(1);
    let local = testing::channel(r#"{"shop_id":"44400001","base_url":"http://127.0.0.1:4/"}"#);
    let host = testing::TestHost::new(|request| shop.send(request));
    fetch_page(&host, &local, &first()).unwrap();
    assert!(host.asked().iter().all(|request| request.url.starts_with("http://127.0.0.1:4/v3/application/")));
    let host = testing::TestHost::new(|request| shop.send(request));
    fetch_page(&host, &channel(), &first()).unwrap();
    assert!(host.asked().iter().all(|request| request.url.starts_with("https://openapi.etsy.com/v3/application/")));
    assert!(host.asked().iter().all(|request| request.headers.iter().all(|(name, _)| name == "accept")));
}

/// What the host adds is the manifest's: without the secret Etsy refuses the key, and the number in front of the token's dot is
/// part of it. Who connects has to prove that it was they who began.
#[test]
fn key_and_secret_go_together_and_the_token_goes_whole() {
    let manifest = include_str!("../../adapter.toml");
    for line in [
        r#"headers = { "x-api-key" = "{keystring}:{shared_secret}", "authorization" = "Bearer {access_token}" }"#,
        r#"headers = { "x-api-key" = "{keystring}:{shared_secret}" }"#,
        r#"token_url = "https://api.etsy.com/v3/public/oauth/token""#,
        "pkce = true",
        r#"strip_prefix = "whsec_""#,
    ] {
        assert!(manifest.lines().any(|own| own == line), "{line}");
    }
}
