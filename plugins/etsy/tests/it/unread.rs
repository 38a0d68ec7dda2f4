//! Lists that cannot be read are asked for again, and then done without and said.

use std::cell::Cell;

use entrepot_guest::prelude::*;
use entrepot_plugin_etsy::catalog::fetch_items;
use entrepot_plugin_etsy::map_product;
use serde_json::{Value, json};

use crate::shop::{Asked, Run, Shop, channel, ok, status};

const LISTS: [(&str, &str); 3] =
    [("/sections", "sections"), ("/nodes", "categories"), ("/readiness-state-definitions", "profiles")];

fn failing(route: &'static str, code: u16, times: usize) -> Shop {
    let left = Cell::new(times);
    Shop::of(130).twisted(move |_, asked: &Asked| {
        if !asked.route.ends_with(route) || left.get() == 0 {
            return None;
        }
        left.set(left.get() - 1);
        Some(Ok(status(code, r#"{"error":"Oops"}"#)))
    })
}

fn codes(item: &RawItem) -> Vec<String> {
    map_product(&channel(), item).unwrap().warnings.into_iter().map(|warning| warning.code).collect()
}

#[test]
fn a_list_that_fails_for_a_while_is_read() {
    let base = Run::of(&Shop::of(130)).unwrap();
    for (route, list) in LISTS {
        for code in [500, 409] {
            assert_eq!(Run::of(&failing(route, code, 2)).unwrap().items, base.items, "{list} {code}");
        }
    }
}

#[test]
fn a_list_that_stays_unread_is_done_without_and_said() {
    let base = Run::of(&Shop::of(130)).unwrap();
    for (route, list) in LISTS {
        let shop = failing(route, 500, usize::MAX);
        let run = Run::of(&shop).unwrap();
        assert_eq!((run.items.len(), run.declared), (130, Some(130)), "{list}");
        let item = &run.items["7"];
        assert_eq!(codes(item), [format!("{list}-unread")]);
        assert_ne!(item.body, base.items["7"].body, "it counts as changed when the list can be read");
        let context: Value = serde_json::from_str(run.context.as_deref().unwrap()).unwrap();
        assert_eq!(context["facts"][list], "unread", "{context}");
        // What asks for single listings asks again.
        let alone = fetch_items(&failing(route, 500, usize::MAX), &channel(), None, &["7".into()]);
        assert!(matches!(&alone, Err(Error::Unavailable(why)) if why.contains(route)), "{alone:?}");
    }
}

#[test]
fn what_needs_no_list_says_nothing() {
    let shop = failing("/sections", 500, usize::MAX);
    shop.change(7, |one| one["shop_section_id"] = Value::Null);
    assert_eq!(codes(&Run::of(&shop).unwrap().items["7"]), Vec::<String>::new());
}

#[test]
fn one_of_two_sections_is_not_all_of_them() {
    let shop = Shop::of(3).twisted(|shop, asked| {
        let mut body: Value = serde_json::from_slice(&shop.answer(asked).body).unwrap();
        body["count"] = json!(2);
        asked.route.ends_with("/sections").then(|| Ok(ok(&body)))
    });
    let run = Run::of(&shop).unwrap();
    assert_eq!(codes(&run.items["1"]), ["sections-unread"]);
}
