//! Operations that do not end well. Nothing may be concluded from what they leave behind.

use std::cell::Cell;

use entrepot_guest::prelude::*;
use serde_json::{Value, json};

use crate::bulk::{LINES, answer};
use crate::shop::{FILE, Run, data, names, operation, read, shop, status};

pub(crate) fn ended(status: &str, code: Option<&str>) -> Response {
    data(
        json!({"bulkOperation": {"id": "gid://shopify/BulkOperation/1", "status": status, "errorCode": code, "objectCount": "432",
        "rootObjectCount": "100", "url": null, "partialDataUrl": "https://storage.googleapis.com/partial"}}),
    )
}

#[test]
fn what_shopify_gave_up_on_is_started_again_a_few_times() {
    for (state, code) in
        [("CANCELED", None), ("FAILED", Some("TIMEOUT")), ("FAILED", Some("INTERNAL_SERVER_ERROR")), ("EXPIRED", None)]
    {
        let polls = Cell::new(0);
        let host = shop(|name, variables| match name {
            "BulkPoll" if polls.replace(polls.get() + 1) < 2 => ended(state, code),
            _ => answer(name, variables, LINES, 2),
        });
        assert_eq!(Run::full(&host).unwrap().items.len(), 2, "{state}");
        assert_eq!(names(&host).iter().filter(|name| *name == "BulkRun").count(), 4, "{state}");

        let host = shop(|name, variables| match name {
            "BulkPoll" => ended(state, code),
            "GET" => panic!("partial data were read"),
            _ => answer(name, variables, LINES, 2),
        });
        assert!(matches!(Run::full(&host), Err(Error::Unavailable(_))), "{state}");
        assert!(names(&host).iter().filter(|name| *name == "BulkRun").count() <= 8, "{state}");
    }
}

#[test]
fn a_missing_scope_is_not_tried_again() {
    let host = shop(|name, variables| match name {
        "BulkPoll" => ended("FAILED", Some("ACCESS_DENIED")),
        _ => answer(name, variables, LINES, 2),
    });
    match Run::full(&host) {
        Err(Error::Unauthorized(message)) => assert!(message.contains("read_inventory"), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_file_means_no_products() {
    let host = shop(|name, variables| match name {
        "BulkPoll" => operation("COMPLETED", None, 0),
        "GET" => panic!("there is no file"),
        _ => answer(name, variables, "", 0),
    });
    let run = Run::full(&host).unwrap();
    assert_eq!((run.items.len(), run.total), (0, Some(0)));
}

/// An operation that counts what it has no file of, of the products or of the collections.
#[test]
fn no_file_although_something_was_counted_is_not_empty() {
    let counted = |objects: Value, roots: Value, partial: Value| {
        data(json!({"bulkOperation": {"id": "gid://shopify/BulkOperation/1", "status": "COMPLETED", "errorCode": null,
            "objectCount": objects, "rootObjectCount": roots, "url": null, "partialDataUrl": partial}}))
    };
    let none = Value::Null;
    for (objects, roots, partial) in [
        (json!("90"), json!("30"), none.clone()),
        (json!("0"), json!("30"), none.clone()),
        (none.clone(), none.clone(), none.clone()),
        (json!("0"), json!("0"), json!("https://storage.googleapis.com/partial")),
    ] {
        for of in [1, 2] {
            let id = json!(format!("gid://shopify/BulkOperation/{of}"));
            let polls = Cell::new(0);
            let answered = |times: usize| {
                let (id, polls, contradicts) = (&id, &polls, counted(objects.clone(), roots.clone(), partial.clone()));
                polls.set(0);
                move |name: &str, variables: &Value| match name {
                    "BulkPoll" if variables["id"] == *id && polls.replace(polls.get() + 1) < times => {
                        contradicts.clone()
                    }
                    _ => answer(name, variables, LINES, 2),
                }
            };
            let run = Run::full(&shop(answered(2))).unwrap();
            assert_eq!((run.items.len(), run.total), (2, Some(2)), "{objects} {of}");
            assert!(run.items[1].body.contains("\"title\":\"New\""), "its collection: {}", run.items[1].body);
            let host = shop(answered(usize::MAX));
            assert!(matches!(Run::full(&host), Err(Error::Unavailable(_))), "{objects} {of}");
            assert!(names(&host).iter().filter(|name| *name == "BulkRun").count() <= 8);
        }
    }
}

/// Collections whose file stays short: another operation writes a new one, a few times.
#[test]
fn collections_that_were_cut_off_are_written_anew() {
    for (cut, objects) in [("", 3), (crate::bulk::SHELVES.lines().last().unwrap(), 2)] {
        let runs = Cell::new(0);
        let host = shop(|name, variables| match name {
            "BulkRun" => {
                runs.set(runs.get() + 1);
                answer(name, variables, LINES, 2)
            }
            "BulkPoll" if variables["id"] == "gid://shopify/BulkOperation/2" => {
                operation("COMPLETED", Some("https://storage.googleapis.com/shelves"), objects)
            }
            "GET" if variables != FILE && runs.get() <= 2 => status(200, cut),
            _ => answer(name, variables, LINES, 2),
        });
        let (mut cursor, mut context, mut attempt) = (None, None, 0);
        for _ in 0..30 {
            let request = PageRequest {
                attempt,
                ..crate::shop::request(Scope::Everything, None, cursor.clone(), context.clone())
            };
            match entrepot_plugin_shopify::catalog::fetch_page(&host, &crate::shop::channel(), &request) {
                Err(Error::Unavailable(_)) => attempt += 1,
                Err(other) => panic!("{other:?}"),
                Ok(page) => {
                    (attempt, context, cursor) = (0, page.context.or(context), page.next);
                    if runs.get() > 2 {
                        break;
                    }
                }
            }
        }
        assert_eq!(runs.get(), 3);
    }
}

#[test]
fn an_operation_that_is_gone_is_started_again() {
    let polls = Cell::new(0);
    let host = shop(|name, variables| match name {
        "BulkPoll" if polls.replace(polls.get() + 1) == 0 => data(json!({"bulkOperation": null})),
        _ => answer(name, variables, LINES, 2),
    });
    assert_eq!(Run::full(&host).unwrap().items.len(), 2);
}

#[test]
fn waits_for_a_free_slot() {
    for code in ["OPERATION_IN_PROGRESS", "LIMIT_REACHED"] {
        let tries = Cell::new(0);
        let refused = json!({"bulkOperationRunQuery": {"bulkOperation": null, "userErrors": [
            {"code": code, "field": null, "message": "A bulk query operation for this app and shop is already in progress"}]}});
        let host = shop(|name, variables| match name {
            "BulkRun" if tries.replace(tries.get() + 1) < 6 => data(refused.clone()),
            _ => answer(name, variables, LINES, 2),
        });
        let run = Run::full(&host).unwrap();
        assert_eq!(run.items.len(), 2);
        assert_eq!(run.waits[0], 30_000);
    }
    if let Some(text) = read("responses/bulk-in-progress-usererror.json") {
        let host = shop(|name, variables| match name {
            "BulkRun" => status(200, text.clone()),
            _ => answer(name, variables, LINES, 2),
        });
        assert_eq!(Run::of(&host, Scope::Everything, None, 3).unwrap().waits, [30_000; 3]);
    }
}

#[test]
fn a_query_that_is_refused_is_the_adapters_fault() {
    let host = shop(|name, variables| match name {
        "BulkRun" => data(json!({"bulkOperationRunQuery": {"bulkOperation": null, "userErrors": [
            {"code": "INVALID", "field": ["query"], "message": "Bulk queries cannot contain more than 5 connections."}]}})),
        _ => answer(name, variables, LINES, 2),
    });
    assert!(matches!(Run::full(&host), Err(Error::Other(message)) if message.contains("5 connections")));
}
