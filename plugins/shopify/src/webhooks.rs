//! Deliveries: is it Shopify's, is it for this shop, and what does it say?
//!
//! Only the body is signed. Topic, id, date and shop stand in headers and may be somebody else's words about a body that was caught: where
//! they would change what is stored, the body has to look like what they say.

use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time, webhook};
use serde_json::{Value, json};

use crate::gid;
use crate::settings::Address;

const SIGNATURE: &str = "x-shopify-hmac-sha256";

pub fn verify<K: Keys>(keys: &K, channel: &Channel, delivery: &Delivery) -> Result<Verdict, Error> {
    // Of the bytes as they came: written anew they would have other escapes.
    if delivery.body.is_empty() {
        return Ok(Verdict::Rejected("the body is empty".to_owned()));
    }
    if let Err(why) = signed(keys, delivery)? {
        return Ok(Verdict::Rejected(why));
    }
    let header = |name: &str| webhook::header(delivery, name).map(str::trim).filter(|value| !value.is_empty());
    let expected = Address::of(channel)?.domain();
    match header("x-shopify-shop-domain") {
        Some(domain) if domain.eq_ignore_ascii_case(&expected) => {}
        other => {
            let other = other.unwrap_or("nobody");
            return Ok(Verdict::Rejected(format!("it is for {other}, and this channel is {expected}")));
        }
    }
    let Some(topic) = header("x-shopify-topic") else {
        return Ok(Verdict::Rejected("X-Shopify-Topic is missing".to_owned()));
    };
    let Ok(body) = serde_json::from_slice::<Value>(&delivery.body) else {
        return Ok(Verdict::Rejected("the body is no JSON".to_owned()));
    };
    // What the thing itself says of its date first; deliveries come in any order and up to a day late.
    let instant = |text: Option<&str>| text.and_then(time::parse);
    let occurred_at = instant(body.get("updated_at").and_then(Value::as_str))
        .or_else(|| instant(body.get("completed_at").and_then(Value::as_str)))
        // Not signed: a date to come would have what really comes then taken for older.
        .or_else(|| instant(header("x-shopify-triggered-at")).map(|at| at.min(delivery.received_at)));
    let event = event(topic, &body)?;
    // Neither X-Shopify-Webhook-Id nor the event id is signed. Bodies have the date of the change, or tell what happens once: an id that
    // was deleted does not come back.
    let id = webhook::id_of_body(keys, delivery, &event);
    Ok(Verdict::Accepted(Verified { id, topic: topic.to_owned(), occurred_at, events: vec![event] }))
}

/// Under the app's secret, or the one before: after a rotation Shopify signs with it for up to an hour.
fn signed<K: Keys>(keys: &K, delivery: &Delivery) -> Result<Result<(), String>, Error> {
    let why = match webhook::signed_body(keys, "webhook_secret", delivery, SIGNATURE)? {
        Ok(()) => return Ok(Ok(())),
        Err(why) => why,
    };
    match webhook::signed_body(keys, "old_webhook_secret", delivery, SIGNATURE) {
        Ok(Ok(())) => Ok(Ok(())),
        // A channel that never rotated has no such key.
        Ok(Err(_)) | Err(Error::Denied(_)) => Ok(Err(why)),
        Err(error) => Err(error),
    }
}

fn event(topic: &str, body: &Value) -> Result<Event, Error> {
    let ignored = |why: &str| Ok(Event::Ignored(why.to_owned()));
    match topic {
        // Bodies have at most 100 variants whole, no stock by location and no cost, and may be older than what is stored:
        // they say that something changed, and the product is fetched.
        "products/create" | "products/update" => Ok(match product(body) {
            Some(id) => Event::Changed(id),
            None => Event::Ignored("it names no product".to_owned()),
        }),
        "products/delete" => Ok(match product(body) {
            // What is gone has nothing but its id. More is the body of another topic, and a reason to look.
            Some(id) if body.as_object().is_some_and(|fields| fields.len() == 1) => Event::Deleted(id),
            Some(id) => Event::Changed(id),
            None => Event::Ignored("it names no product".to_owned()),
        }),
        "inventory_levels/update" | "inventory_levels/connect" => Ok(match (whole(body, "available"), level(body)) {
            (Some(available), Some((item_id, location_id))) => {
                Event::Stock(vec![StockChange { item_id, location_id, available }])
            }
            (None, Some(_)) if body.get("available").is_some_and(Value::is_null) => {
                Event::Ignored("the item is not counted".to_owned())
            }
            (None, Some(_)) => Event::Ignored("it tells no whole number of what is available".to_owned()),
            (_, None) => Event::Ignored("it names no item and location".to_owned()),
        }),
        // No longer kept there: nothing can be sold from there. A body that tells of a number, or that there is none, is of another topic. Who
        // disconnects the same item twice within the days that deliveries are kept is heard once; the next run of stock finds the rest.
        "inventory_levels/disconnect" => Ok(match level(body) {
            Some(_) if body.get("available").is_some() => return event("inventory_levels/update", body),
            Some((item_id, location_id)) => Event::Stock(vec![StockChange { item_id, location_id, available: 0 }]),
            None => Event::Ignored("it names no item and location".to_owned()),
        }),
        "bulk_operations/finish" => finished(body),
        "app/uninstalled" => Ok(Event::Disconnected),
        "app/scopes_update" => ignored("the app's scopes changed; \"test connection\" shows which are missing"),
        "inventory_items/create" | "inventory_items/update" | "inventory_items/delete" => {
            ignored("items name no product; the next import reads costs and origins")
        }
        "locations/create"
        | "locations/update"
        | "locations/delete"
        | "locations/activate"
        | "locations/deactivate" => ignored("names of locations are read again with the next import"),
        "collections/create" | "collections/update" | "collections/delete" => {
            ignored("collections are read again with the next full import")
        }
        "shop/update" => ignored("the shop's own data are read with each import"),
        "customers/data_request" => ignored(
            "a customer asks for their data: this channel's catalogue holds none; look among the orders by hand",
        ),
        "customers/redact" => ignored(
            "a customer's data must be erased: this channel's catalogue holds none; erase them from the orders by hand",
        ),
        "shop/redact" => {
            ignored("the shop left 48 hours ago and its data must be erased within 30 days: delete this channel")
        }
        other => Ok(Event::Ignored(format!("{other} is of no interest"))),
    }
}

fn finished(body: &Value) -> Result<Event, Error> {
    let Some(id) = body.get("admin_graphql_api_id").and_then(Value::as_str) else {
        return Ok(Event::Ignored("it names no operation".to_owned()));
    };
    if body.get("type").and_then(Value::as_str) != Some("query") {
        return Ok(Event::Ignored("it is no export".to_owned()));
    }
    // In lower case here, in upper case in answers. Whether it succeeded is asked for by whoever waits.
    let status = body.get("status").and_then(Value::as_str).unwrap_or_default();
    Ok(Event::RunReady(paging::encode(&json!({"operation": id, "status": status}))?))
}

fn product(body: &Value) -> Option<String> {
    let by_gid = || body.get("admin_graphql_api_id").and_then(Value::as_str).and_then(gid::number).map(str::to_owned);
    identity(body, "id").or_else(by_gid)
}

fn level(body: &Value) -> Option<(String, String)> {
    Some((identity(body, "inventory_item_id")?, identity(body, "location_id")?))
}

/// A JSON number above zero, of more digits than a float holds.
fn identity(body: &Value, field: &str) -> Option<String> {
    body.get(field)?.as_u64().filter(|id| *id > 0).map(|id| id.to_string())
}

fn whole(body: &Value, field: &str) -> Option<i64> {
    body.get(field)?.as_i64()
}
