//! A product at which the shop fails costs itself.

use entrepot_guest::prelude::*;
use entrepot_plugin_woocommerce::catalog::fetch_items;
use serde_json::Value;

use crate::shop::{Asked, Run, Shop, channel, first, status};

const CRITICAL: &str = r#"{"code":"internal_server_error","message":"There has been a critical error on this website.","data":{"status":500}}"#;

/// Whatever shows one of these products is a 500; with `ids_too` even a list of their ids.
fn broken(count: u64, at: &'static [u64], ids_too: bool) -> Shop {
    Shop::of(count).twisted(move |shop, asked| {
        let answer = shop.answer(asked);
        let ids_alone = asked.query.get("_fields").is_some_and(|fields| fields == "id");
        if asked.route != "/wc/v3/products" || (ids_alone && !ids_too) {
            return Some(Ok(answer));
        }
        let list: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
        let shows = list.iter().any(|product| product["id"].as_u64().is_some_and(|id| at.contains(&id)));
        Some(Ok(if shows { status(500, CRITICAL) } else { answer }))
    })
}

fn named(run: &Run) -> Vec<&str> {
    run.items.values().filter(|item| !item.problems.is_empty()).map(|item| item.source_id.as_str()).collect()
}

#[test]
fn it_is_named_and_the_others_come_in() {
    for (count, at) in [(12, &[5][..]), (1, &[1][..]), (250, &[1, 100, 101, 250][..]), (130, &[77, 78, 79][..])] {
        let shop = broken(count, at, false);
        let run = Run::of(&shop).unwrap();
        let (mut names, mut want) = (named(&run), at.iter().map(u64::to_string).collect::<Vec<_>>());
        names.sort_unstable();
        want.sort_unstable();
        assert_eq!(
            (run.items.len() as u64, names),
            (count, want.iter().map(String::as_str).collect()),
            "{count} {at:?}"
        );
        assert_eq!(run.declared, Some(count));
        assert!(run.missed().is_empty());
        assert!(shop.asked.borrow().len() < 200, "{} requests", shop.asked.borrow().len());
        let problem = &run.items[&at[0].to_string()].problems[0];
        assert!(problem.code == "product-unreadable" && problem.message.contains("HTTP 500"), "{problem:?}");
    }
}

#[test]
fn deltas_get_past_it_too() {
    let request = PageRequest { scope: Scope::ChangedSince, since: Some(0), ..first() };
    let run = Run::with(&broken(130, &[64], false), request).unwrap();
    assert_eq!((run.items.len(), named(&run)), (130, vec!["64"]));
}

#[test]
fn so_do_items_by_their_ids() {
    let ids = ["3", "5", "7"].map(String::from);
    let items = fetch_items(&broken(12, &[5], false), &channel(), None, &ids).unwrap();
    let problems: Vec<_> = items.iter().map(|item| (item.source_id.as_str(), item.problems.len())).collect();
    assert_eq!(problems, [("3", 0), ("7", 0), ("5", 1)]);
    let alone = fetch_items(&broken(12, &[5], false), &channel(), None, &["5".into()]).unwrap();
    assert_eq!(alone[0].problems[0].code, "product-unreadable");
    // Away is away: nothing is named for it.
    let away = Shop::of(3).twisted(|shop, asked: &Asked| {
        let probe = asked.number("per_page") == 1;
        Some(Ok(if probe || asked.route != "/wc/v3/products" { shop.answer(asked) } else { status(500, CRITICAL) }))
    });
    assert!(matches!(fetch_items(&away, &channel(), None, &["2".into()]), Err(Error::Unavailable(_))));
}

#[test]
fn one_without_a_name_is_passed_by_and_missed() {
    let run = Run::of(&broken(12, &[5], true)).unwrap();
    let odd: Vec<_> = run.items.values().filter(|item| item.source_id.starts_with("unidentified:")).collect();
    assert_eq!((run.items.len(), odd.len()), (12, 1));
    assert!(odd[0].problems[0].message.contains("place 5"), "{}", odd[0].problems[0].message);
    // The list of ids lacks it, and the shop's total does not: nothing is concluded from that.
    assert_eq!((run.listed.len(), run.declared), (11, Some(12)));
}

#[test]
fn a_shop_that_fails_at_everything_fails() {
    let all: &'static [u64] = &[
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    ];
    assert!(matches!(Run::of(&broken(30, all, false)), Err(Error::Unavailable(_))));
    assert!(matches!(Run::of(&broken(30, all, true)), Err(Error::Unavailable(_))));
}
