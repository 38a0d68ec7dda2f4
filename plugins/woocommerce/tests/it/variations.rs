//! Variations: all in one list, product by product, and when neither can be read.

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::catalog::{fetch_items, fetch_page};
use serde_json::{Value, json};

use crate::shop::{Run, Shop, channel, first, simple, status};

/// Product 1 with so many variations, then simple ones.
fn shop(count: u64) -> Shop {
    let ids: Vec<u64> = (1001..1001 + count).collect();
    let mut variable = simple(1);
    variable["type"] = json!("variable-subscription");
    variable["variations"] = json!(ids.iter().rev().collect::<Vec<_>>());
    let shop = Shop::new(vec![variable, simple(2), simple(3)]);
    *shop.variations.borrow_mut() = ids
        .iter()
        .map(|id| json!({"id": id, "parent_id": 1, "price": "2.00", "description": "x".repeat(1500), "attributes": [], "_links": {}}))
        .collect();
    shop
}

fn of(item: &RawItem) -> Vec<Value> {
    let body: Value = serde_json::from_str(&item.body).unwrap();
    body["variations"].as_array().unwrap().clone()
}

#[test]
fn come_in_the_products_own_order_without_links() {
    let shop = shop(130);
    let run = Run::of(&shop).unwrap();
    let variations = of(&run.items["1"]);
    assert_eq!(
        (variations.len(), variations[0]["id"].as_u64(), variations[129]["id"].as_u64()),
        (130, Some(1130), Some(1001))
    );
    assert_eq!(variations[0]["_links"], Value::Null);
    assert_eq!(shop.asked_for("/wc/v3/products/1/variations"), 0);
    assert_eq!(of(&run.items["2"]).len(), 0);
}

#[test]
fn ten_thousand_of_one_product_are_read_in_small_batches() {
    let shop = shop(10_000);
    let run = Run::of(&shop).unwrap();
    assert_eq!(of(&run.items["1"]).len(), 10_000);
    assert!(shop.most_at_once.get() <= 10);
    assert_eq!(entrepot_plugin_woocommerce::map_product(&channel(), &run.items["1"]).unwrap().variants.len(), 10_000);
}

#[test]
fn an_old_shop_is_asked_product_by_product() {
    let shop = shop(250).twisted(|_, asked| {
        (asked.route == "/wc/v3/variations")
            .then(|| Ok(status(404, r#"{"code":"rest_no_route","message":"","data":{"status":404}}"#)))
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!(of(&run.items["1"]).len(), 250);
    assert_eq!((shop.asked_for("/wc/v3/variations"), shop.asked_for("/wc/v3/products/1/variations")), (1, 3));
}

#[test]
fn a_filter_that_is_ignored_costs_one_batch() {
    let shop = shop(20).twisted(|shop, asked| {
        let mut asked = asked.clone();
        asked.query.remove("parent")?;
        Some(Ok(shop.answer(&asked)))
    });
    let others = (5000..9000).map(|id| json!({"id": id, "parent_id": 77, "price": "9", "attributes": []}));
    shop.variations.borrow_mut().splice(0..0, others);
    let run = Run::of(&shop).unwrap();
    assert_eq!(of(&run.items["1"]).len(), 20);
    assert!(shop.asked_for("/wc/v3/variations") <= 3);
}

#[test]
fn what_the_common_list_leaves_out_is_asked_for() {
    let shop = shop(30).twisted(|shop, asked| {
        if asked.route != "/wc/v3/variations" {
            return None;
        }
        let mut answer = shop.answer(asked);
        let mut list: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
        list.pop();
        answer.body = serde_json::to_vec(&list).unwrap();
        Some(Ok(answer))
    });
    assert_eq!(of(&Run::of(&shop).unwrap().items["1"]).len(), 30);
}

#[test]
fn a_product_that_does_not_name_its_variations_is_asked() {
    let shop = shop(120);
    shop.products.borrow_mut()[0]["variations"] = json!(null);
    shop.products.borrow_mut()[0]["type"] = json!("variable");
    assert_eq!(of(&Run::of(&shop).unwrap().items["1"]).len(), 120);
}

#[test]
fn one_unreadable_product_does_not_stop_the_page() {
    let broken = |shop: Shop| {
        shop.twisted(|_, asked| {
            let theirs = asked.route == "/wc/v3/variations" && asked.query.contains_key("parent")
                || asked.route.ends_with("/1/variations");
            theirs.then(|| Ok(status(500, "<h1>Fatal error</h1>")))
        })
    };
    let shop1 = broken(shop(5));
    assert!(matches!(fetch_page(&shop1, &channel(), &first()), Err(Error::Unavailable(_))));
    let run = Run::of(&shop1).unwrap();
    assert_eq!((run.items.len(), run.items["1"].problems.len(), run.items["2"].problems.len()), (3, 1, 0));
    assert_eq!(run.items["1"].problems[0].code, "variations-unreadable");
    let items = fetch_items(&broken(shop(5)), &channel(), None, &["1".into(), "2".into()]).unwrap();
    assert_eq!((items.len(), items[0].problems.len()), (2, 1));
    let waiting =
        shop(5).twisted(|_, asked| asked.route.ends_with("variations").then_some(Err(Error::RateLimited(Some(9)))));
    let request = PageRequest { attempt: 4, ..first() };
    assert!(matches!(fetch_page(&waiting, &channel(), &request), Err(Error::RateLimited(Some(9)))));
}

#[test]
fn a_page_with_too_many_is_read_in_smaller_ones() {
    let shop = shop(0);
    let parents: Vec<Value> = (1..=50)
        .map(|id| {
            let mut product = simple(id);
            product["type"] = json!("variable");
            product["variations"] = json!((id * 1000..id * 1000 + 250).collect::<Vec<_>>());
            product
        })
        .collect();
    let variations = (1..=50_u64).flat_map(|id| {
        (id * 1000..id * 1000 + 250).map(move |own| json!({"id": own, "parent_id": id, "price": "1", "attributes": []}))
    });
    *shop.variations.borrow_mut() = variations.collect();
    *shop.products.borrow_mut() = parents;
    let page = fetch_page(&shop, &channel(), &first()).unwrap();
    assert_eq!(page.items.len(), 25);
    let run = Run::of(&shop).unwrap();
    assert!(run.items.len() == 50 && run.items.values().all(|item| of(item).len() == 250));
}
