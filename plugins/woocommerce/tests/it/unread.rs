//! What cannot be read for a while is asked for again, and then said: it is never taken for what is not there.

use std::cell::Cell;

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::catalog::{fetch_items, fetch_page};
use entrepot_plugin_woocommerce::connection::check;
use entrepot_plugin_woocommerce::map_product;
use serde_json::{Value, json};

use crate::map::codes;
use crate::shop::{Asked, Run, Shop, channel, first, ok, simple, status};

const CATEGORIES: &str = "/wc/v3/products/categories";
const UNITS: &str = "/wc/v3/settings/products";

fn failing(route: &'static str, code: u16, times: usize) -> Shop {
    let mut products: Vec<Value> = (1..=130).map(simple).collect();
    products[0]["weight"] = "2".into();
    products[1]["categories"] = json!([]);
    let left = Cell::new(times);
    Shop::new(products).twisted(move |_, asked| {
        if asked.route != route || left.get() == 0 {
            return None;
        }
        left.set(left.get() - 1);
        Some(Ok(status(code, "{}")))
    })
}

fn mapped(run: &Run, id: &str) -> model::Product {
    map_product(&channel(), &run.items[id]).unwrap()
}

#[test]
fn a_list_that_fails_for_a_while_is_read() {
    let base = Run::of(&failing(CATEGORIES, 500, 0)).unwrap();
    for route in [CATEGORIES, UNITS] {
        for code in [500, 409, 423] {
            assert_eq!(Run::of(&failing(route, code, 2)).unwrap().items, base.items, "{route} {code}");
        }
    }
}

#[test]
fn categories_that_stay_unread_are_done_without_and_said() {
    let base = Run::of(&failing(CATEGORIES, 500, 0)).unwrap();
    let run = Run::of(&failing(CATEGORIES, 500, usize::MAX)).unwrap();
    assert_eq!((run.items.len(), run.missed().len(), run.declared), (130, 0, Some(130)));
    let product = mapped(&run, "7");
    assert_eq!(product.collections[0].path, ["Mugs & Cups"], "its own one, without what is above it");
    assert_eq!(codes(&product.warnings), ["categories-unread"]);
    assert_eq!(codes(&mapped(&run, "2").warnings), Vec::<&str>::new(), "it is in no category");
    assert_eq!(run.items["2"].body, base.items["2"].body);
    assert_ne!(run.items["7"].body, base.items["7"].body, "it counts as changed when they can be read");
    let facts = |run: &Run| -> Value {
        serde_json::from_str::<Value>(run.context.as_deref().unwrap()).unwrap()["facts"]["categories"].clone()
    };
    assert_eq!((facts(&run), facts(&base)), (json!("unread"), json!("read")));
    let account = check(&failing(CATEGORIES, 500, usize::MAX), &channel()).unwrap();
    assert!(account.warnings[0].contains("categories"), "{:?}", account.warnings);
    // What asks for single products asks again, and names what failed.
    let alone = fetch_items(&failing(CATEGORIES, 500, usize::MAX), &channel(), None, &["7".into()]);
    assert!(
        matches!(&alone, Err(Error::Unavailable(why)) if why.contains("/products/categories answered HTTP 500")),
        "{alone:?}"
    );
}

#[test]
fn units_that_stay_unread_leave_measures_out_and_say_so() {
    let run = Run::of(&failing(UNITS, 500, usize::MAX)).unwrap();
    let product = mapped(&run, "1");
    assert_eq!((product.variants[0].weight, codes(&product.warnings)), (None, vec!["unit-unknown"]));
    let context: Value = serde_json::from_str(run.context.as_deref().unwrap()).unwrap();
    assert_eq!(context["facts"]["units"], "unread");
}

#[test]
fn one_route_that_is_missing_says_nothing_of_the_shop() {
    let gone = r#"{"code":"rest_no_route","message":"No route","data":{"status":404}}"#;
    let shop =
        Shop::of(130).twisted(move |_, asked| asked.query.contains_key("context").then(|| Ok(status(404, gone))));
    let page = fetch_page(&shop, &channel(), &first());
    assert!(matches!(&page, Err(Error::Unavailable(why)) if !why.contains("not active")), "{page:?}");
    let left = Cell::new(3);
    let shop = Shop::of(130).twisted(move |_, asked| {
        let is_page = asked.route == "/wc/v3/products" && asked.number("per_page") > 1 && left.get() > 0;
        is_page.then(|| {
            left.set(left.get() - 1);
            Ok(status(404, gone))
        })
    });
    assert_eq!(Run::of(&shop).unwrap().items.len(), 130);
}

/// One at a time, whatever is asked: none of these is the one before it.
#[test]
fn rows_without_a_usable_id_are_not_one_another() {
    for odd in [vec![json!(-5), json!(1e20), json!(0), json!("abc")], vec![json!(0); 4]] {
        let mut products: Vec<Value> = (1..=8).map(simple).collect();
        for (at, id) in odd.into_iter().enumerate() {
            products[at + 2]["id"] = id;
        }
        let run = Run::of(&Shop { cap: 1, ..Shop::new(products) }).unwrap();
        let unread = run.items.values().filter(|item| item.problems.iter().any(|issue| issue.code == "id-missing"));
        assert_eq!((run.items.len(), unread.count(), run.declared), (8, 4, Some(8)));
    }
    // The same row again and again is a cache's.
    let mut same = simple(1);
    same["id"] = json!(0);
    let shop = Shop::of(5).twisted(move |_, asked: &Asked| {
        let mut answer = ok(&json!([same]));
        answer.headers.push(("x-wp-total".into(), "5".into()));
        answer.headers.push(("x-wp-totalpages".into(), "5".into()));
        (asked.route == "/wc/v3/products" && asked.query.contains_key("page")).then_some(Ok(answer))
    });
    assert!(matches!(Run::of(&shop), Err(Error::Unavailable(why)) if why.contains("the same products")));
}

#[test]
fn five_of_many_variations_are_not_all_of_them() {
    for named in [true, false] {
        let mut shirt = simple(1);
        shirt["type"] = json!("variable");
        shirt["variations"] = if named { json!((1001..=1025).collect::<Vec<_>>()) } else { Value::Null };
        let shop = Shop::new(vec![shirt, simple(2)]);
        *shop.variations.borrow_mut() =
            (1001..=1025).map(|id| json!({"id": id, "parent_id": 1, "price": "2", "attributes": []})).collect();
        let shop = shop.twisted(|shop, asked| {
            let mut answer = shop.answer(asked);
            if !asked.route.ends_with("/variations") {
                return None;
            }
            let mut rows: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
            rows.truncate(if asked.number("page") == 1 { 5 } else { 0 });
            answer.body = serde_json::to_vec(&rows).unwrap();
            Some(Ok(answer))
        });
        let run = Run::of(&shop).unwrap();
        assert_eq!(run.items["1"].problems[0].code, "variations-unreadable", "{named}");
        assert!(run.items["1"].problems[0].message.contains("25"), "{:?}", run.items["1"].problems);
        assert!(run.items["2"].problems.is_empty());
    }
}
