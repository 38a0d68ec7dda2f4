//! Every product once, whatever happens meanwhile.

use entrepot_guest::prelude::*;
use entrepot_guest::{testing, time};
use entrepot_plugin_bigcommerce::catalog::{fetch_items, fetch_page};
use serde_json::{Value, json};

use crate::shop::{Asked, Run, Shop, channel, first, simple};

fn is_list(asked: &Asked) -> bool {
    asked.path == "/v3/catalog/products" && asked.get("sort").is_some()
}

#[test]
fn all_come_once_in_a_few_requests() {
    let shop = Shop::of(250);
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.declared, run.pages, run.retries), (250, Some(250), 3, 0));
    // One for the store, three pages, 25 times options and modifiers; names once, and no stock of what is not tracked.
    assert_eq!(shop.asked_for("/v3/catalog/products"), 3 + 25);
    assert_eq!((shop.asked_for("/v2/store"), shop.asked_for("/v3/catalog/brands")), (1, 1));
    assert_eq!(shop.asked_for("/v3/catalog/trees/categories"), 3, "once for each level");
    assert_eq!(shop.asked_for("/v3/inventory/items"), 0);
}

#[test]
fn options_and_modifiers_do_not_make_the_pages_small() {
    let shop = Shop::of(35);
    Run::of(&shop).unwrap();
    for asked in shop.asked.borrow().iter().filter(|asked| asked.path == "/v3/catalog/products") {
        let include = asked.get("include").unwrap();
        let small = include.contains("options") || include.contains("modifiers");
        assert_eq!(small, asked.get("limit") == Some("10"), "{asked:?}");
        assert!(asked.get("page").is_none(), "pages by number move while data changes");
    }
}

#[test]
fn what_comes_and_goes_meanwhile_moves_nothing() {
    let shop = Shop::of(300).twisted(|shop, asked| {
        if is_list(asked) && asked.get("id:greater") == Some("100") {
            shop.products.borrow_mut().retain(|product| !matches!(product["id"].as_u64(), Some(5..=40 | 150)));
            shop.products.borrow_mut().push(simple(301));
        }
        None
    });
    let run = Run::of(&shop).unwrap();
    let ids: Vec<u64> = run.items.keys().map(|id| id.parse().unwrap()).collect();
    assert!((101..=301).filter(|id| *id != 150).all(|id| ids.contains(&id)));
    assert!(!ids.contains(&150));
}

#[test]
fn a_delta_asks_for_the_whole_instant_and_a_little_before() {
    let shop = Shop::of(3);
    shop.products.borrow_mut()[1]["date_modified"] = json!("2026-11-21T10:00:00+00:00");
    let since = time::parse("2026-11-21T10:03:00Z");
    let run = Run::with(&shop, PageRequest { scope: Scope::ChangedSince, since, ..first() }).unwrap();
    assert_eq!(run.items.keys().collect::<Vec<_>>(), ["2"]);
    let asked = shop.asked.borrow();
    let list = asked.iter().find(|asked| is_list(asked)).unwrap();
    assert_eq!(list.get("date_modified:min"), Some("2026-11-21T09:58:00+00:00"));
}

#[test]
fn an_order_that_is_ignored_stops_the_run() {
    let unsorted = Shop::new([3, 1, 2].map(simple).to_vec());
    assert!(matches!(Run::of(&unsorted), Err(Error::Unsupported(_))));
    let stuck = Shop::of(200).twisted(|shop, asked| {
        let mut asked = asked.clone();
        asked.query.remove("id:greater")?;
        Some(Ok(shop.answer(&asked)))
    });
    assert!(matches!(Run::of(&stuck), Err(Error::Unsupported(_))));
}

#[test]
fn totals_that_lie_end_nothing_early() {
    for total in [json!(null), json!(0), json!(5), json!("many"), json!(99_999)] {
        let shop = Shop::of(230).twisted(move |shop, asked| {
            let response = shop.answer(asked);
            if !is_list(asked) {
                return Some(Ok(response));
            }
            let mut body: Value = serde_json::from_slice(&response.body).unwrap();
            body["meta"]["pagination"]["total"] = total.clone();
            Some(Ok(testing::json(200, body.to_string())))
        });
        assert_eq!(Run::of(&shop).unwrap().items.len(), 230);
    }
}

#[test]
fn nothing_at_all_is_an_empty_store() {
    let empty = Run::of(&Shop::of(0)).unwrap();
    assert_eq!((empty.items.len(), empty.declared, empty.pages), (0, Some(0), 1));
    let shop = Shop::of(3).twisted(|_, asked| {
        is_list(asked).then(|| Ok(Response { status: 204, headers: vec![], body: vec![], retry_after: None }))
    });
    assert!(matches!(Run::of(&shop), Err(Error::Unavailable(_))), "no body is no empty list");
}

#[test]
fn what_is_no_list_is_no_empty_store() {
    for body in ["", "[]", "{}", "null", r#"{"data":null}"#, r#"{"data":{}}"#, "<h1>Hi</h1>", r#"{"data":[{"id":1"#] {
        let shop = Shop::of(3).twisted(move |_, asked| is_list(asked).then(|| Ok(testing::json(200, body))));
        let error = fetch_page(&shop, &channel(), &first());
        assert!(matches!(error, Err(Error::Unavailable(_))), "{body}: {error:?}");
    }
}

#[test]
fn a_page_that_is_too_large_is_asked_for_in_parts() {
    let shop = Shop::of(130).twisted(|_, asked| {
        let limit: u32 = asked.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
        (is_list(asked) && limit > 10).then(|| Ok(testing::json(413, r#"{"status":413,"title":"too large"}"#)))
    });
    assert_eq!(Run::of(&shop).unwrap().items.len(), 130);
}

#[test]
fn of_a_page_that_is_too_heavy_the_rest_comes_with_the_next() {
    let shop = Shop::of(12);
    for product in shop.products.borrow_mut().iter_mut() {
        product["description"] = json!("x".repeat(if product["id"] == 3 { 17 << 20 } else { 3 << 20 }));
    }
    let page = fetch_page(&shop, &channel(), &first()).unwrap();
    assert_eq!((page.items.len(), page.total), (2, Some(12)));
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.declared, run.retries), (12, Some(12), 0));
}

#[test]
fn one_product_that_breaks_the_server_is_set_aside() {
    let shop = Shop::of(25).twisted(|shop, asked| {
        let listed = shop.answer(asked);
        let body: Value = serde_json::from_slice(&listed.body).unwrap_or_default();
        let heavy = asked.get("include").is_some_and(|include| include.contains("variants"));
        let hit = body["data"].as_array().is_some_and(|data| data.iter().any(|product| product["id"] == 13));
        (heavy && hit).then(|| Ok(testing::json(500, "oops")))
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!(run.items.len(), 25);
    let problems: Vec<_> = run.items.values().filter(|item| !item.problems.is_empty()).collect();
    assert_eq!((problems.len(), problems[0].source_id.as_str()), (1, "13"));
    assert_eq!(problems[0].problems[0].code, "product-unreadable");
}

#[test]
fn a_product_without_an_id_is_a_dead_letter() {
    let mut odd = simple(2);
    odd["id"] = json!("none");
    let run = Run::of(&Shop::new(vec![simple(1), odd, simple(3)])).unwrap();
    let odd = run.items.values().find(|item| item.source_id.starts_with("unidentified:")).unwrap();
    assert_eq!((run.items.len(), odd.problems[0].code.as_str()), (3, "id-missing"));
}

#[test]
fn a_row_that_is_null_is_a_dead_letter_and_answers_by_id_with_one_are_none() {
    let shop = Shop::of(3).twisted(|shop, asked| {
        if asked.path != "/v3/catalog/products" {
            return None;
        }
        let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).ok()?;
        let row = body["data"].as_array_mut()?.iter_mut().find(|row| row["id"] == 2)?;
        *row = if asked.get("id:in").is_some() { json!({"id": null}) } else { Value::Null };
        Some(Ok(testing::json(200, body.to_string())))
    });
    let run = Run::of(&shop).unwrap();
    let odd: Vec<_> = run.items.keys().filter(|id| id.starts_with("unidentified:")).collect();
    assert_eq!((run.items.len(), odd.len(), run.retries), (3, 1, 0));
    let error = fetch_items(&shop, &channel(), None, &["1".into(), "2".into()]);
    assert!(matches!(error, Err(Error::Unavailable(_))), "{error:?}");
}

#[test]
fn single_items_and_what_is_gone() {
    let shop = Shop::of(120);
    let ids: Vec<String> = ["7", "119", "400", "x", "-1", "0"].map(String::from).to_vec();
    let items = fetch_items(&shop, &channel(), None, &ids).unwrap();
    assert_eq!(items.iter().map(|item| item.source_id.as_str()).collect::<Vec<_>>(), ["7", "119"]);
    let run = Run::of(&shop).unwrap();
    assert_eq!(run.items["7"].body, items[0].body, "the same as in a run");
    let many: Vec<String> = (1..=100).map(|id| id.to_string()).collect();
    assert_eq!(fetch_items(&shop, &channel(), run.context.as_deref(), &many).unwrap().len(), 100);
    assert_eq!(fetch_items(&shop, &channel(), None, &["x".into()]).unwrap(), []);
}

#[test]
fn a_cursor_goes_on_where_it_was() {
    let shop = Shop::of(150);
    let page = fetch_page(&shop, &channel(), &first()).unwrap();
    let next = PageRequest { cursor: page.next.clone(), context: page.context.clone(), ..first() };
    let once = fetch_page(&shop, &channel(), &next).unwrap();
    assert_eq!(once, fetch_page(&shop, &channel(), &next).unwrap());
    assert_eq!((once.items[0].source_id.as_str(), once.items.len(), once.next), ("101", 50, None));
    let foreign = PageRequest { cursor: Some(r#"{"after":"x"}"#.into()), ..first() };
    assert!(fetch_page(&shop, &channel(), &foreign).is_err());
}
