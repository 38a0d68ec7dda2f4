//! What comes unreadable inside a good answer changes nothing: it is not taken for what is not there.

use std::cell::Cell;

use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_shopify::catalog::{fetch_items, fetch_page};
use entrepot_plugin_shopify::map_product;
use entrepot_plugin_shopify::stock::fetch_stock;
use serde_json::{Value, json};

use crate::bulk::{LINES, answer, whole};
use crate::items::Goods;
use crate::shop::{FILE, Run, channel, data, operation, request, shop, status};

fn body(answer: &Response) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn a_list_of_stock_that_does_not_say_whether_it_goes_on_is_no_end() {
    let level = json!({"item": {"id": "gid://shopify/InventoryItem/1", "tracked": true},
        "quantities": [{"name": "available", "quantity": 5}]});
    let of = |inner: Value, outer: Value, level: &Value| {
        let inner = json!({"nodes": [level], "pageInfo": inner});
        json!({"locations": {"nodes": [{"id": "gid://shopify/Location/7", "inventoryLevels": inner}], "pageInfo": outer}})
    };
    let told = |data: Value| {
        let host = shop(|_, _| crate::shop::data(data.clone()));
        fetch_stock(&host, &channel(), &request(Scope::Everything, None, None, None))
    };
    let end = json!({"hasNextPage": false, "endCursor": null});
    for odd in [json!(null), json!("x"), json!({}), json!({"hasNextPage": null}), json!({"hasNextPage": "true"})] {
        for answer in [of(odd.clone(), end.clone(), &level), of(end.clone(), odd.clone(), &level)] {
            assert!(matches!(told(answer), Err(Error::Unavailable(_))), "{odd}");
        }
    }
    for quantities in [json!([null]), json!([]), json!(null), json!([{"name": "available", "quantity": "5"}])] {
        let mut odd = level.clone();
        odd["quantities"] = quantities.clone();
        let page = told(of(end.clone(), end.clone(), &odd)).unwrap();
        assert_eq!((page.levels.len(), page.total), (0, Some(1)), "{quantities}: it is missing, and said to be");
    }
}

/// Product 2 comes bent.
fn bent(bend: fn(&mut Value)) -> Vec<RawItem> {
    let goods = Goods { variants: |_| Some(2) };
    let host = shop(|name, variables| {
        let answer = goods.answer(name, variables);
        if name != "ProductsById" {
            return answer;
        }
        let mut body = body(&answer);
        let nodes = body["data"]["nodes"].as_array_mut().unwrap();
        nodes.iter_mut().filter(|node| node["id"] == "gid://shopify/Product/2").for_each(bend);
        status(200, body.to_string())
    });
    fetch_items(&host, &channel(), None, &["1", "2", "3"].map(str::to_owned)).unwrap()
}

#[test]
fn a_part_that_is_missing_or_something_else_costs_its_product() {
    let bends: [fn(&mut Value); 20] = [
        |product| product["media"] = Value::Null,
        |product| product["media"]["nodes"] = Value::Null,
        |product| product["media"]["nodes"] = json!([null]),
        |product| product["media"]["pageInfo"] = Value::Null,
        |product| product["metafields"] = json!("none"),
        |product| product["metafields"]["nodes"] = json!({}),
        |product| product["metafields"]["pageInfo"]["hasNextPage"] = Value::Null,
        |product| drop(product.as_object_mut().unwrap().remove("collections")),
        |product| product["collections"]["pageInfo"]["hasNextPage"] = json!("true"),
        |product| product["variants"] = Value::Null,
        |product| product["variants"]["nodes"][0]["inventoryItem"] = Value::Null,
        |product| product["variants"]["nodes"][0]["inventoryItem"]["inventoryLevels"] = Value::Null,
        |product| product["variants"]["nodes"][0]["inventoryItem"]["inventoryLevels"]["nodes"] = Value::Null,
        |product| product["variants"]["nodes"][0]["inventoryItem"]["unitCost"] = json!("1.00"),
        |product| product["variants"]["nodes"][0]["selectedOptions"] = json!([null]),
        |product| product["tags"] = Value::Null,
        |product| product["tags"] = json!([null]),
        |product| product["options"] = json!({}),
        |product| drop(product.as_object_mut().unwrap().remove("options")),
        |product| product["seo"] = json!("none"),
    ];
    for (at, bend) in bends.into_iter().enumerate() {
        for item in bent(bend) {
            assert_eq!(item.problems.is_empty(), item.source_id != "2", "{at}: {:?}", item.problems);
            let codes: Vec<_> = item.problems.iter().map(|issue| issue.code.as_str()).collect();
            assert!(
                codes
                    .iter()
                    .all(|code| matches!(*code, "product-incomplete" | "product-unreadable" | "variants-incomplete")),
                "{codes:?}"
            );
        }
    }
}

#[test]
fn one_null_is_no_proof_that_a_product_is_gone() {
    let goods = Goods { variants: |id| (id < 9).then_some(1) };
    for at in ["ProductSizes", "ProductsById"] {
        let left = Cell::new(1);
        let host = shop(|name, variables| {
            if name == at && left.replace(0) == 1 {
                data(json!({"nodes": [null]}))
            } else {
                goods.answer(name, variables)
            }
        });
        let fetched = || fetch_items(&host, &channel(), None, &["3".to_owned()]);
        match fetched() {
            Err(Error::Unavailable(_)) => assert_eq!(fetched().unwrap().len(), 1, "{at}: it is asked for again"),
            Ok(items) => assert_eq!((items.len(), items[0].deleted), (1, false), "{at}"),
            other => panic!("{other:?}"),
        }
    }
    let host = shop(|name, variables| goods.answer(name, variables));
    assert!(fetch_items(&host, &channel(), None, &["9".to_owned()]).unwrap().is_empty(), "gone, as it says twice");
}

/// Fewer than Shopify counts: asked again, and then read by bulk.
#[test]
fn thirty_of_ninety_changes_are_not_all_of_them() {
    let goods = Goods { variants: |_| Some(1) };
    let host = shop(|name, variables| match name {
        "ChangedProducts" => {
            let node =
                json!({"id": "gid://shopify/Product/1", "variantsCount": {"count": 1}, "mediaCount": {"count": 3}});
            data(json!({"productsCount": {"count": 2, "precision": "EXACT"},
                "products": {"nodes": [node], "pageInfo": {"hasNextPage": false, "endCursor": "x"}}}))
        }
        "ProductsById" => goods.answer(name, variables),
        _ => answer(name, variables, LINES, 2),
    });
    let asked = |attempt| PageRequest { attempt, ..request(Scope::ChangedSince, Some(1_788_256_800_000), None, None) };
    assert!(matches!(fetch_page(&host, &channel(), &asked(0)), Err(Error::Unavailable(_))));
    let page = fetch_page(&host, &channel(), &asked(3)).unwrap();
    assert!(page.next.is_some_and(|next| next.contains("bulk")));
}

/// To the end, as a host does it: what was handed out, and how it ended.
fn patiently(host: &TestHost<'_>) -> (Vec<RawItem>, Option<String>, Result<(), Error>) {
    let (mut cursor, mut context, mut attempt, mut items) = (None, None, 0, Vec::new());
    for _ in 0..200 {
        let asked = PageRequest { attempt, ..request(Scope::Everything, None, cursor.clone(), context.clone()) };
        match fetch_page(host, &channel(), &asked) {
            Err(Error::Unavailable(_)) if attempt < 7 => attempt += 1,
            Err(error) => return (items, context, Err(error)),
            Ok(page) => {
                items.extend(page.items);
                (attempt, context) = (0, page.context.or(context));
                cursor = page.next;
                if cursor.is_none() {
                    return (items, context, Ok(()));
                }
            }
        }
    }
    panic!("a run that does not end");
}

fn counted(roots: Value, objects: Value) -> Response {
    let mut body = body(&operation("COMPLETED", Some(FILE), 2));
    body["data"]["bulkOperation"]["rootObjectCount"] = roots;
    body["data"]["bulkOperation"]["objectCount"] = objects;
    status(200, body.to_string())
}

/// Nine lines, two of them products.
#[test]
fn a_file_that_lacks_lines_takes_nothing_from_anybody() {
    let levels: String =
        LINES.lines().filter(|line| !line.contains("InventoryLevel")).map(|line| format!("{line}\n")).collect();
    let half = whole(LINES);
    let half = half[..half.len() - 40].to_owned();
    let one = whole(LINES).lines().filter(|line| line.contains("200")).map(|line| format!("{line}\n")).collect();
    for (file, roots, objects) in [
        (levels, json!("2"), json!("9")),
        (half, json!("2"), json!("9")),
        // Whatever stands in the place of the count of products.
        (one, json!("1"), json!("9")),
        (LINES.to_owned(), Value::Null, json!("9")),
        (LINES.to_owned(), json!("2"), Value::Null),
        (LINES.to_owned(), json!("0"), json!("0")),
    ] {
        let host = shop(|name, variables| match name {
            "BulkPoll" if variables["id"] == "gid://shopify/BulkOperation/1" => counted(roots.clone(), objects.clone()),
            "GET" if variables == FILE => status(200, whole(&file)),
            _ => answer(name, variables, LINES, 2),
        });
        let (items, _, outcome) = patiently(&host);
        assert!(items.is_empty() && matches!(outcome, Err(Error::Unavailable(_))), "{roots} {objects}: {outcome:?}");
    }
}

#[test]
fn collections_that_stay_damaged_are_done_without_and_said() {
    let host = shop(|name, variables| match name {
        "GET" if variables != FILE => status(200, "{\"__typename\":\"Product\",\"id\":\"gid://shop"),
        _ => answer(name, variables, LINES, 2),
    });
    let (items, context, outcome) = patiently(&host);
    assert_eq!((items.len(), outcome), (2, Ok(())));
    let product = map_product(&channel(), &items[0]).unwrap();
    assert!(product.warnings.iter().any(|warning| warning.code == "collections-unread"), "{:?}", product.warnings);
    let context: Value = serde_json::from_str(&context.unwrap()).unwrap();
    assert_eq!(context["facts"]["collections"], "unread");
    let well = Run::full(&shop(|name, variables| answer(name, variables, LINES, 2))).unwrap();
    assert_ne!(well.items[0].body, items[0].body, "it counts as changed when they can be read");
}
