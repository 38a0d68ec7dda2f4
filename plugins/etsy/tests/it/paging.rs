//! Runs over a shop that stands still, and the requests they take.

use entrepot_guest::prelude::*;
use entrepot_plugin_etsy::catalog::{fetch_items, fetch_page};
use serde_json::{Value, json};

use crate::shop::{Run, SHOP, STATES, Shop, channel, first, listing, ok, since, status};

#[test]
fn reads_everything_and_ends() {
    for count in [0, 1, 5, 97, 99, 100, 101, 197, 198, 250, 1001] {
        let shop = Shop::of(count);
        let run = Run::of(&shop).unwrap();
        assert_eq!((run.items.len() as u64, run.listed.len() as u64, run.declared), (count, count, Some(count)));
    }
}

#[test]
fn reads_every_state_not_only_the_active_ones() {
    let listings = (1..=50).map(|id| listing(id, STATES[id as usize % 5])).collect();
    let run = Run::of(&Shop::with(listings)).unwrap();
    assert_eq!((run.items.len(), run.listed.len(), run.declared), (50, 50, Some(50)));
}

#[test]
fn a_hundred_listings_are_two_requests_and_another_to_sweep() {
    let shop = Shop::of(1000);
    Run::of(&shop).unwrap();
    // 11 pages of 97 new ones; active is swept twice; 5 counts; the other states once each.
    assert_eq!(shop.asked_for("/listings/batch/inventory"), 11);
    assert_eq!(shop.asked_for(&format!("/shops/{SHOP}/listings")), 11 + 2 * 11 + 5 + 4 + 4);
    assert_eq!(shop.asked_for("/seller-taxonomy/nodes"), 1, "asked once and kept as context");
    let asked = shop.asked.borrow();
    for one in asked.iter() {
        let public = matches!(one.route.rsplit('/').next(), Some("sections" | "nodes"));
        assert_eq!(one.credential, if public { "app" } else { "shop" }, "{}", one.route);
        assert!(!one.query.contains_key("sort_on"), "no order is relied on");
        assert!(
            one.query.get("includes").is_none_or(|includes| !includes.contains("Inventory")),
            "gone since July 2026"
        );
    }
}

#[test]
fn a_delta_asks_for_details_of_what_changed_only() {
    let shop = Shop::of(500);
    shop.turn(7, "active", 1_800_000_000);
    shop.turn(300, "sold_out", 1_800_000_000);
    // Another field alone tells of this one.
    shop.change(450, |one| one["state_timestamp"] = json!(1_800_000_000));
    let run = Run::with(&shop, since(1_799_999_000)).unwrap();
    assert_eq!(run.items.keys().collect::<Vec<_>>(), ["300", "450", "7"]);
    assert_eq!((run.listed.len(), run.declared), (0, None), "a delta deletes nothing and promises nothing");
    assert_eq!((shop.asked_for("/listings/batch"), shop.asked_for("/listings/batch/inventory")), (3, 3));
    let full = Run::of(&shop).unwrap();
    for (id, item) in &run.items {
        assert_eq!(item, &full.items[id], "the same item, whatever way it was read");
    }
    // Etsy's clock may be behind: ten minutes of overlap.
    assert_eq!(Run::with(&shop, since(1_800_000_600)).unwrap().items.len(), 3);
    assert_eq!(Run::with(&shop, since(1_800_000_601)).unwrap().items.len(), 0);
}

#[test]
fn a_row_without_timestamps_counts_as_changed() {
    let shop = Shop::of(3);
    shop.change(2, |one| {
        one["last_modified_timestamp"] = Value::Null;
        one["updated_timestamp"] = Value::Null;
    });
    let run = Run::with(&shop, since(1_800_000_000)).unwrap();
    assert_eq!((run.items.len(), run.items["2"].updated_at), (1, None));
}

#[test]
fn a_delta_says_what_is_gone_meanwhile() {
    let shop = Shop::of(3).twisted(|shop, asked| {
        if asked.route == "/listings/batch" {
            shop.remove(2);
        }
        None
    });
    let run = Run::with(&shop, since(0)).unwrap();
    assert_eq!(
        run.items.values().filter(|item| item.deleted).map(|item| item.source_id.as_str()).collect::<Vec<_>>(),
        ["2"]
    );
}

#[test]
fn an_element_without_an_id_is_not_lost() {
    let shop = Shop::of(3);
    shop.change(2, |one| one["listing_id"] = Value::Null);
    let run = Run::of(&shop).unwrap();
    let odd: Vec<_> = run.items.values().filter(|item| item.source_id.starts_with("unidentified:")).collect();
    assert_eq!((run.items.len(), odd.len(), odd[0].problems[0].code.as_str()), (3, 1, "id-missing"));
}

#[test]
fn an_id_that_is_no_number_of_ours_is_listed_as_something() {
    for id in [Value::Null, serde_json::from_str("123456789012345678901234567890").unwrap()] {
        let shop = Shop::of(3);
        shop.change(2, |one| one["listing_id"] = id.clone());
        let run = Run::of(&shop).unwrap();
        assert_eq!(run.listed.iter().filter(|id| id.starts_with("unidentified:")).count(), 1, "{id}");
        let odd = run.items.keys().filter(|id| id.starts_with("unidentified:")).count();
        assert_eq!((run.items.len(), odd), (3, 1), "{id}");
    }
}

#[test]
fn a_single_answer_without_an_id_is_no_answer() {
    let shop = Shop::of(3).twisted(|_, asked| {
        let row = r#"{"listing_id":null,"title":"Mug"}"#;
        match asked.route.as_str() {
            "/listings/batch" => Some(Ok(status(200, &format!(r#"{{"count":1,"results":[{row}]}}"#)))),
            "/listings/2" => Some(Ok(status(200, row))),
            _ => None,
        }
    });
    let error = fetch_items(&shop, &channel(), None, &["2".into()]);
    assert!(!matches!(error, Ok(ref items) if items.iter().all(|item| item.problems.is_empty())), "{error:?}");
}

#[test]
fn what_is_no_list_is_tried_again_never_taken_for_empty() {
    for body in [
        "",
        "<h1>Oops</h1>",
        "null",
        "[]",
        "{}",
        r#"{"count":0}"#,
        r#"{"count":1,"results":{}}"#,
        r#"{"count":3,"results":[{}"#,
        r#"{"count":2,"results":[1,2]}"#,
    ] {
        let shop = Shop::of(3).twisted(move |_, asked| asked.is_list().then(|| Ok(status(200, body))));
        let error = fetch_page(&shop, &channel(), &first());
        assert!(matches!(error, Err(Error::Unavailable(_))), "{body}: {error:?}");
    }
}

#[test]
fn a_slow_shop_is_asked_for_less_and_counts_may_be_wrong() {
    let shop = Shop::of(130).twisted(|_, asked| {
        (asked.is_list() && asked.number("limit") > 25).then(|| Ok(status(504, "Gateway Time-out")))
    });
    assert_eq!(Run::of(&shop).unwrap().listed.len(), 130);
    for count in [json!(null), json!("many"), json!(100_000)] {
        let shop = Shop::of(230).twisted(move |shop, asked| {
            let mut answer: Value = serde_json::from_slice(&shop.answer(asked).body).unwrap();
            answer["count"] = count.clone();
            asked.is_list().then(|| Ok(ok(&answer)))
        });
        assert_eq!(Run::of(&shop).unwrap().listed.len(), 230);
    }
}

#[test]
fn a_small_limit_and_a_foreign_cursor() {
    let shop = Shop::of(23);
    assert_eq!(Run::with(&shop, PageRequest { limit: 1, ..first() }).unwrap().listed.len(), 23);
    for cursor in ["[1]", r#"{"list":99}"#] {
        let request = PageRequest { cursor: Some(cursor.into()), ..first() };
        assert!(matches!(fetch_page(&shop, &channel(), &request), Err(Error::Other(_))), "{cursor}");
    }
}
