//! What comes unreadable inside a good answer changes nothing: it is not taken for what is not there.

use std::cell::Cell;
use std::rc::Rc;

use entrepot_guest::prelude::*;
use entrepot_plugin_etsy::catalog::fetch_page;
use entrepot_plugin_etsy::map_product;
use serde_json::{Value, json};

use crate::map::{codes, refused, with};
use crate::shop::{Run, Shop, channel, first, ok};

/// Of every answer's listing 3, or its inventory, something is another one.
fn bent(bend: fn(&mut Value) -> Option<()>) -> Shop {
    Shop::of(5).twisted(move |shop, asked| {
        let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).ok()?;
        let rows = body.get_mut("results").and_then(Value::as_array_mut)?;
        for row in rows.iter_mut().filter(|row| row["listing_id"] == 3) {
            bend(row);
        }
        Some(Ok(ok(&body)))
    })
}

fn lacks(row: &mut Value, field: &str) -> Option<()> {
    row.get("title")?;
    row.as_object_mut()?.remove(field).map(drop)
}

fn is(row: &mut Value, field: &str, value: Value) -> Option<()> {
    row.get("title")?;
    row[field] = value;
    Some(())
}

/// Of its inventory's one product.
fn product(row: &mut Value) -> Option<&mut Value> {
    row.get_mut("inventory")?.get_mut("products")?.get_mut(0)
}

#[test]
fn a_part_that_is_missing_or_something_else_costs_its_listing() {
    let bends: [fn(&mut Value) -> Option<()>; 22] = [
        |row| lacks(row, "tags"),
        |row| lacks(row, "materials"),
        |row| is(row, "style", json!("old")),
        |row| is(row, "tags", json!([null])),
        |row| is(row, "is_taxable", Value::Null),
        |row| lacks(row, "shop_section_id"),
        |row| is(row, "taxonomy_id", json!("none")),
        |row| {
            product(row).map(|one| {
                one["property_values"] =
                    json!([{"property_id": 1, "value_ids": null, "values": ["S"], "property_name": "Size"}]);
            })
        },
        |row| {
            product(row)
                .map(|one| one["property_values"] = json!([{"property_id": 1, "value_ids": [7], "values": [null]}]))
        },
        |row| row.get("images").is_some().then(|| row["images"] = json!([null])),
        |row| row.get("images").is_some().then(|| row["images"] = json!([{"listing_image_id": 1}])),
        |row| row.get("videos").is_some().then(|| row["videos"] = json!([null])),
        |row| row.get("inventory").is_some().then(|| row["inventory"] = json!("none")),
        |row| row.get_mut("inventory")?["products"].as_array_mut().map(|all| all.push(Value::Null)),
        |row| row.get_mut("inventory")?.as_object_mut()?.remove("quantity_on_property").map(drop),
        |row| product(row)?.as_object_mut()?.remove("property_values").map(drop),
        |row| product(row).map(|one| one["property_values"] = Value::Null),
        |row| product(row).map(|one| one["is_deleted"] = Value::Null),
        |row| product(row).map(|one| one["offerings"] = json!([null])),
        |row| product(row).map(|one| one["offerings"][0]["is_enabled"] = Value::Null),
        |row| product(row)?["offerings"][0].as_object_mut()?.remove("is_enabled").map(drop),
        |row| product(row).map(|one| one["offerings"][0]["is_deleted"] = json!("no idea")),
    ];
    for (at, bend) in bends.into_iter().enumerate() {
        let run = Run::of(&bent(bend)).unwrap();
        let problems: Vec<_> = run.items.values().filter(|item| !item.problems.is_empty()).collect();
        assert_eq!((run.items.len(), problems.len()), (5, 1), "{at}");
        let code = problems[0].problems[0].code.as_str();
        assert!(problems[0].source_id == "3" && matches!(code, "listing-incomplete" | "inventory-unreadable"), "{at}");
    }
}

#[test]
fn a_quantity_that_does_not_come_is_not_none() {
    let mut body = with(json!({}));
    body["inventory"]["products"][0]["offerings"][0].as_object_mut().unwrap().remove("quantity");
    assert_eq!(codes(&refused(&body)), ["stock-incomplete"]);
    let mut alone = with(json!({}));
    alone["inventory"] = Value::Null;
    alone["listing"].as_object_mut().unwrap().remove("quantity");
    assert_eq!(codes(&refused(&alone)), ["stock-incomplete"]);
}

#[test]
fn a_section_that_the_shop_does_not_show_is_said() {
    for results in [json!([]), json!([null])] {
        let count = results.as_array().unwrap().len();
        let shop = Shop::of(3).twisted(move |_, asked| {
            asked.route.ends_with("/sections").then(|| Ok(ok(&json!({"count": count, "results": results}))))
        });
        let run = Run::of(&shop).unwrap();
        let product = map_product(&channel(), &run.items["1"]).unwrap();
        assert_eq!(codes(&product.warnings), ["sections-unread"]);
    }
}

/// Rows that change all the time are never known again: the reader goes back until it is tired. When the shop is well, so is the run.
#[test]
fn a_run_that_was_lost_goes_on_when_the_shop_is_at_rest() {
    let (restless, turn) = (Rc::new(Cell::new(true)), Cell::new(0));
    let moves = restless.clone();
    let shop = Shop::of(20).twisted(move |shop, asked| {
        if asked.is_list() && moves.get() {
            turn.set(turn.get() + 1);
            for one in shop.listings.borrow_mut().iter_mut() {
                one["updated_timestamp"] = json!(1_800_000_000 + turn.get());
            }
        }
        None
    });
    let mut request = PageRequest { limit: 10, ..first() };
    let mut ids = std::collections::BTreeSet::new();
    let mut failed = 0;
    for _ in 0..400 {
        match fetch_page(&shop, &channel(), &request) {
            Err(Error::Unavailable(_)) => {
                failed += 1;
                // The run fails in between, and is begun again where it stopped.
                request.attempt = if failed == 3 { 0 } else { request.attempt + 1 };
                if failed == 3 {
                    restless.set(false);
                }
            }
            Err(error) => panic!("{error:?}"),
            Ok(page) => {
                ids.extend(page.items.into_iter().map(|item| item.source_id));
                request = PageRequest { context: page.context.or(request.context), attempt: 0, ..request };
                let Some(next) = page.next else { break };
                request.cursor = Some(next);
            }
        }
    }
    assert_eq!(failed, 3, "at once");
    assert_eq!(ids.len(), 20);
}
