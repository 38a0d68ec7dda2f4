//! Stock alone: location by location, what changed.

use std::cell::RefCell;

use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_shopify::stock::fetch_stock;
use serde_json::{Value, json};

use crate::shop::{channel, data, request, shop, status};

const SINCE: i64 = 1_795_257_900_000;

fn level(item: u64, available: i64) -> Value {
    json!({"item": {"id": format!("gid://shopify/InventoryItem/{item}"), "tracked": item != 13},
        "quantities": [{"name": "available", "quantity": available}]})
}

/// Two locations; the first has two pages of levels.
fn answer(variables: &Value) -> Response {
    let (at, levels, levels_end, end) = match (variables["location"].as_str(), variables["after"].as_str()) {
        (None, None) => (7, vec![level(11, 5), level(13, 1)], Some("a"), "one"),
        (None, Some("a")) => (7, vec![level(12, -1)], None, "one"),
        (Some("one"), None) => (8, vec![level(11, 3)], None, "two"),
        other => panic!("{other:?}"),
    };
    let inner = json!({"nodes": levels, "pageInfo": {"hasNextPage": levels_end.is_some(), "endCursor": levels_end}});
    data(json!({"locations": {"nodes": [{"id": format!("gid://shopify/Location/{at}"), "inventoryLevels": inner}],
        "pageInfo": {"hasNextPage": at == 7, "endCursor": end}}}))
}

fn told(host: &TestHost<'_>, mut asked: PageRequest) -> Result<Vec<(String, String, i64)>, Error> {
    let mut levels = Vec::new();
    loop {
        let page = fetch_stock(host, &channel(), &asked)?;
        levels.extend(page.levels.into_iter().map(|level| (level.item_id, level.location_id, level.available)));
        let Some(next) = page.next else { return Ok(levels) };
        asked.cursor = Some(next);
    }
}

#[test]
fn every_location_is_asked_to_its_end() {
    let asked = RefCell::new(Vec::new());
    let host = shop(|name, variables| {
        assert_eq!(name, "StockLevels");
        asked.borrow_mut().push(variables.clone());
        answer(variables)
    });
    let levels = told(&host, request(Scope::ChangedSince, Some(SINCE), None, None)).unwrap();
    let of = |item: &str, location: &str, available| (item.to_owned(), location.to_owned(), available);
    assert_eq!(levels, [of("11", "7", 5), of("12", "7", -1), of("11", "8", 3)], "what is not counted has no level");
    let asked = asked.borrow();
    assert!(asked.iter().all(|asked| asked["query"] == "updated_at:>='2026-11-21T10:43:00Z'"), "{asked:?}");
    assert_eq!(asked[0]["first"], 250, "750 points of the 1,000 that a query may cost");
}

#[test]
fn all_of_it_has_no_filter_and_a_failed_page_asks_for_less() {
    let asked = RefCell::new(Vec::new());
    let host = shop(|_, variables| {
        asked.borrow_mut().push(variables.clone());
        answer(variables)
    });
    fetch_stock(&host, &channel(), &PageRequest { attempt: 2, ..request(Scope::Everything, None, None, None) })
        .unwrap();
    assert_eq!((&asked.borrow()[0]["query"], &asked.borrow()[0]["first"]), (&Value::Null, &json!(62)));
}

#[test]
fn half_an_answer_is_none() {
    let more = json!({"hasNextPage": true, "endCursor": null});
    for odd in [
        json!({"locations": null}),
        json!({"locations": {"nodes": [{"id": "gid://shopify/Location/7"}], "pageInfo": {"hasNextPage": false}}}),
        json!({"locations": {"nodes": [], "pageInfo": more}}),
        json!({"locations": {"nodes": []}}),
    ] {
        let host = shop(|_, _| data(odd.clone()));
        let outcome = told(&host, request(Scope::Everything, None, None, None));
        assert!(matches!(outcome, Err(Error::Unavailable(_))), "{odd}: {outcome:?}");
    }
    // A misspelt filter would give everything.
    let warned = json!({"data": {"locations": {"nodes": [], "pageInfo": {"hasNextPage": false, "endCursor": null}}},
        "extensions": {"search": [{"path": ["locations"], "warnings": [{"field": "x", "message": "Invalid search field"}]}]}});
    let host = shop(|_, _| status(200, warned.to_string()));
    assert!(matches!(told(&host, request(Scope::Everything, None, None, None)), Err(Error::Other(_))));
}
