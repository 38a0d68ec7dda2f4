//! What comes unreadable inside a good answer changes nothing: it is not taken for what is not there.

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::shop::{Run, Shop, ok, simple, status};

/// Product 1 with three variations, and two simple ones.
fn shop() -> Shop {
    let mut variable = simple(1);
    variable["type"] = json!("variable");
    variable["variations"] = json!([11, 12, 13]);
    let shop = Shop::new(vec![variable, simple(2), simple(3)]);
    *shop.variations.borrow_mut() = (11..=13)
        .map(|id| json!({"id": id, "parent_id": 1, "price": "2.00", "attributes": [{"id": 0, "name": "Size", "option": id.to_string()}]}))
        .collect();
    shop
}

fn variations(item: &RawItem) -> usize {
    let body: Value = serde_json::from_str(&item.body).unwrap();
    body["variations"].as_array().unwrap().len()
}

fn problems(item: &RawItem) -> Vec<&str> {
    item.problems.iter().map(|issue| issue.code.as_str()).collect()
}

#[test]
fn a_product_that_a_page_shows_twice_keeps_its_variations() {
    let shop = shop().twisted(|shop, asked| {
        let answer = shop.answer(asked);
        if asked.route != "/wc/v3/products" {
            return Some(Ok(answer));
        }
        let mut rows: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
        rows.extend(rows.first().cloned());
        Some(Ok(Response { body: serde_json::to_vec(&rows).unwrap(), ..answer }))
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), variations(&run.items["1"]), problems(&run.items["1"]).len()), (3, 3, 0));
}

#[test]
fn a_part_that_is_something_else_costs_its_product() {
    for part in ["images", "categories", "tags", "attributes", "brands", "meta_data", "variations"] {
        for instead in [json!([null]), json!({"a": 1}), json!(["x"]), json!(7), json!("none")] {
            let shop = shop();
            shop.products.borrow_mut()[1][part] = instead.clone();
            let run = Run::of(&shop).unwrap();
            let item = &run.items["2"];
            let said = |issue: &Issue| issue.code == "product-incomplete" && issue.message.contains(part);
            assert!(item.problems.iter().any(said), "{part} {instead}: {:?}", item.problems);
            assert!(problems(&run.items["1"]).is_empty() && problems(&run.items["3"]).is_empty(), "{part} {instead}");
        }
        // PHP writes an empty list as an object.
        let shop = shop();
        shop.products.borrow_mut()[1][part] = json!({});
        assert!(problems(&Run::of(&shop).unwrap().items["2"]).is_empty(), "{part}");
    }
    for part in ["brands", "meta_data", "default_attributes"] {
        let shop = shop();
        shop.products.borrow_mut()[1][part] = Value::Null;
        assert_eq!(problems(&Run::of(&shop).unwrap().items["2"]), ["product-incomplete"], "{part}");
    }
}

#[test]
fn an_element_without_what_it_is_there_for_costs_its_product() {
    for (part, element) in [
        ("images", json!({"id": 3, "src": null})),
        ("images", json!({"src": "https://x/3.jpg"})),
        ("categories", json!({"id": null, "name": "Mugs"})),
        ("tags", json!({"id": 4, "name": null})),
        ("brands", json!({"id": 4})),
        ("attributes", json!({"id": 0, "name": "Size", "options": [null]})),
    ] {
        let shop = shop();
        shop.products.borrow_mut()[1][part] = json!([element]);
        assert_eq!(problems(&Run::of(&shop).unwrap().items["2"]), ["product-incomplete"], "{part} {element}");
    }
}

#[test]
fn a_variation_that_cannot_be_read_is_not_gone() {
    let bends: [fn(&mut Value); 5] = [
        |row| *row = Value::Null,
        |row| row["id"] = Value::Null,
        |row| row["attributes"] = Value::Null,
        |row| row["attributes"] = json!([null]),
        |row| row["attributes"] = json!([{"id": 0, "name": "Size", "option": null}]),
    ];
    for global in [true, false] {
        for bend in bends {
            let shop = shop().twisted(move |shop, asked| {
                if !asked.route.ends_with("/variations") {
                    return None;
                }
                if !global && asked.route == "/wc/v3/variations" {
                    return Some(Ok(status(404, r#"{"code":"rest_no_route","message":"","data":{"status":404}}"#)));
                }
                let mut rows: Vec<Value> = serde_json::from_slice(&shop.answer(asked).body).unwrap();
                if let Some(row) = rows.get_mut(1) {
                    bend(row);
                }
                Some(Ok(ok(&json!(rows))))
            });
            let run = Run::of(&shop).unwrap();
            assert_eq!(problems(&run.items["1"]), ["product-incomplete"], "{global}");
            assert!(problems(&run.items["2"]).is_empty());
        }
    }
}
