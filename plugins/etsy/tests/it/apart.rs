//! A listing at which Etsy fails costs itself.

use entrepot_guest::prelude::*;
use entrepot_plugin_etsy::catalog::fetch_items;
use serde_json::Value;

use crate::shop::{Asked, Run, Shop, channel, first, since, status};

/// Whatever shows one of these listings is a 500: what comes with images; with `rows_too` even a row in a list.
fn broken(count: u64, at: &'static [u64], rows_too: bool) -> Shop {
    Shop::of(count).twisted(move |shop, asked: &Asked| {
        let answer = shop.answer(asked);
        if !asked.route.contains("/listings") || (!asked.query.contains_key("includes") && !rows_too) {
            return Some(Ok(answer));
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let rows = body["results"].as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        let shows = rows.iter().any(|row| row["listing_id"].as_u64().is_some_and(|id| at.contains(&id)));
        Some(Ok(if shows { status(500, r#"{"error":"Internal"}"#) } else { answer }))
    })
}

fn named(run: &Run) -> Vec<&str> {
    run.items.values().filter(|item| !item.problems.is_empty()).map(|item| item.source_id.as_str()).collect()
}

#[test]
fn it_is_named_and_the_others_come_in() {
    for (count, at) in [(12, &[5][..]), (1, &[1][..]), (150, &[1, 98, 150][..])] {
        let run = Run::of(&broken(count, at, false)).unwrap();
        let mut want: Vec<_> = at.iter().map(u64::to_string).collect();
        want.sort();
        assert_eq!((run.items.len() as u64, named(&run)), (count, want.iter().map(String::as_str).collect()), "{at:?}");
        assert_eq!(run.items[&at[0].to_string()].problems[0].code, "listing-unreadable");
    }
}

#[test]
fn deltas_and_listings_by_id_get_past_it_too() {
    let run = Run::with(&broken(130, &[64], false), since(1)).unwrap();
    assert_eq!((run.items.len(), named(&run)), (130, vec!["64"]));
    let items = fetch_items(&broken(12, &[5], false), &channel(), None, &["3", "5", "7"].map(String::from)).unwrap();
    let problems: Vec<_> = items.iter().map(|item| (item.source_id.as_str(), item.problems.len())).collect();
    assert_eq!(problems, [("3", 0), ("7", 0), ("5", 1)]);
}

#[test]
fn one_without_a_name_is_passed_by_and_missed() {
    let run = Run::of(&broken(12, &[5], true)).unwrap();
    let odd = named(&run);
    assert_eq!((run.items.len(), odd.len(), run.declared), (12, 1, Some(12)));
    assert!(odd[0].starts_with("unidentified:") && run.items[odd[0]].problems[0].message.contains("place 5"));
    assert_eq!(run.listed.len(), 12, "something is there");
}

#[test]
fn a_marketplace_that_fails_at_everything_fails() {
    let all: &'static [u64] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    assert!(matches!(Run::of(&broken(12, all, false)), Err(Error::Unavailable(_))));
    assert!(matches!(Run::of(&broken(12, all, true)), Err(Error::Unavailable(_))));
}

/// Etsy shows the inventory of no listing with these to anybody, though the account is well.
fn refused(count: u64, at: &'static [u64]) -> Shop {
    Shop::of(count).twisted(move |_, asked: &Asked| {
        let ids = asked.query.get("listing_ids")?;
        let shows = ids.split(',').filter_map(|id| id.parse().ok()).any(|id: u64| at.contains(&id));
        let is_inventory = asked.route.ends_with("/listings/batch/inventory");
        (is_inventory && shows).then(|| Ok(status(403, r#"{"error":"Not yours"}"#)))
    })
}

#[test]
fn an_inventory_that_is_refused_costs_its_listing() {
    // By then the host has asked whether the account is well.
    let again = || PageRequest { attempt: 3, ..first() };
    let run = Run::with(&refused(12, &[5]), again()).unwrap();
    assert_eq!((run.items.len(), named(&run)), (12, vec!["5"]));
    assert!(matches!(Run::of(&refused(12, &[5])), Err(Error::Unauthorized(_))), "not before");
    let all: &'static [u64] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    assert!(matches!(Run::with(&refused(12, all), again()), Err(Error::Unauthorized(_))));
}
