//! What comes unreadable inside a good answer changes nothing: it is not taken for what is not there.

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::map_product;
use entrepot_plugin_bigcommerce::stock::fetch_stock;
use serde_json::{Value, json};

use crate::map::codes;
use crate::shop::{Run, Shop, channel, first, simple};

fn tracked(id: u64) -> Value {
    let mut product = simple(id);
    product["inventory_tracking"] = json!("variant");
    product
}

fn item(id: u64) -> Value {
    json!({"identity": {"product_id": id, "variant_id": id + 1000}, "locations": [
        {"location_id": 1, "location_enabled": true, "available_to_sell": id},
        {"location_id": 2, "location_enabled": true, "available_to_sell": 7}]})
}

fn shop(count: u64) -> Shop {
    let shop = Shop::new((1..=count).map(tracked).collect());
    *shop.stock.borrow_mut() = (1..=count).map(item).collect();
    shop
}

/// The first item of stock whose product is 3 is another one.
fn bent(bend: fn(&mut Value)) -> Shop {
    shop(8).twisted(move |shop, asked| {
        if asked.path != "/v3/inventory/items" {
            return None;
        }
        let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).ok()?;
        let third = body["data"].as_array_mut()?.iter_mut().find(|item| item["identity"]["product_id"] == 3);
        if let Some(item) = third {
            bend(item);
        }
        Some(Ok(testing::json(200, body.to_string())))
    })
}

const BENT: [fn(&mut Value); 10] = [
    |item| *item = Value::Null,
    |item| *item = json!("none"),
    |item| item["identity"] = Value::Null,
    |item| item["identity"]["product_id"] = json!("three"),
    |item| item["identity"]["variant_id"] = Value::Null,
    |item| item["locations"] = Value::Null,
    |item| item["locations"][0] = Value::Null,
    |item| drop(item["locations"][0].as_object_mut().unwrap().remove("location_id")),
    |item| drop(item["locations"][0].as_object_mut().unwrap().remove("available_to_sell")),
    |item| item["locations"][0]["available_to_sell"] = json!([4]),
];

#[test]
fn a_stock_run_that_cannot_read_an_item_says_so() {
    for (at, bend) in BENT.into_iter().enumerate() {
        let page = fetch_stock(&bent(bend), &channel(), &first()).unwrap();
        assert_eq!((page.levels.len(), page.total), (14, Some(15)), "{at}");
    }
    let shop = shop(8);
    shop.products.borrow_mut()[2]["inventory_tracking"] = Value::Null;
    let page = fetch_stock(&shop, &channel(), &first()).unwrap();
    assert_eq!((page.levels.len(), page.total), (14, Some(15)), "how it is counted is not told");
}

/// No list at all, for good: it is not asked for in vain for each product of the store.
#[test]
fn a_store_that_shows_no_stock_ends_the_run() {
    let shop = shop(60)
        .twisted(|_, asked| (asked.path == "/v3/inventory/items").then(|| Ok(testing::json(200, r#"{"data":null}"#))));
    let mut request = first();
    let outcome = loop {
        match fetch_stock(&shop, &channel(), &request) {
            Err(Error::Unavailable(_)) if request.attempt < 7 => request.attempt += 1,
            Ok(page) if page.next.is_some() => request = PageRequest { cursor: page.next, attempt: 0, ..request },
            outcome => break outcome,
        }
    };
    assert!(matches!(&outcome, Err(Error::Unavailable(why)) if why.contains("in a row")), "{outcome:?}");
    assert!(shop.asked.borrow().len() < 240, "{}", shop.asked.borrow().len());
}

#[test]
fn a_product_whose_stock_cannot_be_read_keeps_what_it_had() {
    for (at, bend) in BENT.into_iter().enumerate() {
        let run = Run::of(&bent(bend)).unwrap();
        for (id, item) in &run.items {
            let unread = !item.problems.is_empty()
                || matches!(map_product(&channel(), item), Err(Error::Invalid(issues)) if codes(&issues)[0].starts_with("stock-"));
            assert_eq!(unread, id == "3", "{at}: {id}");
        }
    }
}

#[test]
fn a_part_that_is_something_else_costs_its_product() {
    let parts: [(&str, fn(&mut Value)); 13] = [
        ("categories", |product| product["categories"] = Value::Null),
        ("categories", |product| product["categories"] = json!("none")),
        ("categories", |product| product["categories"] = json!([null])),
        ("categories", |product| drop(product.as_object_mut().unwrap().remove("categories"))),
        ("brand_id", |product| drop(product.as_object_mut().unwrap().remove("brand_id"))),
        ("brand_id", |product| product["brand_id"] = json!({"id": 5})),
        ("variants", |product| product["variants"][0]["option_values"] = Value::Null),
        ("variants", |product| product["variants"][0]["option_values"] = json!([null])),
        ("variants", |product| product["variants"][0]["option_values"] = json!([{"label": null}])),
        ("images", |product| product["images"] = json!([null])),
        ("images", |product| product["images"] = json!([{"id": 7}])),
        ("custom_fields", |product| product["custom_fields"] = json!([{"id": 1, "name": null, "value": "x"}])),
        ("custom_fields", |product| product["custom_fields"] = json!({"a": 1})),
    ];
    for (part, bend) in parts {
        let mut products: Vec<Value> = (1..=3).map(simple).collect();
        bend(&mut products[1]);
        let run = Run::of(&Shop::new(products)).unwrap();
        let problems = |id: &str| codes(&run.items[id].problems).len();
        assert_eq!([problems("1"), problems("2"), problems("3")], [0, 1, 0], "{part}");
        let problem = &run.items["2"].problems[0];
        assert!(problem.code == "product-incomplete" && problem.message.contains(part), "{problem:?}");
    }
}

#[test]
fn a_store_without_stock_by_location_is_asked_again_once() {
    let shop = Shop::new((1..=40).map(tracked).collect());
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.retries), (40, 3));
    assert!(shop.asked.borrow().len() < 70, "{} requests", shop.asked.borrow().len());
}

#[test]
fn stock_that_may_not_be_read_is_said_and_taken_from_no_earlier_page() {
    let refuses = |from: usize| {
        let count = std::cell::Cell::new(0);
        shop(150).twisted(move |_, asked| {
            let hit = asked.path == "/v3/inventory/items";
            count.set(count.get() + usize::from(hit));
            (hit && count.get() > from).then(|| Ok(testing::json(403, r#"{"status":403,"title":"scope"}"#)))
        })
    };
    let run = Run::of(&refuses(0)).unwrap();
    let product = map_product(&channel(), &run.items["1"]).unwrap();
    assert!(codes(&product.warnings).contains(&"stock-unread"), "{:?}", product.warnings);
    let context: Value = serde_json::from_str(run.context.as_deref().unwrap()).unwrap();
    assert_eq!(context["facts"]["stock"], "unread", "all of it is read again when it may be");
    // Shown for the first page, refused from then on.
    let run = Run::of(&refuses(2)).unwrap();
    let problems: Vec<_> = run.items.values().filter(|item| !item.problems.is_empty()).collect();
    assert_eq!(problems.len(), 50, "what they had is kept");
    assert_eq!(problems[0].problems[0].code, "inventory-unreadable");
}

/// A name that cannot be read is not one of something that does not exist.
#[test]
fn options_and_names_that_cannot_be_read_are_asked_for_again_and_said() {
    let bent = |path: &'static str, bend: fn(&mut Value)| {
        Shop::of(3).twisted(move |shop, asked| {
            let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).ok()?;
            let hit = asked.path == path && (!path.ends_with("products") || asked.get("include")?.contains("options"));
            bend(body["data"].as_array_mut()?.get_mut(0).filter(|_| hit)?);
            Some(Ok(testing::json(200, body.to_string())))
        })
    };
    let lists = [("/v3/catalog/brands", "brands-unread"), ("/v3/catalog/trees/categories", "categories-unread")];
    for bend in [|row: &mut Value| *row = Value::Null, |row: &mut Value| row["name"] = Value::Null] {
        for (path, code) in lists {
            let run = Run::of(&bent(path, bend)).unwrap();
            let product = map_product(&channel(), &run.items["1"]).unwrap();
            assert!(run.retries > 0 && codes(&product.warnings).contains(&code), "{path}: {:?}", product.warnings);
        }
    }
    let run = Run::of(&bent("/v3/catalog/products", |row| row["options"] = Value::Null)).unwrap();
    assert_eq!(run.items["1"].problems[0].code, "options-unreadable");
}
