//! What bulk files hold and should not: half lines, lines twice, lines without their product.

use std::cell::Cell;

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::bulk::{LINES, answer};
use crate::shop::{FILE, Run, shop, status};

#[test]
fn a_file_that_was_cut_off_is_read_again_and_never_complete() {
    let files = Cell::new(0);
    let host = shop(|name, variables| match name {
        // Three are promised, and two come the first time.
        "GET" if variables == FILE && files.replace(files.get() + 1) > 0 => {
            status(200, format!("{LINES}{}\n", json!({"__typename": "Product", "id": "gid://shopify/Product/300"})))
        }
        _ => answer(name, variables, LINES, 3),
    });
    let run = Run::full(&host).unwrap();
    assert_eq!(run.ids(), ["200", "100", "200", "100", "300"]);

    // Also another operation's file holds two: they come in, and the third is missing from what was declared.
    let runs = Cell::new(0);
    let host = shop(|name, variables| {
        runs.set(runs.get() + usize::from(name == "BulkRun"));
        answer(name, variables, LINES, 3)
    });
    let run = Run::full(&host).unwrap();
    let ids: std::collections::BTreeSet<_> = run.ids().into_iter().collect();
    assert_eq!((ids.into_iter().collect::<Vec<_>>(), run.total, runs.get()), (vec!["100", "200"], Some(3), 3));
}

#[test]
fn an_expired_address_is_asked_for_again() {
    let files = Cell::new(0);
    let host = shop(|name, variables| match name {
        "GET" if variables == FILE && files.replace(files.get() + 1) == 0 => {
            status(403, "<Error><Code>ExpiredToken</Code></Error>")
        }
        _ => answer(name, variables, LINES, 2),
    });
    // The page fails and is tried again; the operation is asked for once more, and gives a new address.
    let mut run = Run::of(&host, Scope::Everything, None, 3).unwrap();
    let request = || crate::shop::request(Scope::Everything, None, run.cursors.last().cloned(), run.context.clone());
    let failed = entrepot_plugin_shopify::catalog::fetch_page(&host, &crate::shop::channel(), &request());
    assert!(matches!(failed, Err(Error::Unavailable(_))), "{failed:?}");
    let page = entrepot_plugin_shopify::catalog::fetch_page(&host, &crate::shop::channel(), &request()).unwrap();
    run.items = page.items;
    assert_eq!(run.ids(), ["200", "100"]);
}

#[test]
fn fewer_variants_than_promised_are_a_problem_of_that_product() {
    let lines = format!(
        "{}\n",
        json!({"__typename": "Product", "id": "gid://shopify/Product/1", "variantsCount": {"count": 3, "precision": "EXACT"}})
    );
    let run = Run::full(&shop(|name, variables| answer(name, variables, &lines, 1))).unwrap();
    assert_eq!(run.items[0].problems[0].code, "variants-incomplete");
}

#[test]
fn odd_lines_lose_no_product() {
    let lines = "{\"__typename\":\"Product\",\"id\":null,\"title\":\"odd\"}\n\
                 {\"__typename\":\"Product\",\"id\":\"gid:\\/\\/shopify\\/Product\\/2\",\"title\":\"a\\ud83d\"}\n\
                 {\"title\":\"nothing\"}\n";
    let run = Run::full(&shop(|name, variables| answer(name, variables, lines, 3))).unwrap();
    let kept: Vec<_> =
        run.items.iter().map(|item| (item.source_id.starts_with("unidentified:"), item.problems.len())).collect();
    assert_eq!(kept, [(true, 1), (false, 0), (true, 1)]);
}

/// A line whose parent is nowhere costs the product that it names.
#[test]
fn a_line_without_its_product_names_it() {
    let line = |kind: &str, id: u64, parent: &str| json!({"__typename": kind, "id": format!("gid://shopify/{kind}/{id}"), "__parentId": format!("gid://shopify/{parent}")});
    let odd = [line("ProductVariant", 1, "Product/404"), line("InventoryLevel", 2, "ProductVariant/405")];
    let file = format!("{}\n{}\n{LINES}", odd[0], odd[1]);
    let run = Run::full(&shop(|name, variables| answer(name, variables, &file, 2))).unwrap();
    assert_eq!(run.ids(), ["200", "100", "404"]);
    let problems: Vec<_> = run.items.iter().map(|item| item.problems.len()).collect();
    assert_eq!((problems, run.items[2].problems[0].code.as_str()), (vec![0, 0, 1], "product-unreadable"));
}

/// It moved while the file was written: one product, as it was later, and Shopify's number is one too many.
#[test]
fn a_product_that_is_in_the_file_twice_is_one() {
    let root = |title: &str| json!({"__typename": "Product", "id": "gid://shopify/Product/1", "title": title});
    let variant = |price: &str| json!({"__typename": "ProductVariant", "id": "gid://shopify/ProductVariant/10", "price": price, "__parentId": "gid://shopify/Product/1"});
    let other = json!({"__typename": "Product", "id": "gid://shopify/Product/2"});
    let lines = [root("old"), variant("1.00"), other, root("new"), variant("2.00")];
    let file = lines.map(|line| line.to_string()).join("\n");
    let run = Run::full(&shop(|name, variables| answer(name, variables, &file, 3))).unwrap();
    assert_eq!((run.ids(), run.total), (vec!["1", "2"], Some(2)));
    let body: Value = serde_json::from_str(&run.items[0].body).unwrap();
    assert_eq!((&body["product"]["title"], body["variants"].as_array().unwrap().len()), (&json!("new"), 1));
    assert_eq!(body["variants"][0]["price"], "2.00");
}

/// Half a line: the file is not what Shopify wrote, and nothing of it is taken.
#[test]
fn a_file_with_half_a_line_is_fetched_again_and_then_written_anew() {
    for broken in [LINES[..LINES.len() - 40].to_owned()] {
        let runs = Cell::new(0);
        let host = shop(|name, variables| match name {
            "GET" if variables == FILE && runs.get() <= 2 => status(200, broken.clone()),
            "BulkRun" => {
                runs.set(runs.get() + 1);
                answer(name, variables, LINES, 2)
            }
            _ => answer(name, variables, LINES, 2),
        });
        let (mut cursor, mut context, mut attempt, mut seen) = (None, None, 0, Vec::new());
        for _ in 0..30 {
            let request = PageRequest {
                attempt,
                ..crate::shop::request(Scope::Everything, None, cursor.clone(), context.clone())
            };
            match entrepot_plugin_shopify::catalog::fetch_page(&host, &crate::shop::channel(), &request) {
                Err(Error::Unavailable(_) | Error::Other(_)) => attempt += 1,
                Err(other) => panic!("{other:?}"),
                Ok(page) => {
                    seen.extend(page.items.into_iter().map(|item| item.source_id));
                    (attempt, context) = (0, page.context.or(context));
                    cursor = page.next;
                    if cursor.is_none() {
                        break;
                    }
                }
            }
        }
        assert_eq!((seen, runs.get()), (vec!["200".to_owned(), "100".to_owned()], 3));
    }
}
