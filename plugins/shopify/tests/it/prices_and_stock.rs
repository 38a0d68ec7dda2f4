//! Price and stock alone: what is compared, what is sent under which key, and what is told of each.

use std::cell::RefCell;

use entrepot_guest::listing::{ListedVariant, Offer, OfferOutcome};
use entrepot_guest::prelude::*;
use entrepot_guest::testing::TestHost;
use entrepot_plugin_shopify::listings::push_offers;
use serde_json::{Value, json};

use crate::gate::euros;
use crate::selling::beginning;
use crate::shop::{channel, data, name, read, shop, status};

fn offer(variant: u64, available: i64, expected: Option<i64>) -> Offer {
    Offer {
        listing_id: "lst_1".into(),
        external_id: "9".into(),
        of_variant: ListedVariant {
            variant_id: format!("v{variant}"),
            external_id: Some(variant.to_string()),
            item_id: Some((variant + 100).to_string()),
            sku: None,
        },
        price: euros(1_250),
        compare_at: None,
        available: Some(available),
        location_id: None,
        expected,
        key: format!("key-{variant}-{available}"),
        state: "{}".into(),
    }
}

/// As many variants as are asked for, each with this price and this stock.
fn there(variables: &Value, price: &str, available: Option<i64>) -> Response {
    let level = available.map(|quantity| json!({ "quantities": [{ "name": "available", "quantity": quantity }] }));
    let node = |id: &Value| {
        let number = id.as_str().and_then(|id| id.rsplit('/').next()).unwrap_or_default();
        json!({ "id": id, "price": price, "compareAtPrice": null, "inventoryItem": {
            "id": format!("gid://shopify/InventoryItem/1{number}"), "tracked": true, "inventoryLevel": level } })
    };
    let nodes: Vec<Value> = variables["ids"].as_array().into_iter().flatten().map(node).collect();
    data(json!({ "nodes": nodes }))
}

fn payload(name: &str, errors: &Value) -> Response {
    data(json!({ name: { "userErrors": errors } }))
}

fn sent(host: &TestHost<'_>, operation: &str) -> Vec<(String, Value)> {
    let bodies = host.asked().into_iter().filter_map(|request| serde_json::from_slice::<Value>(&request.body?).ok());
    let text = |body: &Value| body["query"].as_str().unwrap_or_default().to_owned();
    bodies.filter(|body| name(&text(body)) == operation).map(|body| (text(&body), body["variables"].clone())).collect()
}

fn offered(host: &TestHost<'_>, offers: &[Offer]) -> Vec<OfferOutcome> {
    push_offers(host, &channel(), offers).expect("outcomes")
}

/// The number that is thought to be there is always said, null too: without it the mutation is refused.
#[test]
fn what_is_expected_is_said_and_nothing_is_null() {
    let host = shop(|name, variables| match name {
        "VariantsThere" => there(variables, "12.5", Some(5)),
        "InventorySet" => payload("inventorySetQuantities", &json!([])),
        name => beginning(name).expect("nothing else"),
    });
    let outcomes = offered(&host, &[offer(91, 7, Some(5)), offer(92, 8, None), offer(93, 5, Some(5))]);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, OfferOutcome::Done)), "{outcomes:?}");
    let (text, set) = sent(&host, "InventorySet").remove(0);
    assert!(text.contains("@idempotent(key: $key)"), "{text}");
    let quantities = set["input"]["quantities"].as_array().expect("quantities");
    assert_eq!(quantities.len(), 2, "what is there already is not written back");
    assert_eq!(quantities[0].get("changeFromQuantity"), Some(&json!(5)));
    assert_eq!(quantities[1].get("changeFromQuantity"), Some(&Value::Null));
    assert!(sent(&host, "VariantsUpdate").is_empty(), "12.5 is the price that was wanted");
}

/// The same try has the same key, another change another one.
#[test]
fn keys_are_of_the_change() {
    let host = shop(|name, variables| match name {
        "VariantsThere" => there(variables, "12.50", Some(5)),
        "InventorySet" => payload("inventorySetQuantities", &json!([])),
        name => beginning(name).expect("nothing else"),
    });
    for offers in [[offer(91, 7, Some(5))], [offer(91, 7, Some(5))], [offer(91, 8, Some(5))]] {
        offered(&host, &offers);
    }
    let mut again = offer(91, 7, Some(5));
    again.key = "key-later".into();
    offered(&host, &[again]);
    let keys: Vec<_> =
        sent(&host, "InventorySet").into_iter().map(|(_, set)| set["key"].as_str().unwrap().to_owned()).collect();
    assert_eq!(keys[0], keys[1]);
    assert!(keys[2] != keys[0] && keys[3] != keys[0] && keys[3] != keys[2], "{keys:?}");
    assert_eq!(keys[0].len(), 32);
}

#[test]
fn a_key_that_is_refused_is_replaced_and_one_at_work_is_waited_for() {
    let vectors =
        read("responses/idempotency-usererrors.json").map(|text| serde_json::from_str::<Value>(&text).unwrap());
    let error = |name: &str, code: &str| {
        let made = json!({ "field": null, "code": code, "message": "No" });
        vectors.as_ref().and_then(|all| all.get(name).cloned()).unwrap_or(made)
    };
    let cases = [
        (error("parameter_mismatch", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"), true),
        (error("failed", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"), true),
        (error("concurrent", "IDEMPOTENCY_CONCURRENT_REQUEST"), false),
    ];
    for (error, is_replaced) in cases {
        let keys = RefCell::new(Vec::new());
        let host = shop(|name, variables| match name {
            "VariantsThere" => there(variables, "12.50", Some(5)),
            "InventorySet" => {
                keys.borrow_mut().push(variables["key"].clone());
                let errors = if keys.borrow().len() == 1 { json!([error]) } else { json!([]) };
                payload("inventorySetQuantities", &errors)
            }
            name => beginning(name).expect("nothing else"),
        });
        let outcome = offered(&host, &[offer(91, 7, Some(5))]).remove(0);
        let keys = keys.borrow();
        match is_replaced {
            true => {
                assert!(matches!(outcome, OfferOutcome::Done) && keys.len() == 2 && keys[0] != keys[1], "{outcome:?}")
            }
            false => assert!(
                matches!(outcome, OfferOutcome::Failed(Error::Unavailable(_))) && keys.len() == 1,
                "{outcome:?}"
            ),
        }
    }
}

/// Nothing is set when one is stale: the others are sent again without it, and the number that is there is told.
#[test]
fn one_that_is_stale_costs_the_others_nothing() {
    let (sets, reads) = (RefCell::new(0), RefCell::new(0));
    let host = shop(|name, variables| match name {
        "VariantsThere" => {
            *reads.borrow_mut() += 1;
            there(variables, "12.50", Some(if *reads.borrow() == 1 { 5 } else { 4 }))
        }
        "InventorySet" => {
            *sets.borrow_mut() += 1;
            let stale = json!([{ "field": ["input", "quantities", "1", "changeFromQuantity"], "code": "CHANGE_FROM_QUANTITY_STALE", "message": "No" }]);
            payload("inventorySetQuantities", &if *sets.borrow() == 1 { stale } else { json!([]) })
        }
        name => beginning(name).expect("nothing else"),
    });
    let outcomes = offered(&host, &[offer(91, 7, Some(5)), offer(92, 8, Some(5)), offer(93, 9, Some(5))]);
    assert!(
        matches!(outcomes[..], [OfferOutcome::Done, OfferOutcome::Stale(Some(4)), OfferOutcome::Done]),
        "{outcomes:?}"
    );
    let second = sent(&host, "InventorySet").remove(1).1;
    assert_eq!(second["input"]["quantities"].as_array().map(Vec::len), Some(2));
}

#[test]
fn many_are_sent_in_parts_that_the_shop_takes() {
    let host = shop(|name, variables| match name {
        "VariantsThere" => there(variables, "9.99", Some(5)),
        "InventorySet" => payload("inventorySetQuantities", &json!([])),
        "VariantsUpdate" => payload("productVariantsBulkUpdate", &json!([])),
        name => beginning(name).expect("nothing else"),
    });
    let offers: Vec<Offer> = (0..600).map(|at| offer(1_000 + at, 7, Some(5))).collect();
    assert!(offered(&host, &offers).iter().all(|outcome| matches!(outcome, OfferOutcome::Done)));
    let parts = |operation: &str, at: &str| {
        let of = |(_, variables): &(String, Value)| variables.pointer(at).and_then(Value::as_array).map_or(0, Vec::len);
        sent(&host, operation).iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(parts("InventorySet", "/input/quantities"), [150, 150, 150, 150]);
    assert_eq!(parts("VariantsUpdate", "/variants"), [150, 150, 150, 150]);
}

/// What the shop granted points for is done, and only the rest comes again.
#[test]
fn throttling_in_the_middle_loses_nothing() {
    let reads = RefCell::new(0);
    let throttled =
        json!({ "errors": [{ "message": "Throttled", "extensions": { "code": "THROTTLED" } }] }).to_string();
    let host = shop(|name, variables| match name {
        "VariantsThere" => {
            *reads.borrow_mut() += 1;
            if *reads.borrow() == 2 { status(200, throttled.clone()) } else { there(variables, "12.50", Some(5)) }
        }
        "InventorySet" => payload("inventorySetQuantities", &json!([])),
        name => beginning(name).expect("nothing else"),
    });
    let offers: Vec<Offer> = (0..400).map(|at| offer(1_000 + at, 7, Some(5))).collect();
    let outcomes = offered(&host, &offers);
    assert!(outcomes[..150].iter().all(|outcome| matches!(outcome, OfferOutcome::Done)));
    assert!(outcomes[150..].iter().all(|outcome| matches!(outcome, OfferOutcome::Failed(Error::RateLimited(_)))));
    assert_eq!(*reads.borrow(), 2, "the next part would fare no better");
}

#[test]
fn prices_are_refused_by_row_and_go_with_null_where_there_is_no_reduction() {
    let host = shop(|name, variables| match name {
        "VariantsThere" => there(variables, "9.99", Some(7)),
        "VariantsUpdate" => {
            let error =
                json!([{ "field": ["variants", "1", "price"], "code": "NEGATIVE_PRICE_VALUE", "message": "No" }]);
            payload("productVariantsBulkUpdate", &error)
        }
        name => beginning(name).expect("nothing else"),
    });
    let mut reduced = offer(92, 7, Some(7));
    reduced.compare_at = euros(1_500);
    let outcomes = offered(&host, &[offer(91, 7, Some(7)), reduced]);
    assert!(
        matches!(&outcomes[..], [OfferOutcome::Done, OfferOutcome::Refused(issues)] if issues[0].code == "price-refused"),
        "{outcomes:?}"
    );
    let (text, update) = sent(&host, "VariantsUpdate").remove(0);
    assert!(text.contains("allowPartialUpdates: true"));
    assert_eq!(update["variants"][0].get("compareAtPrice"), Some(&Value::Null));
    assert_eq!(update["variants"][1]["compareAtPrice"], "15.00");
}

#[test]
fn a_product_that_is_gone_is_said_so() {
    let host = shop(|name, variables| match name {
        "VariantsThere" => {
            let nodes: Vec<Value> = variables["ids"].as_array().into_iter().flatten().map(|_| Value::Null).collect();
            data(json!({ "nodes": nodes }))
        }
        "VariantsUpdate" => {
            let error = json!([{ "field": ["productId"], "code": "PRODUCT_DOES_NOT_EXIST", "message": "No" }]);
            payload("productVariantsBulkUpdate", &error)
        }
        name => beginning(name).expect("nothing else"),
    });
    let outcomes = offered(&host, &[offer(91, 7, None), offer(92, 7, None)]);
    for outcome in &outcomes {
        assert!(
            matches!(outcome, OfferOutcome::Refused(issues) if issues.len() == 1 && issues[0].code == "listing-gone"),
            "{outcome:?}"
        );
    }
}
