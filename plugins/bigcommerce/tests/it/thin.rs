//! Nothing is complete on thin evidence: short pages, hidden rows, words that are not known.

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::catalog::fetch_items;
use entrepot_plugin_bigcommerce::connection::check;
use entrepot_plugin_bigcommerce::stock::fetch_stock;
use model::{Inventory, ProductStatus};
use serde_json::{Value, json};

use crate::map::{codes, mapped, refused};
use crate::shop::{Asked, Run, Shop, channel, first, simple, store};

/// So many elements a page at the most, whatever is asked.
fn capped(shop: Shop, most: usize) -> Shop {
    shop.twisted(move |shop, asked| {
        let mut asked = asked.clone();
        let limit: usize = asked.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
        asked.query.insert("limit".into(), limit.min(most).to_string());
        Some(Ok(shop.answer(&asked)))
    })
}

fn tracked(id: u64) -> Value {
    let mut product = simple(id);
    product["inventory_tracking"] = json!("variant");
    product
}

#[test]
fn few_a_page_whatever_is_asked_is_read_whole() {
    for most in [1, 3, 10] {
        let shop = Shop::new((1..=35).map(tracked).collect());
        *shop.stock.borrow_mut() = (1..=35)
            .map(|id| {
                json!({"identity": {"product_id": id, "variant_id": id + 1000}, "locations": [
                    {"location_id": 1, "location_enabled": true, "available_to_sell": id}]})
            })
            .collect();
        let shop = capped(shop, most);
        let run = Run::of(&shop).unwrap();
        assert_eq!((run.items.len(), run.declared, run.retries), (35, Some(35), 0), "{most}");
        for item in run.items.values() {
            let body: Value = serde_json::from_str(&item.body).unwrap();
            assert_eq!(body["inventory"].as_array().map(Vec::len), Some(1), "{most} {}", item.source_id);
            assert_eq!(body["paths"]["23"], json!(["Home", "Kitchen", "Bowls & Plates"]), "{most}");
            assert!(body.get("brand").is_some() && item.problems.is_empty());
        }
        let ids: Vec<_> = (1..=35).map(|id| id.to_string()).collect();
        assert_eq!(fetch_items(&shop, &channel(), None, &ids).unwrap().len(), 35, "{most}");
        let (mut levels, mut request) = (0, first());
        while let Ok(page) = fetch_stock(&shop, &channel(), &request) {
            levels += page.levels.len();
            let Some(next) = page.next else { break };
            request.cursor = Some(next);
        }
        assert_eq!(levels, 35, "{most}");
    }
}

#[test]
fn what_a_page_hides_is_missing_from_what_was_declared() {
    let shop = Shop::of(600).twisted(|shop, asked| {
        let answer = shop.answer(asked);
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return Some(Ok(answer)) };
        if asked.path == "/v3/catalog/products" && asked.get("id:in").is_none() {
            let data = body["data"].as_array_mut().unwrap();
            data.retain(|product| product["id"].as_u64().is_none_or(|id| id % 40 != 0));
        }
        Some(Ok(testing::json(200, body.to_string())))
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.declared), (585, Some(600)));
}

#[test]
fn what_is_deleted_meanwhile_is_not_missing() {
    let shop = Shop::of(300).twisted(|shop, asked| {
        if asked.get("sort").is_some() && asked.get("id:greater") == Some("100") {
            shop.products.borrow_mut().retain(|product| !matches!(product["id"].as_u64(), Some(40..=60 | 150..=170)));
        }
        None
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.declared), (279, Some(279)));
}

#[test]
fn lists_with_gaps_are_lists() {
    let shop = Shop::of(130).twisted(|shop, asked| {
        let answer = shop.answer(asked);
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return Some(Ok(answer)) };
        let Some(data) = body.get("data").and_then(Value::as_array).filter(|data| !data.is_empty()).cloned() else {
            return Some(Ok(answer));
        };
        body["data"] = data.into_iter().enumerate().map(|(at, value)| (format!("{:04}", at * 3), value)).collect();
        Some(Ok(testing::json(200, body.to_string())))
    });
    assert_eq!(Run::of(&shop).unwrap().items.len(), 130);
}

#[test]
fn a_currency_is_read_or_refused_when_connecting() {
    let with = |code: &'static str| {
        let shop = Shop::of(1).twisted(move |_, asked: &Asked| {
            let mut store = store();
            store["currency"] = json!(code);
            (asked.path == "/v2/store").then(|| Ok(testing::json(200, store.to_string())))
        });
        check(&shop, &channel()).map(|account| account.currency.unwrap_or_default())
    };
    for code in ["JEP", "IMP", "BGN", "BHD"] {
        assert_eq!(with(code).as_deref(), Ok(code));
    }
    assert!(matches!(with("BTC"), Err(Error::Unsupported(why)) if why.contains("BTC")));
}

#[test]
fn words_that_are_not_known_are_never_the_generous_case() {
    let product = mapped(json!({"inventory_tracking": "by-bundle"}), json!({}));
    assert_eq!(product.variants[0].inventory, Inventory::Untracked(false));
    assert_eq!(codes(&product.warnings), ["tracking-unknown"]);
    // What is not told at all changes nothing.
    for tracking in [json!(null), json!("")] {
        assert_eq!(codes(&refused(json!({"inventory_tracking": tracking}), json!({}))), ["stock-incomplete"]);
    }
    assert!(!mapped(json!({"availability": null}), json!({})).variants[0].enabled);
    assert_eq!(mapped(json!({"is_visible": null}), json!({})).status, ProductStatus::Draft);
}

#[test]
fn what_is_optional_is_left_out() {
    let product = mapped(json!({"cost_price": "a lot"}), json!({}));
    assert_eq!((codes(&product.warnings), product.variants[0].cost.is_some()), (vec!["cost-invalid"], false));
    let image = |url: &str| json!({"id": 1, "sort_order": 0, "url_zoom": url});
    let product =
        mapped(json!({"images": [image("//cdn.example/bl\u{e5}t krus.jpg")]}), json!({"image_url": "data:x"}));
    assert_eq!(product.media[0].url, "https://cdn.example/bl%C3%A5t%20krus.jpg");
    assert_eq!(codes(&product.warnings), ["address-invalid"]);
    let product = mapped(json!({"images": [image("/content/a.jpg")]}), json!({"image_url": "/content/a.jpg?c=2"}));
    assert_eq!((product.media[0].url.as_str(), product.media.len()), ("https://tea.example/content/a.jpg", 1));
}

#[test]
fn an_order_that_says_nothing_changes_nothing() {
    let of = |turned: bool| {
        let order = |mut list: Vec<Value>| {
            if turned {
                list.reverse();
            }
            json!(list)
        };
        let value = |option: u64| json!({"option_id": option, "id": option, "label": "S", "option_display_name": "x"});
        let mut product = simple(1);
        product["categories"] = order(vec![json!(21), json!(23)]);
        product["custom_fields"] = order(vec![json!({"id": 1, "name": "a"}), json!({"id": 2, "name": "a"})]);
        product["images"] =
            order(vec![json!({"id": 1, "url_zoom": "https://a"}), json!({"id": 2, "url_zoom": "https://b"})]);
        let variant = |id: u64| json!({"id": id, "option_values": order(vec![value(1), value(2)])});
        product["variants"] = order(vec![variant(5), variant(6)]);
        let option = |id: u64| json!({"id": id, "sort_order": 0, "display_name": "x", "option_values": order(vec![value(7), value(8)])});
        product["options"] = order(vec![option(1), option(2)]);
        product["modifiers"] = order(vec![option(3), option(4)]);
        Run::of(&Shop::new(vec![product])).unwrap().items["1"].body.clone()
    };
    assert_eq!(of(false), of(true));
}

#[test]
fn stock_by_location_that_comes_empty_is_asked_for_again_and_said() {
    let shop = || Shop::new((1..=8).map(tracked).collect());
    let run = Run::of(&shop()).unwrap();
    assert!(run.retries >= 2, "a store that has none looks the same: it is asked again");
    let product = entrepot_plugin_bigcommerce::map_product(&channel(), &run.items["1"]).unwrap();
    assert!(codes(&product.warnings).contains(&"stock-without-location"), "{:?}", product.warnings);
}

#[test]
fn totals_are_the_stores_or_unknown() {
    let total = |change: fn(u64) -> u64| {
        Shop::of(150).twisted(move |shop, asked| {
            let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).ok()?;
            let total = body.pointer_mut("/meta/pagination/total")?;
            *total = change(total.as_u64()?).into();
            (asked.path == "/v3/catalog/products").then(|| Ok(testing::json(200, body.to_string())))
        })
    };
    let declared = |change: fn(u64) -> u64| {
        let run = Run::of(&total(change)).unwrap();
        (run.items.len(), run.declared)
    };
    assert_eq!(declared(|total| total), (150, Some(150)));
    assert_eq!(declared(|_| 0), (150, None));
    assert_eq!(declared(|total| total.saturating_sub(20)), (150, Some(130)), "as it said");
}

/// Rows that are null are in no total, and one that is there twice is one.
#[test]
fn odd_rows_change_no_total() {
    let odd = |change: fn(&mut Vec<Value>)| {
        Shop::of(150).twisted(move |shop, asked| {
            let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).ok()?;
            let rows = body["data"].as_array_mut().filter(|rows| !rows.is_empty())?;
            change(rows);
            (asked.path == "/v3/catalog/products").then(|| Ok(testing::json(200, body.to_string())))
        })
    };
    let null_first = |rows: &mut Vec<Value>| {
        if rows[0]["id"] == 1 {
            rows.insert(1, Value::Null);
        }
    };
    let run = Run::of(&odd(null_first)).unwrap();
    assert_eq!((run.items.values().filter(|item| item.problems.is_empty()).count(), run.declared), (150, Some(150)));
    let run = Run::of(&odd(|rows| rows.insert(1, rows[0].clone()))).unwrap();
    assert_eq!((run.items.len(), run.retries), (150, 0));
}

#[test]
fn a_part_that_does_not_come_is_not_an_empty_one() {
    for part in ["variants", "images", "custom_fields"] {
        let mut products: Vec<Value> = (1..=3).map(simple).collect();
        products[1].as_object_mut().unwrap().remove(part);
        let run = Run::of(&Shop::new(products)).unwrap();
        let problems = |id: &str| run.items[id].problems.iter().map(|issue| issue.code.as_str()).collect::<Vec<_>>();
        assert_eq!((problems("1"), problems("2")), (vec![], vec!["product-incomplete"]), "{part}");
        assert!(run.items["2"].problems[0].message.contains(part));
    }
}
