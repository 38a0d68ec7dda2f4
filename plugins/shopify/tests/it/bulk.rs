//! Full imports: start, wait, read.

use std::cell::{Cell, RefCell};

use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_shopify::catalog::fetch_page;
use entrepot_plugin_shopify::map_product;
use serde_json::{Value, json};

use crate::shop::{FILE, Run, beginning, channel, names, operation, read, request, shop, started, status};

/// Children before their parents, levels below variants, escapes as in real files.
pub(crate) const LINES: &str = r#"{"__typename":"InventoryLevel","id":"gid:\/\/shopify\/InventoryLevel\/97?inventory_item_id=1010","location":{"id":"gid:\/\/shopify\/Location\/8"},"quantities":[{"name":"available","quantity":-2}],"__parentId":"gid:\/\/shopify\/ProductVariant\/101"}
{"__typename":"Product","id":"gid:\/\/shopify\/Product\/200","title":"B \u0026 C","status":"DRAFT","updatedAt":"2026-09-01T10:00:01Z","options":[{"name":"Size","position":1,"optionValues":[{"name":"S"}]}],"hasOnlyDefaultVariant":false}
{"__typename":"ProductVariant","id":"gid:\/\/shopify\/ProductVariant\/102","position":2,"price":"9.90","title":"Two","selectedOptions":[],"inventoryItem":{"id":"gid:\/\/shopify\/InventoryItem\/1020","tracked":true},"__parentId":"gid:\/\/shopify\/Product\/100"}
{"__typename":"MediaImage","id":"gid:\/\/shopify\/MediaImage\/12","alt":"","status":"READY","image":{"url":"https:\/\/cdn.example\/12.jpg?v=1\u0026w=2"},"__parentId":"gid:\/\/shopify\/Product\/100"}
{"__typename":"Product","id":"gid:\/\/shopify\/Product\/100","title":"A","status":"ACTIVE","updatedAt":"2026-09-01T10:00:00Z","featuredMedia":{"id":"gid:\/\/shopify\/MediaImage\/12"},"hasOnlyDefaultVariant":false}
{"__typename":"InventoryLevel","id":"gid:\/\/shopify\/InventoryLevel\/96?inventory_item_id=1010","location":{"id":"gid:\/\/shopify\/Location\/7"},"quantities":[{"name":"available","quantity":5}],"__parentId":"gid:\/\/shopify\/ProductVariant\/101"}
{"__typename":"ProductVariant","id":"gid:\/\/shopify\/ProductVariant\/201","position":1,"price":"5.00","sku":"B-1","selectedOptions":[{"name":"Size","value":"S"}],"inventoryItem":{"id":"gid:\/\/shopify\/InventoryItem\/2010","tracked":false},"__parentId":"gid:\/\/shopify\/Product\/200"}
{"__typename":"MediaImage","id":"gid:\/\/shopify\/MediaImage\/11","alt":"","status":"PROCESSING","image":null,"__parentId":"gid:\/\/shopify\/Product\/100"}
{"__typename":"ProductVariant","id":"gid:\/\/shopify\/ProductVariant\/101","position":1,"price":"9.90","title":"One","inventoryQuantity":99,"inventoryItem":{"id":"gid:\/\/shopify\/InventoryItem\/1010","tracked":true},"__parentId":"gid:\/\/shopify\/Product\/100"}
"#;

pub(crate) const SHELVES: &str = r#"{"__typename":"Collection","id":"gid:\/\/shopify\/Collection\/3","handle":"new","title":"New","__parentId":"gid:\/\/shopify\/Product\/100"}
{"__typename":"Product","id":"gid:\/\/shopify\/Product\/200"}
{"__typename":"Product","id":"gid:\/\/shopify\/Product\/100"}
"#;

/// What these lines leave out and Shopify does not, text by text: their escapes and their order stay.
pub(crate) fn whole(lines: &str) -> String {
    let add = |line: &str, field: &str, value: &str| match line.contains(&format!("\"{field}\":")) {
        false if line.starts_with('{') => line.replacen('{', &format!("{{\"{field}\":{value},"), 1),
        _ => line.to_owned(),
    };
    let fields: [(&str, &[(&str, &str)]); 2] = [
        ("Product", &[("tags", "[]"), ("options", "[]"), ("seo", r#"{"title":null,"description":null}"#)]),
        (
            "ProductVariant",
            &[
                ("selectedOptions", "[]"),
                ("inventoryItem", r#"{"id":"gid://shopify/InventoryItem/1","tracked":false}"#),
            ],
        ),
    ];
    let counted = |line: &str| if line.contains("\"tracked\":") { "" } else { "\"tracked\":true," };
    let item = |line: &str| {
        format!("\"inventoryItem\":{{\"measurement\":{{\"weight\":null}},\"unitCost\":null,{}", counted(line))
    };
    let whole = |line: &str| {
        let is = |kind: &str| line.contains(&format!("\"__typename\":\"{kind}\""));
        let more = fields.iter().filter(|(kind, _)| is(kind)).flat_map(|(_, fields)| fields.iter());
        let line = more.fold(line.to_owned(), |line, (field, value)| add(&line, field, value));
        if line.contains("\"unitCost\"") { line } else { line.replacen("\"inventoryItem\":{", &item(&line), 1) }
    };
    lines.lines().map(|line| whole(line) + "\n").collect()
}

/// A shop whose operations complete at once: the first is the products', the second the collections'.
pub(crate) fn answer(name: &str, variables: &Value, lines: &str, roots: usize) -> Response {
    match name {
        "Shop" => beginning(),
        "BulkRun" if variables["query"].as_str().unwrap().contains("collections {") => started(2),
        "BulkRun" => started(1),
        "BulkPoll" if variables["id"] == "gid://shopify/BulkOperation/2" => {
            operation("COMPLETED", Some("https://storage.googleapis.com/shelves"), 2)
        }
        "BulkPoll" => operation("COMPLETED", Some(FILE), roots),
        "GET" if variables == FILE => status(200, whole(lines)),
        "GET" => status(200, SHELVES),
        other => panic!("{other}"),
    }
}

#[test]
fn reads_lines_in_any_order() {
    let host = shop(|name, variables| answer(name, variables, LINES, 2));
    let run = Run::full(&host).unwrap();
    assert_eq!((run.ids(), run.total), (vec!["200", "100"], Some(2)));
    assert_eq!(run.items[1].updated_at, entrepot_guest::time::parse("2026-09-01T10:00:00Z"));
    let first = map_product(&channel(), &run.items[1]).unwrap();
    assert_eq!(first.variants.iter().map(|v| v.source_id.as_str()).collect::<Vec<_>>(), ["101", "102"], "by position");
    let model::Inventory::Tracked(levels) = &first.variants[0].inventory else { panic!() };
    let levels: Vec<_> =
        levels.iter().map(|l| (l.location_id.as_str(), l.location_name.as_deref(), l.available)).collect();
    assert_eq!(levels, [("7", Some("Berlin"), 5), ("8", Some("Wien"), -2)], "not the sum of the variant");
    assert_eq!(first.media[0].url, "https://cdn.example/12.jpg?v=1&w=2");
    assert_eq!((first.media.len(), first.warnings[0].code.as_str()), (1, "media-not-ready"));
    assert_eq!(first.collections[0].title, "New");
    let second = map_product(&channel(), &run.items[0]).unwrap();
    assert_eq!((second.title.as_str(), second.variants[0].option_values.join("")), ("B & C", "S".to_owned()));
    assert_eq!(second.variants[0].inventory, model::Inventory::Untracked(true));
}

#[test]
fn the_order_of_lines_changes_nothing() {
    let of = |lines: &str| {
        let mut run = Run::full(&shop(|name, variables| answer(name, variables, lines, 2))).unwrap();
        run.items.sort_by(|a, b| a.source_id.cmp(&b.source_id));
        run.items
    };
    let reversed: String = LINES.lines().rev().map(|line| format!("{line}\n")).collect();
    assert_eq!(of(LINES), of(&reversed));
    assert!(!of(LINES)[0].body.contains("__parentId") && !of(LINES)[0].body.contains("\\/"));
}

#[test]
fn the_prepared_files_are_read() {
    let Some(lines) = read("bulk/products_ungrouped.CONSTRUCTED.jsonl") else { return };
    let run = Run::full(&shop(|name, variables| answer(name, variables, &lines, 2))).unwrap();
    assert_eq!(run.ids(), ["100", "200"]);
    assert!(run.items.iter().all(|item| item.problems.is_empty()), "{:?}", run.items);
    let a = map_product(&channel(), &run.items[0]).unwrap();
    assert_eq!(a.variants.iter().filter_map(|v| v.sku.as_deref()).collect::<Vec<_>>(), ["A-1"]);

    // A recording; of its lines one is an image of another kind, which is said.
    let lines = read("bulk/products_media_variants.grouped.real.jsonl").unwrap();
    let lines: String =
        lines.lines().filter(|line| !line.contains("\"id\":null")).map(|line| format!("{line}\n")).collect();
    let run = Run::full(&shop(|name, variables| answer(name, variables, &lines, 2))).unwrap();
    assert_eq!(run.ids(), ["6796218335421", "9062091161885"]);
    assert_eq!(run.items[0].problems[0].code, "line-unknown");
}

#[test]
fn waits_slowly_and_starts_once() {
    let polls = Cell::new(0);
    let host = shop(|name, variables| match name {
        "BulkPoll" if polls.replace(polls.get() + 1) < 20 => operation("RUNNING", None, 1),
        _ => answer(name, variables, LINES, 2),
    });
    let run = Run::full(&host).unwrap();
    assert_eq!(run.items.len(), 2);
    assert!(run.waits.is_sorted() && run.waits.last() == Some(&60_000), "{:?}", run.waits);
    assert_eq!(names(&host).iter().filter(|name| *name == "BulkRun").count(), 2);
}

#[test]
fn a_restart_asks_for_the_operation_and_fetches_the_file_again() {
    let files = RefCell::new(0);
    let fresh = || {
        shop(|name, variables| {
            if name == "GET" {
                *files.borrow_mut() += 1;
            }
            answer(name, variables, LINES, 2)
        })
    };
    let (mut cursor, mut context, mut seen, mut started) = (None, None, Vec::new(), 0);
    for _ in 0..20 {
        // Each page on a host that knows nothing of the files before.
        let host = fresh();
        let page =
            fetch_page(&host, &channel(), &request(Scope::Everything, None, cursor.clone(), context.clone())).unwrap();
        seen.extend(page.items.into_iter().map(|item| item.source_id));
        started += names(&host).iter().filter(|name| *name == "BulkRun").count();
        let said = page.next.clone().unwrap_or_default();
        assert!(!said.contains("googleapis"), "signed addresses are kept nowhere: {said}");
        context = page.context.or(context);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((seen, started), (vec!["200".to_owned(), "100".to_owned()], 2), "each operation is started once");
}

/// A page that fails is asked for anew with the cursor before it: what was started must be in there already.
#[test]
fn a_failure_between_two_operations_starts_none_twice() {
    let (runs, fail) = (Cell::new(0), Cell::new(true));
    let host = shop(|name, variables| match name {
        "BulkRun" if variables["query"].as_str().unwrap().contains("collections {") && fail.replace(false) => {
            status(500, "Oops")
        }
        "BulkRun" => {
            runs.set(runs.get() + 1);
            answer(name, variables, LINES, 2)
        }
        _ => answer(name, variables, LINES, 2),
    });
    let first = Run::of(&host, Scope::Everything, None, 1).unwrap();
    let again = || request(Scope::Everything, None, first.cursors.last().cloned(), first.context.clone());
    assert!(matches!(fetch_page(&host, &channel(), &again()), Err(Error::Unavailable(_))));
    fetch_page(&host, &channel(), &again()).unwrap();
    assert_eq!(runs.get(), 2);
}

/// Many products: several pages, none torn apart, and the place in the file outlives the file.
#[test]
fn pages_end_between_products() {
    let mut lines = String::new();
    for product in 1..=900 {
        lines += &json!({"__typename": "Product", "id": format!("gid://shopify/Product/{product}"), "title": "x".repeat(4_000),
            "variantsCount": {"count": 2, "precision": "EXACT"}}).to_string();
        lines.push('\n');
        for variant in 0..2 {
            lines += &json!({"__typename": "ProductVariant", "id": format!("gid://shopify/ProductVariant/{product}{variant}"),
                "__parentId": format!("gid://shopify/Product/{product}")}).to_string();
            lines.push('\n');
        }
    }
    let host = || shop(|name, variables| answer(name, variables, &lines, 900));
    let (mut cursor, mut context, mut seen, mut pages) = (None, None, Vec::new(), 0);
    loop {
        let page = fetch_page(&host(), &channel(), &request(Scope::Everything, None, cursor, context.clone())).unwrap();
        pages += usize::from(!page.items.is_empty());
        assert!(page.items.iter().all(|item| item.problems.is_empty()), "torn apart");
        seen.extend(page.items.into_iter().map(|item| item.source_id));
        context = page.context.or(context);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(pages >= 2, "{pages}");
    assert_eq!(seen, (1..=900).map(|product| product.to_string()).collect::<Vec<_>>());
}

#[test]
fn the_token_stays_away_from_the_file() {
    let host: TestHost<'_> = shop(|name, variables| answer(name, variables, LINES, 2));
    Run::full(&host).unwrap();
    let files: Vec<_> = host.asked().into_iter().filter(|request| request.method == Method::Get).collect();
    assert_eq!(files.len(), 2);
    for request in files {
        assert!(
            request.credential.is_none() && request.headers.is_empty() && request.url.starts_with("https://storage.")
        );
    }
}
