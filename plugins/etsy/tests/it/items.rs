//! Listings by id, and batches that Etsy refuses.

use entrepot_guest::prelude::*;
use entrepot_plugin_etsy::catalog::{fetch_items, fetch_page};
use serde_json::{Value, json};

use crate::shop::{Run, STATES, Shop, channel, first, listing, since, status};

fn ids(ids: &[u64]) -> Vec<String> {
    ids.iter().map(u64::to_string).collect()
}

fn fetched(shop: &Shop, wanted: &[String]) -> Vec<String> {
    let items = fetch_items(shop, &channel(), None, wanted).unwrap();
    items.into_iter().map(|item| item.source_id).collect()
}

#[test]
fn drafts_are_had_alone_where_the_batch_shows_public_ones_only() {
    let shop = Shop::with((1..=10).map(|id| listing(id, STATES[id as usize % 5])).collect());
    shop.batch_shows_all.set(false);
    assert_eq!(fetched(&shop, &ids(&(1..=10).collect::<Vec<_>>())).len(), 10);
    let run = Run::with(&shop, since(0)).unwrap();
    assert_eq!((run.items.len(), run.items.values().filter(|item| item.deleted).count()), (10, 0));
}

#[test]
fn leaves_out_what_is_gone_removed_or_somebody_elses() {
    let shop = Shop::of(5);
    shop.change(2, |one| one["shop_id"] = json!(9));
    shop.change(3, |one| one["state"] = json!("removed"));
    shop.remove(4);
    let mut wanted = ids(&[1, 2, 3, 4, 5, 99]);
    wanted.extend(["unidentified:00".to_owned(), "0".to_owned(), "-1".to_owned()]);
    assert_eq!(fetched(&shop, &wanted), ["1", "5"]);
    assert_eq!(fetched(&shop, &[]), Vec::<String>::new());
}

#[test]
fn one_unknown_id_does_not_lose_a_hundred() {
    // The inventory of 42 and 43 is unknown: deleted, and never edited.
    let shop = Shop::of(100).twisted(|shop, asked| {
        if asked.route.ends_with("/listings/42") {
            return Some(Ok(status(404, r#"{"error":"Resource not found"}"#)));
        }
        shop.inventories.borrow_mut().retain(|id, _| *id != 42 && *id != 43);
        None
    });
    let page = fetch_page(&shop, &channel(), &first()).unwrap();
    assert_eq!(page.items.len(), 99);
    assert!(page.items.iter().all(|item| item.source_id != "42" && item.problems.is_empty()));
    let body = |id: &str| page.items.iter().find(|item| item.source_id == id).unwrap().body.clone();
    assert!(body("43").contains("\"inventory\":null") && body("44").contains("\"inventory\":{"));
    assert!(shop.asked_for("/listings/batch/inventory") <= 2 * 8 + 1, "halved, not one by one");
}

#[test]
fn what_a_batch_leaves_out_is_asked_for_alone() {
    let shop = Shop::of(20).twisted(|shop, asked| {
        if asked.route != "/listings/batch/inventory" || asked.query["listing_ids"] == "7" {
            return None;
        }
        let mut answer: Value = serde_json::from_slice(&shop.answer(asked).body).unwrap();
        answer["results"].as_array_mut().unwrap().retain(|one| one["listing_id"] != 7);
        Some(Ok(crate::shop::ok(&answer)))
    });
    let page = fetch_page(&shop, &channel(), &first()).unwrap();
    assert!(page.items.iter().all(|item| item.body.contains("SKU-")));
    assert_eq!(shop.asked_for("/listings/batch/inventory"), 2);
}

#[test]
fn one_unreadable_inventory_does_not_stop_the_page_for_ever() {
    let broken = || {
        Shop::of(20).twisted(|_, asked| {
            let theirs = asked.query.get("listing_ids").is_some_and(|ids| ids.split(',').any(|id| id == "7"));
            (theirs && asked.route.ends_with("inventory")).then(|| Ok(status(500, r#"{"error":"Oops"}"#)))
        })
    };
    assert!(matches!(fetch_page(&broken(), &channel(), &first()), Err(Error::Unavailable(_))));
    let run = Run::of(&broken()).unwrap();
    assert_eq!((run.items.len(), run.items["7"].problems[0].code.as_str()), (20, "inventory-unreadable"));
    assert!(run.items.values().filter(|item| !item.problems.is_empty()).count() == 1);
    let items = fetch_items(&broken(), &channel(), None, &ids(&[6, 7])).unwrap();
    assert_eq!((items.len(), items[0].problems.len(), items[1].problems.len()), (2, 0, 1));
}

#[test]
fn an_item_is_the_same_whatever_way_it_came_and_self_contained() {
    let shop = Shop::of(3);
    let full = Run::of(&shop).unwrap().items;
    let delta = Run::with(&shop, since(0)).unwrap().items;
    let by_id = fetch_items(&shop, &channel(), None, &ids(&[1, 2, 3])).unwrap();
    for item in by_id {
        assert_eq!((&full[&item.source_id], &delta[&item.source_id]), (&item, &item));
    }
    let body: Value = serde_json::from_str(&full["2"].body).unwrap();
    assert_eq!(body["section"], "Tops & Tees");
    assert_eq!(body["taxonomy"], json!(["Clothing", "T-shirts"]));
    assert_eq!(body["profiles"], json!({"14": {"state": "made_to_order", "min_days": 3, "max_days": 5}}));
    for volatile in ["views", "num_favorers", "creation_timestamp", "updated_timestamp", "readiness_state_id"] {
        assert_eq!(body["listing"][volatile], Value::Null, "{volatile} changes by itself");
    }
    assert_eq!(body["images"][0].get("hex_code"), None);
    // Views, favourites, colours of images: nobody changed the goods.
    shop.change(2, |one| {
        one["views"] = json!(99);
        one["creation_timestamp"] = json!(1_790_000_000);
        one["updated_timestamp"] = json!(1_790_000_000);
    });
    let again = Run::of(&shop).unwrap().items;
    assert_eq!(again["2"].body, full["2"].body);
    assert_eq!(again["2"].updated_at, Some(1_790_000_000_000));
}
