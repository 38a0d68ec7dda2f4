//! What cannot be read for a while is asked for again, and then said: it is never taken for what is not there.

use std::cell::Cell;

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::catalog::fetch_items;
use entrepot_plugin_bigcommerce::map_product;
use serde_json::{Value, json};

use crate::map::codes;
use crate::shop::{Asked, Run, Shop, channel, simple};

const CATEGORIES: &str = "/v3/catalog/trees/categories";
const BRANDS: &str = "/v3/catalog/brands";

fn conflict() -> Option<Result<Response, Error>> {
    Some(Ok(testing::json(409, "{}")))
}

fn mapped(run: &Run, id: &str) -> model::Product {
    map_product(&channel(), &run.items[id]).unwrap()
}

/// Asked for this category: the first one from the root is `Home`, 21.
fn asks_for(asked: &Asked, category: &str) -> bool {
    asked.path == CATEGORIES && asked.get("category_id:in").is_some_and(|ids| ids.split(',').any(|id| id == category))
}

#[test]
fn conflicts_now_and_then_change_nothing() {
    let base = Run::of(&Shop::of(12)).unwrap();
    for at in 1..=9 {
        let count = Cell::new(0);
        let shop = Shop::of(12).twisted(move |_, _| {
            count.set(count.get() + 1);
            (count.get() == at).then(conflict).flatten()
        });
        let run = Run::of(&shop).unwrap();
        assert_eq!(run.items, base.items, "{at}");
    }
}

#[test]
fn a_category_above_that_fails_once_is_read_again() {
    for (status, times) in [(409, 1), (500, 2), (423, 3)] {
        let failing = |times: usize| {
            let left = Cell::new(times);
            Shop::of(3).twisted(move |_, asked| {
                if !asks_for(asked, "21") || left.get() == 0 {
                    return None;
                }
                left.set(left.get() - 1);
                Some(Ok(testing::json(status, "{}")))
            })
        };
        let run = Run::of(&failing(times)).unwrap();
        // Also where the category below it was learnt in the same call.
        let alone = fetch_items(&failing(1), &channel(), None, &["1".into()]).unwrap();
        assert_eq!(alone[0].body, run.items["1"].body, "{status}");
        assert_eq!(mapped(&run, "1").collections[0].path, ["Home", "Kitchen", "Bowls & Plates"], "{status}");
        assert_eq!(codes(&mapped(&run, "1").warnings), Vec::<&str>::new());
    }
}

#[test]
fn a_category_that_stays_unread_is_said_and_counts_as_changed_later() {
    let shop = Shop::of(250).twisted(|_, asked| asks_for(asked, "21").then(conflict).flatten());
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.retries), (250, 3), "later pages do not wait for it again");
    let product = mapped(&run, "250");
    assert_eq!(product.collections[0].path, ["Kitchen", "Bowls & Plates"]);
    assert_eq!(codes(&product.warnings), ["categories-unread"]);
    let context: Value = serde_json::from_str(run.context.as_deref().unwrap()).unwrap();
    assert_eq!(context["facts"]["names"], "unread");
    assert_eq!(context["categories"]["21"], Value::Null, "nobody knows whether there is one");
    let well = Run::of(&Shop::of(250)).unwrap();
    assert_ne!(well.items["250"].body, run.items["250"].body);
    let context: Value = serde_json::from_str(well.context.as_deref().unwrap()).unwrap();
    assert_eq!(context["facts"]["names"], "read");
    // What asks for single products asks again.
    assert!(matches!(fetch_items(&shop, &channel(), None, &["1".into()]), Err(Error::Unavailable(_))));
    assert_eq!(fetch_items(&shop, &channel(), run.context.as_deref(), &["1".into()]).unwrap().len(), 1);
}

#[test]
fn brands_and_categories_that_fail_stop_nothing() {
    let shop = Shop::of(3).twisted(|_, asked| {
        matches!(asked.path.as_str(), BRANDS | CATEGORIES).then(|| Ok(testing::json(500, r#"{"title":"Oops"}"#)))
    });
    let run = Run::of(&shop).unwrap();
    let product = mapped(&run, "1");
    assert_eq!((product.brand.clone(), product.collections.len()), (None, 0));
    assert_eq!(codes(&product.warnings), ["brands-unread", "categories-unread"]);
    let mut plain = simple(1);
    plain["brand_id"] = json!(0);
    plain["categories"] = json!([]);
    let shop = Shop::new(vec![plain])
        .twisted(|_, asked| (asked.path == BRANDS || asked.path == CATEGORIES).then(conflict).flatten());
    assert_eq!(codes(&mapped(&Run::of(&shop).unwrap(), "1").warnings), Vec::<&str>::new());
}

/// Five rows a page, and behind them nothing, while the total says more.
fn cut(path: &'static str, keep: usize) -> Shop {
    let mut products: Vec<Value> = (1..=12).map(simple).collect();
    for product in &mut products {
        product["inventory_tracking"] = json!("variant");
        product["variants"][0]["inventory_level"] = json!(18);
    }
    let shop = Shop::new(products);
    *shop.stock.borrow_mut() = (1..=12)
        .map(|id| {
            json!({"identity": {"product_id": id, "variant_id": id + 1000}, "locations": [
                {"location_id": 1, "location_enabled": true, "available_to_sell": id}]})
        })
        .collect();
    shop.twisted(move |shop, asked| {
        let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).ok()?;
        let page: usize = asked.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        if asked.path != path {
            return None;
        }
        let rows = body["data"].as_array_mut()?;
        rows.truncate(if page == 1 { keep } else { 0 });
        Some(Ok(testing::json(200, body.to_string())))
    })
}

#[test]
fn five_of_many_levels_are_not_the_stock() {
    let run = Run::of(&cut("/v3/inventory/items", 5)).unwrap();
    assert!(run.retries >= 2, "it is asked again");
    for id in 1..=12 {
        let product = mapped(&run, &id.to_string());
        let model::Inventory::Tracked(levels) = &product.variants[0].inventory else { panic!() };
        assert_eq!((levels[0].location_id.as_str(), levels[0].available), ("1", id), "each alone comes whole");
        assert_eq!(codes(&product.warnings), Vec::<&str>::new());
    }
    let run = Run::of(&cut("/v3/inventory/items", 0)).unwrap();
    assert!(run.items.values().all(|item| item.problems[0].code == "inventory-unreadable"));
}

#[test]
fn two_of_three_categories_are_not_all_of_them() {
    let mut products = vec![simple(1)];
    products[0]["categories"] = json!([21, 22, 23]);
    let shop = Shop::new(products).twisted(|shop, asked| {
        let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).ok()?;
        let page: usize = asked.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        if asked.path != CATEGORIES {
            return None;
        }
        body["data"].as_array_mut()?.truncate(if page == 1 { 2 } else { 0 });
        Some(Ok(testing::json(200, body.to_string())))
    });
    let product = mapped(&Run::of(&shop).unwrap(), "1");
    assert!(codes(&product.warnings).contains(&"categories-unread"), "{:?}", product.warnings);
    assert!(!codes(&product.warnings).contains(&"category-unknown"));
}
