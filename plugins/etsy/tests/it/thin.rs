//! Nothing is complete on thin evidence: short pages, hidden rows, words that are not known.

use entrepot_guest::prelude::*;
use entrepot_plugin_etsy::connection::check;
use serde_json::{Value, json};

use crate::shop::{Asked, Run, SHOP, Shop, channel, ok};

#[test]
fn few_a_page_whatever_is_asked_is_read_whole() {
    for most in [10, 25] {
        let shop = Shop::of(70).twisted(move |shop, asked| {
            let mut asked = asked.clone();
            let limit = asked.number("limit").min(most);
            asked.query.insert("limit".into(), limit.to_string());
            Some(Ok(shop.answer(&asked)))
        });
        let run = Run::of(&shop).unwrap();
        assert_eq!((run.items.len(), run.listed.len(), run.declared), (70, 70, Some(70)), "{most}");
    }
}

#[test]
fn what_a_list_hides_is_missing_from_what_was_declared() {
    let shop = Shop::of(150).twisted(|shop, asked| {
        let answer = shop.answer(asked);
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        if asked.is_list() {
            body["results"]
                .as_array_mut()
                .unwrap()
                .retain(|row| row["listing_id"].as_u64().is_none_or(|id| id % 50 != 7));
        }
        Some(Ok(ok(&body)))
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!((run.items.len(), run.listed.len(), run.declared), (147, 147, Some(150)));
}

#[test]
fn lists_with_gaps_are_lists() {
    let shop = Shop::of(30).twisted(|shop, asked| {
        let answer = shop.answer(asked);
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        if let Some(rows) = body.get("results").and_then(Value::as_array).filter(|rows| !rows.is_empty()).cloned() {
            body["results"] = rows.into_iter().enumerate().map(|(at, value)| ((at * 3).to_string(), value)).collect();
        }
        Some(Ok(ok(&body)))
    });
    assert_eq!(Run::of(&shop).unwrap().items.len(), 30);
}

#[test]
fn a_currency_is_read_or_refused_when_connecting() {
    let with = |code: &'static str| {
        let shop = Shop::of(1).twisted(move |shop, asked: &Asked| {
            let answer = shop.answer(asked);
            if asked.route != format!("/shops/{SHOP}") {
                return Some(Ok(answer));
            }
            let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
            body["currency_code"] = json!(code);
            Some(Ok(ok(&body)))
        });
        check(&shop, &channel()).map(|account| account.currency.unwrap_or_default())
    };
    for code in ["GGP", "BGN", "JPY"] {
        assert_eq!(with(code).as_deref(), Ok(code));
    }
    assert!(matches!(with("BTC"), Err(Error::Unsupported(why)) if why.contains("BTC")));
}

#[test]
fn an_order_that_says_nothing_changes_nothing() {
    let of = |turned: bool| {
        let shop = Shop::of(1);
        shop.change(1, |one| {
            for field in ["tags", "materials", "style"] {
                one[field] = if turned { json!(["b", "a"]) } else { json!(["a", "b"]) };
            }
        });
        Run::of(&shop).unwrap().items["1"].body.clone()
    };
    assert_eq!(of(false), of(true));
}

/// What Etsy leaves out of a whole answer is not taken for a listing that has no SKU.
#[test]
fn an_inventory_that_is_left_out_costs_its_listing() {
    let leaves_out = |shop: &Shop, asked: &Asked| {
        if !asked.route.ends_with("/listings/batch/inventory") {
            return None;
        }
        let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).unwrap();
        body["results"].as_array_mut()?.retain(|row| row["listing_id"] != 3);
        Some(Ok(ok(&body)))
    };
    let run = Run::of(&Shop::of(8).twisted(leaves_out)).unwrap();
    let problems: Vec<_> = run.items.values().filter(|item| !item.problems.is_empty()).collect();
    assert_eq!((run.items.len(), problems.len()), (8, 1));
    assert_eq!((problems[0].source_id.as_str(), problems[0].problems[0].code.as_str()), ("3", "inventory-unreadable"));
}

/// Null, a text, or nothing where a list was asked for says nothing of what the listing has.
#[test]
fn a_list_that_is_none_costs_its_listing() {
    let parts =
        [("images", "/images"), ("videos", "/videos"), ("tags", "/listing/tags"), ("materials", "/listing/materials")];
    for (part, path) in parts {
        for instead in [json!(null), json!("none"), json!(7), Value::Bool(false)] {
            let twist = move |shop: &Shop, asked: &Asked| {
                let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).unwrap();
                for row in body.get_mut("results").and_then(Value::as_array_mut)?.iter_mut() {
                    if row["listing_id"] == 3 && row.get("title").is_some() {
                        row[part] = instead.clone();
                    }
                }
                Some(Ok(ok(&body)))
            };
            let run = Run::of(&Shop::of(5).twisted(twist)).unwrap();
            let problems: Vec<_> = run.items.values().filter(|item| !item.problems.is_empty()).collect();
            assert_eq!((run.items.len(), problems.len()), (5, 1), "{part}");
            assert_eq!(
                (problems[0].problems[0].code.as_str(), problems[0].problems[0].path.as_str()),
                ("listing-incomplete", path)
            );
        }
    }
}

#[test]
fn an_inventory_without_products_costs_its_listing() {
    for products in [json!(null), json!([]), json!("none"), json!([null])] {
        let twist = move |shop: &Shop, asked: &Asked| {
            let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).unwrap();
            let row = body.get_mut("results")?.as_array_mut()?.iter_mut().find(|row| row["listing_id"] == 3)?;
            row.get_mut("inventory")?["products"] = products.clone();
            Some(Ok(ok(&body)))
        };
        let run = Run::of(&Shop::of(5).twisted(twist)).unwrap();
        let problems: Vec<_> = run.items.values().filter(|item| !item.problems.is_empty()).collect();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].problems[0].code, "inventory-unreadable");
    }
}
