//! Servers that answer something else than they should.

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::catalog::fetch_page;

use crate::shop::{Asked, Run, Shop, channel, first, status};

fn is_list(asked: &Asked) -> bool {
    asked.route == "/wc/v3/products" && asked.number("per_page") != 1
}

/// A shop whose lists come out changed.
fn bent(count: u64, bend: impl Fn(&Asked, Response) -> Response + 'static) -> Shop {
    Shop::of(count).twisted(move |shop, asked| Some(Ok(bend(asked, shop.answer(asked)))))
}

fn body(response: Response, change: impl Fn(String) -> String) -> Response {
    Response { body: change(String::from_utf8(response.body).unwrap()).into_bytes(), ..response }
}

#[test]
fn marks_and_warnings_before_the_json_do_not_matter() {
    for before in [
        "\u{feff}",
        "<br />\n<b>Warning</b>: Undefined array key [2] in <b>/x.php</b> on line <b>3</b><br />\n",
        "\nNotice: y\n",
    ] {
        let shop = bent(130, move |_, answer| body(answer, |json| format!("{before}{json}")));
        assert_eq!(Run::of(&shop).unwrap().items.len(), 130, "{before}");
    }
}

#[test]
fn pages_and_cut_off_answers_are_tried_again_never_taken_for_empty() {
    for broken in
        ["<html><title>Log In</title></html>", "[{\"id\":1},{\"id\":2}", "", "{\"id\":1}", "null", "{}", "[1,2]"]
    {
        let shop = bent(130, move |asked, answer| if is_list(asked) { status(200, broken) } else { answer });
        let error = fetch_page(&shop, &channel(), &first());
        assert!(matches!(error, Err(Error::Unavailable(_))), "{broken}: {error:?}");
    }
    match fetch_page(
        &bent(1, |asked, answer| if is_list(asked) { status(200, "<p>Please <b>log in</b></p>") } else { answer }),
        &channel(),
        &first(),
    ) {
        Err(Error::Unavailable(message)) => {
            assert!(message.contains("Please log in (/wp-json/wc/v3/products was"), "{message}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_slow_shop_is_asked_for_less() {
    let shop = bent(260, |asked, answer| {
        if is_list(asked) && asked.number("per_page") > 25 { status(504, "Gateway Time-out") } else { answer }
    });
    let run = Run::of(&shop);
    let run = run.unwrap();
    assert_eq!(run.items.len(), 260);
    assert_eq!(run.missed(), Vec::<String>::new());
}

#[test]
fn waiting_is_passed_on() {
    let shop = bent(10, |asked, answer| {
        if is_list(asked) { Response { retry_after: Some(30_000), ..status(503, "<h1>Busy</h1>") } } else { answer }
    });
    assert_eq!(fetch_page(&shop, &channel(), &first()), Err(Error::RateLimited(Some(30_000))));
    let shop = bent(10, |asked, answer| if is_list(asked) { status(429, "") } else { answer });
    assert_eq!(fetch_page(&shop, &channel(), &first()), Err(Error::RateLimited(None)));
}

#[test]
fn totals_may_be_missing_or_wrong() {
    for total in [None, Some("many"), Some("5"), Some("99999"), Some("-1"), Some("")] {
        let shop = bent(230, move |_, mut answer| {
            answer.headers.retain(|(name, _)| name != "x-wp-total");
            answer.headers.extend(total.map(|total| ("x-wp-total".to_owned(), total.to_owned())));
            answer
        });
        let run = Run::of(&shop).unwrap();
        assert_eq!((run.items.len(), run.listed.len()), (230, 230), "{total:?}");
        if total != Some("99999") {
            assert_ne!(run.declared, Some(5), "a total below what was seen is not declared");
        }
    }
}

#[test]
fn a_short_page_in_the_middle_is_not_the_end() {
    let shop = bent(330, |asked, answer| {
        if is_list(asked) && asked.number("page") == 2 && asked.number("per_page") == 100 {
            // A plugin hides two products after the page was cut.
            let mut list: Vec<serde_json::Value> = serde_json::from_slice(&answer.body).unwrap();
            list.drain(3..5);
            Response { body: serde_json::to_vec(&list).unwrap(), ..answer }
        } else {
            answer
        }
    });
    assert_eq!(Run::of(&shop).unwrap().items.len(), 328);
}

#[test]
fn a_cache_that_ignores_the_page_is_noticed() {
    let shop = Shop::of(300).twisted(|shop, asked| {
        let mut asked = asked.clone();
        asked.query.insert("page".into(), "1".into());
        Some(Ok(shop.answer(&asked)))
    });
    assert!(matches!(Run::of(&shop), Err(Error::Unavailable(message)) if message.contains("cache")));
}

#[test]
fn lone_surrogates_do_not_stop_a_page() {
    let shop = bent(3, |_, answer| body(answer, |json| json.replace("Product 2", "Cut \\ud83d\\u0000off")));
    let run = Run::of(&shop).unwrap();
    let product = entrepot_plugin_woocommerce::map_product(&channel(), &run.items["2"]).unwrap();
    assert_eq!(product.title, "Cut \u{fffd}off");
}
