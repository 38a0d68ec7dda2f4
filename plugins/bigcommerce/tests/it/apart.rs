//! A product at which the store fails costs itself.

use entrepot_guest::prelude::*;
use entrepot_guest::testing;
use entrepot_plugin_bigcommerce::catalog::fetch_items;
use serde_json::Value;

use crate::shop::{Run, Shop, channel, first};

/// Whatever shows one of these products is a 500; with `ids_too` even a list of their ids.
fn broken(count: u64, at: &'static [u64], ids_too: bool) -> Shop {
    Shop::of(count).twisted(move |shop, asked| {
        let answer = shop.answer(asked);
        if asked.path != "/v3/catalog/products" || (asked.get("include").is_none() && !ids_too) {
            return Some(Ok(answer));
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        let list = body["data"].as_array().unwrap();
        let shows = list.iter().any(|product| product["id"].as_u64().is_some_and(|id| at.contains(&id)));
        Some(Ok(if shows { testing::json(500, r#"{"status":500,"title":"Internal error"}"#) } else { answer }))
    })
}

fn named(run: &Run) -> Vec<&str> {
    run.items.values().filter(|item| !item.problems.is_empty()).map(|item| item.source_id.as_str()).collect()
}

#[test]
fn it_is_named_and_the_others_come_in() {
    for (count, at) in [(12, &[5][..]), (1, &[1][..]), (250, &[1, 100, 101, 250][..])] {
        let run = Run::of(&broken(count, at, false)).unwrap();
        let mut want: Vec<_> = at.iter().map(u64::to_string).collect();
        want.sort();
        assert_eq!((run.items.len() as u64, named(&run)), (count, want.iter().map(String::as_str).collect()), "{at:?}");
        assert_eq!(run.declared, Some(count));
        assert_eq!(run.items[&at[0].to_string()].problems[0].code, "product-unreadable");
    }
}

#[test]
fn deltas_and_items_by_id_get_past_it_too() {
    let delta = PageRequest { scope: Scope::ChangedSince, since: Some(0), ..first() };
    let run = Run::with(&broken(130, &[64], false), delta).unwrap();
    assert_eq!((run.items.len(), named(&run)), (130, vec!["64"]));
    let items = fetch_items(&broken(12, &[5], false), &channel(), None, &["3", "5", "7"].map(String::from)).unwrap();
    let problems: Vec<_> = items.iter().map(|item| (item.source_id.as_str(), item.problems.len())).collect();
    assert_eq!(problems, [("3", 0), ("7", 0), ("5", 1)]);
}

#[test]
fn one_without_a_name_is_passed_by() {
    for at in [&[5][..], &[12][..]] {
        let run = Run::of(&broken(12, at, true)).unwrap();
        let odd: Vec<_> = named(&run);
        assert_eq!((run.items.len(), odd.len(), run.declared), (12, 1, Some(12)), "{at:?}");
        assert!(odd[0].starts_with("unidentified:"));
    }
}

#[test]
fn a_store_that_fails_at_everything_fails() {
    let all: &'static [u64] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    assert!(matches!(Run::of(&broken(12, all, false)), Err(Error::Unavailable(_))));
    assert!(matches!(Run::of(&broken(12, all, true)), Err(Error::Unavailable(_))));
}
