//! What changed since a moment.

use std::cell::{Cell, RefCell};

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::items::{Goods, page};
use crate::shop::{FILE, Run, channel, data, names, operation, request, shop, started, status};

/// 2026-09-01T10:00:00Z.
const SINCE: i64 = 1_788_256_800_000;

fn listed(ids: std::ops::RangeInclusive<u64>, variants: fn(u64) -> Option<u64>, variables: &Value) -> Response {
    let count = ids.clone().count();
    let node = |id: u64| {
        json!({"id": format!("gid://shopify/Product/{id}"), "updatedAt": "2026-09-01T10:00:00Z",
            "variantsCount": {"count": variants(id)}, "mediaCount": {"count": 3}})
    };
    let all: Vec<_> = ids.map(node).collect();
    data(
        json!({"productsCount": {"count": count, "precision": "EXACT"}, "products": page(&all, &variables["first"], &variables["after"])}),
    )
}

#[test]
fn every_product_that_changed_comes_once() {
    let goods = Goods { variants: |id| Some(1 + id % 4) };
    let filters = RefCell::new(Vec::new());
    let host = shop(|name, variables| match name {
        "ChangedProducts" => {
            filters.borrow_mut().push(variables["query"].as_str().unwrap().to_owned());
            listed(1..=230, goods.variants, variables)
        }
        _ => goods.answer(name, variables),
    });
    let run = Run::since(&host, SINCE).unwrap();
    let mut ids: Vec<u64> = run.items.iter().map(|item| item.source_id.parse().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=230).collect::<Vec<_>>());
    assert_eq!(run.total, None, "what did not change is not in it, so nothing may be counted against it");
    // A little earlier than asked for, quoted, without a space after the colon, and the same for each page.
    assert_eq!(filters.borrow()[0], "updated_at:>='2026-09-01T09:58:00Z'");
    assert!(filters.borrow().iter().all(|filter| *filter == filters.borrow()[0]) && filters.borrow().len() == 3);
}

/// Cursors are bound to their order: the date that is filtered by.
#[test]
fn the_order_is_that_of_the_filter() {
    let document = entrepot_plugin_shopify::documents::CHANGED_PRODUCTS;
    assert!(document.contains("sortKey: UPDATED_AT") && document.contains("query: $query"));
}

#[test]
fn nothing_changed() {
    let host = shop(|name, variables| match name {
        "Shop" => crate::shop::beginning(),
        _ => listed(1..=u64::default(), |_| None, variables),
    });
    assert!(Run::since(&host, SINCE).unwrap().items.is_empty());
}

/// Listed, and gone when it was asked for: a delta says nothing of it.
#[test]
fn what_was_deleted_meanwhile_is_left_out() {
    let goods = Goods { variants: |id| (id != 2).then_some(1) };
    let host = shop(|name, variables| match name {
        "ChangedProducts" => listed(1..=3, |_| Some(1), variables),
        _ => goods.answer(name, variables),
    });
    assert_eq!(Run::since(&host, SINCE).unwrap().ids(), ["1", "3"]);
}

/// Lists end at 25,000 objects; long before that a bulk operation is cheaper.
#[test]
fn very_much_comes_by_bulk() {
    let query = RefCell::new(String::new());
    let host = shop(|name, variables| match name {
        "ChangedProducts" => data(json!({"productsCount": {"count": 10_000, "precision": "AT_LEAST"},
            "products": {"nodes": [], "pageInfo": {"hasNextPage": true, "endCursor": "x"}}})),
        "BulkRun" => {
            query.replace(variables["query"].as_str().unwrap().to_owned());
            started(1)
        }
        _ => crate::bulk::answer(name, variables, crate::bulk::LINES, 2),
    });
    let run = Run::since(&host, SINCE).unwrap();
    assert_eq!((run.items.len(), run.total), (2, None));
    assert!(query.borrow().contains("products(query: \"updated_at:>='2026-09-01T09:58:00Z'\")"), "{}", query.borrow());
}

/// One product of two thousand variants is more than the bucket of a small plan holds.
#[test]
fn what_is_too_large_comes_by_bulk_at_the_end() {
    let goods = Goods { variants: |id| Some(if id == 2 { 2_048 } else { 1 }) };
    let query = RefCell::new(String::new());
    let line = r#"{"__typename":"Product","id":"gid:\/\/shopify\/Product\/2","title":"Large"}"#;
    let host = shop(|name, variables| match name {
        "ChangedProducts" => listed(1..=3, goods.variants, variables),
        "BulkRun" => {
            query.replace(variables["query"].as_str().unwrap().to_owned());
            started(1)
        }
        "BulkPoll" => operation("COMPLETED", Some(FILE), 1),
        "GET" => status(200, line),
        _ => goods.answer(name, variables),
    });
    assert_eq!(Run::since(&host, SINCE).unwrap().ids(), ["1", "3", "2"]);
    assert!(query.borrow().contains("products(query: \"id:2\")"), "{}", query.borrow());
}

/// The place is kept until what is there was read: a refusal moves nothing.
#[test]
fn a_failed_page_is_asked_for_again_with_less() {
    let goods = Goods { variants: |_| Some(3) };
    let sizes = RefCell::new(Vec::new());
    let fail = Cell::new(false);
    let host = shop(|name, variables| match name {
        "ChangedProducts" => listed(1..=20, goods.variants, variables),
        "ProductsById" if fail.get() => status(500, "<html>Oops</html>"),
        "ProductsById" => {
            sizes.borrow_mut().push(variables["ids"].as_array().unwrap().len());
            goods.answer(name, variables)
        }
        _ => goods.answer(name, variables),
    });
    let first = Run::of(&host, Scope::ChangedSince, Some(SINCE), 1).unwrap();
    let again = |attempt| PageRequest {
        attempt,
        ..request(Scope::ChangedSince, Some(SINCE), first.cursors.last().cloned(), first.context.clone())
    };
    let page = |attempt| entrepot_plugin_shopify::catalog::fetch_page(&host, &channel(), &again(attempt));
    fail.set(true);
    assert!(matches!(page(0), Err(Error::Unavailable(_))));
    fail.set(false);
    page(0).unwrap();
    page(3).unwrap();
    assert!(sizes.borrow()[0] > sizes.borrow()[1], "{:?}", sizes.borrow());
}

#[test]
fn a_list_that_does_not_say_where_it_goes_on_is_no_end() {
    let host = shop(|name, _| match name {
        "Shop" => crate::shop::beginning(),
        _ => data(
            json!({"productsCount": {"count": 1}, "products": {"nodes": [], "pageInfo": {"hasNextPage": true, "endCursor": null}}}),
        ),
    });
    assert!(matches!(Run::since(&host, SINCE), Err(Error::Unavailable(_))));
    let host = shop(|name, _| match name {
        "Shop" => crate::shop::beginning(),
        _ => data(json!({"productsCount": {"count": 1}, "products": null})),
    });
    assert!(matches!(Run::since(&host, SINCE), Err(Error::Unavailable(_))));
    assert!(!names(&host).contains(&"ProductsById".to_owned()));
}

/// The same product, by query and by bulk: byte for byte, so that nothing looks changed that is not.
#[test]
fn an_item_is_the_same_whichever_way_it_came() {
    let goods = Goods { variants: |_| Some(2) };
    let host = shop(|name, variables| match name {
        "ChangedProducts" => listed(1..=1, goods.variants, variables),
        _ => goods.answer(name, variables),
    });
    let by_query = Run::since(&host, SINCE).unwrap().items.remove(0);
    // The answer's nodes as lines, children first.
    let by_id = data_of(&goods.answer(
        "ProductsById",
        &json!({"ids": ["gid://shopify/Product/1"], "media": 9, "metafields": 9,
        "collections": 9, "variants": 9, "levels": 9}),
    ));
    let mut product = by_id["nodes"][0].clone();
    let (mut lines, mut shelves) = (Vec::new(), Vec::new());
    let below = |mut node: Value, parent: &Value| {
        node["__parentId"] = parent.clone();
        node
    };
    let root = product["id"].clone();
    for field in ["media", "metafields", "collections", "variants"] {
        let taken = product.as_object_mut().unwrap().remove(field).unwrap();
        for mut node in taken["nodes"].as_array().unwrap().clone() {
            if let Some(item) = node.get_mut("inventoryItem").and_then(Value::as_object_mut) {
                let levels = item.remove("inventoryLevels").unwrap();
                lines.extend(levels["nodes"].as_array().unwrap().iter().map(|level| below(level.clone(), &node["id"])));
            }
            let to = if field == "collections" { &mut shelves } else { &mut lines };
            to.push(below(node, &root));
        }
    }
    lines.push(product);
    shelves.push(json!({"__typename": "Product", "id": root}));
    let text = |lines: &[Value]| lines.iter().rev().map(|line| format!("{line}\n")).collect::<String>();
    let host = shop(|name, variables| match name {
        "BulkPoll" => operation(
            "COMPLETED",
            Some(if variables["id"] == "gid://shopify/BulkOperation/2" {
                "https://storage.googleapis.com/s"
            } else {
                FILE
            }),
            1,
        ),
        "GET" if variables == FILE => status(200, text(&lines)),
        "GET" => status(200, text(&shelves)),
        _ => crate::bulk::answer(name, variables, "", 1),
    });
    assert_eq!(Run::full(&host).unwrap().items[0], by_query);
}

fn data_of(answer: &Response) -> Value {
    serde_json::from_slice::<Value>(&answer.body).unwrap()["data"].clone()
}

/// Shopify fails at whatever query holds this one.
fn fails_at(bad: &'static [u64], name: &str, variables: &Value, good: impl Fn() -> Response) -> Response {
    let hit = bad.iter().any(|id| variables["ids"].to_string().contains(&format!("Product/{id}\"")));
    match (name, hit) {
        ("ProductsById", true) => status(
            200,
            r#"{"errors":[{"message":"Internal error","extensions":{"code":"INTERNAL_SERVER_ERROR"}}],"data":{"nodes":[null]}}"#,
        ),
        _ => good(),
    }
}

fn with_patience(host: &entrepot_guest::testing::TestHost<'_>) -> Result<Vec<RawItem>, Error> {
    let (mut cursor, mut context, mut attempt, mut items) = (None, None, 0, Vec::new());
    loop {
        let request =
            PageRequest { attempt, ..request(Scope::ChangedSince, Some(SINCE), cursor.clone(), context.clone()) };
        match entrepot_plugin_shopify::catalog::fetch_page(host, &channel(), &request) {
            Err(Error::Unavailable(_)) if attempt < 7 => attempt += 1,
            Err(error) => return Err(error),
            Ok(page) => {
                items.extend(page.items);
                (attempt, context) = (0, page.context.or(context));
                cursor = page.next;
                if cursor.is_none() {
                    return Ok(items);
                }
            }
        }
    }
}

#[test]
fn a_product_at_which_shopify_fails_costs_itself() {
    let of = |bad: &'static [u64]| {
        let goods = Goods { variants: |_| Some(1) };
        shop(move |name, variables| {
            fails_at(bad, name, variables, || match name {
                "ChangedProducts" => listed(1..=60, goods.variants, variables),
                _ => goods.answer(name, variables),
            })
        })
    };
    let items = with_patience(&of(&[17, 60])).unwrap();
    let odd: Vec<_> =
        items.iter().filter(|item| !item.problems.is_empty()).map(|item| item.source_id.as_str()).collect();
    assert_eq!((items.len(), odd), (60, vec!["17", "60"]));
    assert_eq!(items[16].problems[0].code, "product-unreadable");

    let ids = ["3", "17", "9"].map(String::from);
    let items = entrepot_plugin_shopify::catalog::fetch_items(&of(&[17]), &channel(), None, &ids).unwrap();
    let mut found: Vec<_> = items.iter().map(|item| (item.source_id.as_str(), item.problems.len())).collect();
    found.sort_unstable();
    assert_eq!(found, [("17", 1), ("3", 0), ("9", 0)]);

    let all: &'static [u64] =
        &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];
    assert!(matches!(with_patience(&of(all)), Err(Error::Unavailable(_))));
}
