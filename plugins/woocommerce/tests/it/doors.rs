//! Ways in: credentials, plain permalinks, what is no shop, and what `check` says.

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::connection::check;

use crate::shop::{Asked, Run, Shop, channel, channel_at, status};

const NOBODY: &str = r#"{"code":"woocommerce_rest_cannot_view","message":"Sorry","data":{"status":401}}"#;

fn only(credential: &'static str) -> Shop {
    Shop::of(3).twisted(move |_, asked| {
        let kept = asked.route == "/" || asked.credential == credential;
        (!kept).then(|| Ok(status(401, NOBODY)))
    })
}

#[test]
fn signs_in_as_the_shop_wants_it() {
    for (credential, warning) in
        [("basic", None), ("query", Some("Authorization header")), ("oauth1", Some("HTTPS for PHP"))]
    {
        let account = check(&only(credential), &channel()).unwrap();
        assert!(account.details.contains(&("signs in by".into(), credential.into())));
        assert_eq!(account.warnings.is_empty(), warning.is_none());
        assert!(warning.is_none_or(|text| account.warnings[0].contains(text)), "{:?}", account.warnings);
        assert_eq!(Run::of(&only(credential)).unwrap().items.len(), 3);
    }
    let shop = Shop::of(1);
    check(&shop, &channel_at("http://shop.test/sub/")).unwrap();
    assert!(
        shop.asked
            .borrow()
            .iter()
            .all(|asked| asked.credential == "oauth1" && asked.url.starts_with("http://shop.test/sub/wp-json"))
    );
}

#[test]
fn says_what_to_do_about_a_key_that_is_refused() {
    let unauthorized = |shop: Shop| match check(&shop, &channel()) {
        Err(Error::Unauthorized(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(unauthorized(only("none")).contains("Authorization header"));
    let wrong = r#"{"code":"woocommerce_rest_authentication_error","message":"Consumer secret is invalid.","data":{"status":401}}"#;
    let shop = Shop::of(1).twisted(move |_, asked| (asked.route != "/").then(|| Ok(status(401, wrong))));
    assert!(unauthorized(shop).contains("refuses the secret"));
    let shop = Shop::of(1).twisted(|_, asked| {
        (asked.route != "/")
            .then(|| Ok(status(403, r#"{"code":"woocommerce_rest_cannot_view","message":"No","data":{"status":403}}"#)))
    });
    assert!(unauthorized(shop).contains("Shop manager"));
    let shop = Shop::of(1).twisted(|_, _| Some(Ok(status(401, "<h1>401 Authorization Required</h1>"))));
    assert!(unauthorized(shop).contains("password of its own"));
}

/// `/wp-json/` leads nowhere, `?rest_route=` works, and keys count only with the words in the address.
fn plain(shop: &Shop, asked: &Asked) -> Option<Result<Response, Error>> {
    Some(Ok(if !asked.url.contains("?rest_route=") {
        status(404, "<html><title>Page not found</title></html>")
    } else if !asked.url.contains("wp-json/wc/") {
        status(401, NOBODY)
    } else {
        shop.answer(asked)
    }))
}

#[test]
fn reads_a_shop_with_plain_permalinks() {
    let account = check(&Shop::of(3).twisted(plain), &channel()).unwrap();
    assert!(account.warnings[0].contains("Permalinks"));
    assert_eq!(Run::of(&Shop::of(130).twisted(plain)).unwrap().items.len(), 130);
    let home = |shop: &Shop, asked: &Asked| {
        if asked.url.contains("?rest_route=") {
            plain(shop, asked)
        } else {
            Some(Ok(status(200, "<html>Our shop</html>")))
        }
    };
    assert!(check(&Shop::of(3).twisted(home), &channel()).is_ok());
}

#[test]
fn tells_what_is_no_shop_from_what_is_one_tomorrow() {
    let with = |code: u16, body: &'static str| {
        check(&Shop::of(1).twisted(move |_, _| Some(Ok(status(code, body)))), &channel())
    };
    assert!(matches!(with(200, "<html><title>My blog</title><a>Log in</a></html>"), Err(Error::Unavailable(_))));
    for (code, body) in [
        (200, "<html><title>Bakery</title><p>Bread and rolls</p></html>"),
        (404, "<h1>Not found</h1>"),
        (404, r#"{"code":"rest_no_route","message":"No route was found","data":{"status":404}}"#),
        (200, r#"{"namespaces":["wp/v2"]}"#),
    ] {
        assert!(matches!(with(code, body), Err(Error::Unsupported(_))), "{code} {body}: {:?}", with(code, body));
    }
    for (code, body) in [
        (200, "<html><title>Maintenance mode</title></html>"),
        (503, "<h1>Briefly unavailable</h1>"),
        (403, "<h1>Blocked</h1>"),
    ] {
        assert!(matches!(with(code, body), Err(Error::Unavailable(_))), "{code} {body}: {:?}", with(code, body));
    }
}

#[test]
fn check_tells_what_the_account_is() {
    let account = check(&Shop::of(7), &channel()).unwrap();
    assert_eq!((account.name.as_str(), account.currency.as_deref()), ("Test & Shop", Some("EUR")));
    for detail in [("version", "11.0.1"), ("products", "7"), ("weight unit", "g"), ("time zone", "Europe/Berlin")] {
        assert!(account.details.contains(&(detail.0.into(), detail.1.into())), "{detail:?}");
    }
    assert_eq!(account.warnings, Vec::<String>::new());
}

#[test]
fn a_key_that_may_not_read_settings_still_imports() {
    let no_settings = |_: &Shop, asked: &Asked| {
        let closed = asked.route.starts_with("/wc/v3/settings") || asked.route == "/wc/v3/system_status";
        closed.then(|| Ok(status(403, NOBODY)))
    };
    let account = check(&Shop::of(1).twisted(no_settings), &channel()).unwrap();
    assert_eq!(account.currency.as_deref(), Some("EUR"));
    assert!(account.warnings[0].contains("weights and sizes are left out"), "{:?}", account.warnings);

    let nothing_at_all = |_: &Shop, asked: &Asked| {
        let open = asked.route.starts_with("/wc/v3/products") || asked.route == "/";
        (!open).then(|| Ok(status(403, NOBODY)))
    };
    assert!(matches!(check(&Shop::of(1).twisted(nothing_at_all), &channel()), Err(Error::Unsupported(_))));
    let fixed = Channel { currency: Some("CHF".into()), ..channel() };
    assert_eq!(check(&Shop::of(1).twisted(nothing_at_all), &fixed).unwrap().currency.as_deref(), Some("CHF"));
}

#[test]
fn rendered_texts_where_stored_ones_are_refused() {
    let shop = Shop::of(150).twisted(|_, asked| {
        asked
            .query
            .contains_key("context")
            .then(|| Ok(status(403, r#"{"code":"rest_forbidden_context","message":"","data":{"status":403}}"#)))
    });
    assert_eq!(Run::of(&shop).unwrap().items.len(), 150);
    assert_eq!(
        shop.asked.borrow().iter().filter(|asked| asked.query.contains_key("context")).count(),
        1,
        "asked once, remembered"
    );
}

#[test]
fn an_unknown_key_is_not_called_known() {
    let signed = r#"{"code":"woocommerce_rest_authentication_error","message":"Consumer key is invalid.","data":{"status":401}}"#;
    for url in ["https://shop.test", "http://shop.test"] {
        let shop = Shop::of(1).twisted(move |_, asked| {
            let answer = if asked.credential.starts_with("oauth1") { signed } else { NOBODY };
            (asked.route != "/").then(|| Ok(status(401, answer)))
        });
        match check(&shop, &channel_at(url)) {
            Err(Error::Unauthorized(message)) => {
                assert!(
                    message.contains("unknown or was deleted") && !message.contains("knows the consumer key"),
                    "{message}"
                );
                assert!(message.contains("Consumer key is invalid"), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_currency_is_read_or_refused_when_connecting() {
    let with = |code: &'static str| {
        let shop = Shop::of(1).twisted(move |_, asked| {
            let settings = format!(r#"[{{"id":"woocommerce_currency","value":"{code}"}}]"#);
            (asked.route == "/wc/v3/settings/general").then(|| Ok(status(200, &settings)))
        });
        check(&shop, &channel()).map(|account| account.currency.unwrap_or_default())
    };
    for code in ["JEP", "GGP", "IMP", "BGN", "VEF", "KWD", "JPY"] {
        assert_eq!(with(code).as_deref(), Ok(code));
    }
    for code in ["BTC", "POINTS", "XAU"] {
        assert!(matches!(with(code), Err(Error::Unsupported(why)) if why.contains(code)), "{code}");
    }
}
