//! A run over a shop that changes while it is read.

use std::cell::Cell;

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::catalog::{fetch_items, fetch_page};
use serde_json::{Value, json};

use crate::shop::{Run, Shop, channel, first, ok, simple};

fn list_page(asked: &crate::shop::Asked) -> Option<usize> {
    let list = asked.route == "/wc/v3/products" && asked.query.get("_fields").is_some_and(|fields| fields != "id");
    list.then(|| asked.number("page"))
}

#[test]
fn reads_everything_and_ends() {
    for count in [0, 1, 99, 100, 101, 250, 1000, 1001] {
        let shop = Shop::of(count);
        let run = Run::of(&shop).unwrap();
        assert_eq!(
            (run.items.len() as u64, run.listed.len() as u64, run.declared),
            (count, count, Some(count)),
            "{count}"
        );
        assert!(run.missed().is_empty() && shop.most_at_once.get() <= 10);
    }
}

#[test]
fn a_deletion_between_pages_loses_nothing() {
    let shop = Shop::of(350).twisted(|shop, asked| {
        if list_page(asked) == Some(2) && shop.products.borrow().len() == 350 {
            shop.products.borrow_mut().retain(|product| product["id"] != 13);
        }
        None
    });
    let run = Run::of(&shop).unwrap();
    assert!(run.items.contains_key("101"), "what moved from page 2 to page 1");
    assert_eq!((run.listed.len(), run.declared), (349, Some(349)));
    assert!(run.missed().is_empty());
}

#[test]
fn many_deletions_step_back_as_many_pages() {
    let shop = Shop::of(500).twisted(|shop, asked| {
        if list_page(asked) == Some(4) && shop.products.borrow().len() == 500 {
            shop.products.borrow_mut().drain(..250);
        }
        None
    });
    let run = Run::of(&shop).unwrap();
    assert!((251..=500).all(|id| run.items.contains_key(&id.to_string())));
    assert!(run.missed().is_empty());
}

#[test]
fn what_a_deletion_and_a_new_product_hide_is_found_by_the_sweep() {
    let shop = Shop::of(350).twisted(|shop, asked| {
        if list_page(asked) == Some(2) && shop.products.borrow().iter().all(|product| product["id"] != 999) {
            shop.products.borrow_mut().remove(5);
            shop.products.borrow_mut().push(simple(999));
        }
        None
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!(run.missed(), ["101"]);
    let items = fetch_items(&shop, &channel(), run.context.as_deref(), &run.missed()).unwrap();
    assert_eq!(items.len(), 1);
}

#[test]
fn growth_while_reading_is_read_too() {
    let shop = Shop::of(250).twisted(|shop, asked| {
        if list_page(asked) == Some(3) && shop.products.borrow().len() == 250 {
            shop.products.borrow_mut().extend((251..=420).map(simple));
        }
        None
    });
    assert_eq!(Run::of(&shop).unwrap().items.len(), 420);
}

#[test]
fn a_sweep_over_a_changing_shop_begins_again() {
    let restless = Cell::new(0);
    let shop = Shop::of(2500).twisted(move |shop, asked| {
        // 25 pages are three calls; the first pass is disturbed in its second.
        if asked.query.get("_fields").is_some_and(|fields| fields == "id")
            && asked.number("page") == 12
            && restless.get() < 1
        {
            restless.set(1);
            shop.products.borrow_mut().retain(|product| product["id"] != 7);
        }
        None
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!(run.declared, Some(2499));
    let ids: std::collections::HashSet<_> = run.listed.iter().collect();
    assert!(ids.len() >= 2499 && run.listed.len() > 2499, "two passes: {}", run.listed.len());
}

#[test]
fn a_sweep_over_a_restless_shop_ends_all_the_same() {
    let shop = Shop::of(1500).twisted(|shop, asked| {
        if asked.query.get("_fields").is_some_and(|fields| fields == "id") {
            shop.products.borrow_mut().pop();
        }
        None
    });
    let run = Run::of(&shop).unwrap();
    assert!(run.pages < 40 && run.missed().is_empty());
}

/// A cache that ignores the page number, behind a total that is too small to be believed.
#[test]
fn a_sweep_that_is_given_the_same_page_over_and_over_ends() {
    let rows = json!([{"id": 1}, {"id": 2}, {"id": 3}]);
    let shop = Shop::of(2).twisted(move |_, asked| {
        asked.query.get("_fields").is_some_and(|fields| fields == "id").then(|| Ok(ok(&rows)))
    });
    assert!(matches!(Run::of(&shop), Err(Error::Unavailable(why)) if why.contains("the same products")));
    assert!(shop.asked.borrow().len() < 100, "{} requests", shop.asked.borrow().len());
}

#[test]
fn changed_since_is_naive_utc_with_overlap_and_without_a_sweep() {
    let shop = Shop::of(120);
    let request = PageRequest { scope: Scope::ChangedSince, since: Some(1_795_167_807_000), ..first() };
    let run = Run::with(&shop, request).unwrap();
    assert_eq!((run.items.len(), run.listed.len()), (120, 0));
    let asked = shop.asked.borrow();
    let list = asked.iter().find(|asked| list_page(asked).is_some()).unwrap();
    assert_eq!(list.query["modified_after"], "2026-11-20T09:41:27");
    assert_eq!(list.query["dates_are_gmt"], "true");
    assert!(
        asked.iter().all(
            |asked| asked.query.get("_fields").is_none_or(|fields| fields != "id") || asked.number("per_page") == 1
        )
    );
}

#[test]
fn discovery_happens_once_and_items_are_self_contained() {
    let shop = Shop::of(250);
    let run = Run::of(&shop).unwrap();
    assert_eq!(shop.asked_for("/wc/v3/settings/general"), 1);
    let item = &run.items["7"];
    assert_eq!(item.updated_at, Some(1_795_167_807_000));
    let body: serde_json::Value = serde_json::from_str(&item.body).unwrap();
    assert_eq!(body["store"], json!({"currency": "EUR", "weight_unit": "g", "dimension_unit": "mm"}));
    assert_eq!(body["paths"], json!({"5": ["Kitchen", "Mugs & Cups"]}));
    assert_eq!(body["product"]["price_html"], json!(null), "what changes by itself is left out");
    assert_eq!(body["product"]["images"], json!([{"id": 3, "src": "https://x/3.jpg", "alt": ""}]));
    let again = Run::of(&Shop::of(250)).unwrap();
    assert_eq!(again.items["7"].body, item.body);
}

#[test]
fn an_element_without_an_id_is_not_lost() {
    let mut products: Vec<_> = (1..=3).map(simple).collect();
    products[1]["id"] = json!(null);
    let run = Run::of(&Shop::new(products)).unwrap();
    let odd: Vec<_> = run.items.values().filter(|item| item.source_id.starts_with("unidentified:")).collect();
    assert_eq!((run.items.len(), odd.len(), odd[0].problems[0].code.as_str()), (3, 1, "id-missing"));
    assert_eq!(run.listed.iter().filter(|id| id.starts_with("unidentified:")).count(), 1, "it is there");
}

#[test]
fn a_row_that_is_null_is_a_dead_letter_in_every_size_of_page() {
    // On every page, as a filter does it that gives back nothing for the first product of a list.
    let shop = Shop::of(250).twisted(|shop, asked| {
        let mut rows: Vec<Value> = serde_json::from_slice(&shop.answer(asked).body).ok()?;
        let whole = asked.query.get("_fields")?.contains("name");
        *rows.first_mut().filter(|_| whole && asked.route == "/wc/v3/products")? = Value::Null;
        let body = json!(rows).to_string().into_bytes();
        Some(Ok(Response { body, ..shop.answer(asked) }))
    });
    let mut pages = 0;
    let mut request = first();
    loop {
        let page = fetch_page(&shop, &channel(), &request).unwrap();
        pages += 1;
        if page.items.is_empty() || pages == 3 {
            break;
        }
        assert_eq!(page.items.iter().filter(|item| item.source_id.starts_with("unidentified:")).count(), 1);
        request = PageRequest { cursor: page.next, context: page.context.or(request.context), ..first() };
    }
    assert_eq!(pages, 3);
}

#[test]
fn answers_by_id_in_which_one_cannot_be_identified_are_none() {
    let shop = Shop::of(5).twisted(|shop, asked| {
        asked.query.get("include")?;
        let mut rows: Vec<Value> = serde_json::from_slice(&shop.answer(asked).body).ok()?;
        rows.first_mut()?["id"] = Value::Null;
        Some(Ok(ok(&json!(rows))))
    });
    let error = fetch_items(&shop, &channel(), None, &["1".into(), "2".into()]);
    assert!(matches!(error, Err(Error::Unavailable(_))), "{error:?}");
}

#[test]
fn items_by_id_leave_out_what_is_gone() {
    let mut products: Vec<_> = (1..=5).map(simple).collect();
    products[2]["status"] = json!("trash");
    let shop = Shop::new(products);
    let ids = ["1", "3", "5", "9", "unidentified:00"].map(String::from);
    let items = fetch_items(&shop, &channel(), None, &ids).unwrap();
    assert_eq!(items.iter().map(|item| item.source_id.as_str()).collect::<Vec<_>>(), ["1", "5"]);
    assert_eq!(fetch_items(&shop, &channel(), None, &[]).unwrap().len(), 0);
    // A variation answers at a product's address: it is no product that the list leaves out.
    let mixed = shop.twisted(|_, asked| {
        let variation = json!({ "id": 9, "status": "publish", "type": "variation" });
        asked.route.ends_with("/products/9").then(|| Ok(ok(&variation)))
    });
    let items = fetch_items(&mixed, &channel(), None, &ids).unwrap();
    assert_eq!(items.iter().map(|item| item.source_id.as_str()).collect::<Vec<_>>(), ["1", "5"]);
    // `include` ignored: nobody asked for the others.
    let deaf = Shop::of(5).twisted(|shop, asked| {
        let mut asked = asked.clone();
        asked.query.remove("include")?;
        Some(Ok(shop.answer(&asked)))
    });
    assert_eq!(fetch_items(&deaf, &channel(), None, &["2".into()]).unwrap().len(), 1);
}

#[test]
fn a_cursor_of_another_version_is_an_error() {
    let request = PageRequest { cursor: Some("[1]".into()), ..first() };
    assert!(matches!(fetch_page(&Shop::of(1), &channel(), &request), Err(Error::Other(_))));
}

#[test]
fn an_order_that_says_nothing_changes_nothing() {
    let product = |turned: bool| {
        let order = |mut list: Vec<serde_json::Value>| {
            if turned {
                list.reverse();
            }
            json!(list)
        };
        let term = |id: u64, name: &str| json!({"id": id, "name": name, "slug": name});
        let mut product = simple(1);
        product["categories"] = order(vec![term(5, "Mugs"), term(9, "Mugs")]);
        product["tags"] = order(vec![term(1, "Gift"), term(2, "Gift")]);
        product["brands"] = order(vec![term(1, "Acme"), term(3, "Acme")]);
        product["meta_data"] = order(vec![json!({"id": 1, "key": "a"}), json!({"id": 2, "key": "a"})]);
        product["attributes"] =
            order(vec![json!({"id": 1, "name": "A", "position": 0}), json!({"id": 2, "name": "B", "position": 0})]);
        product
    };
    let of = |turned| Run::of(&Shop::new(vec![product(turned)])).unwrap().items["1"].body.clone();
    assert_eq!(of(false), of(true));
}
