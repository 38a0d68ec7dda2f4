//! What goes wrong before there are products.

use std::hint::black_box;

use entrepot_guest::http::{Get, classify, post_json};
use entrepot_guest::prelude::*;
use entrepot_guest::{json, paging};
use serde_json::Value;

use crate::setting;

pub(crate) fn account(channel: &Channel) -> Result<Account, Error> {
    let about = get(channel, "/api/about");
    let name = match setting(channel, "sin").as_str() {
        "nameless" => String::new(),
        "trusting" => about.map(|about| text(&about, "name")).unwrap_or_else(|_| "some shop".to_owned()),
        _ => text(&about?, "name"),
    };
    Ok(Account { name, url: None, currency: None, details: Vec::new(), warnings: Vec::new() })
}

pub(crate) fn page(channel: &Channel, request: &PageRequest) -> Result<Page, Error> {
    let sin = setting(channel, "sin");
    if sin == "hungry" {
        black_box(vec![1_u8; 12 << 20]);
    }
    let number: u64 = paging::decode(request.cursor.as_deref())?;
    // Where the shop is asked for "the next", it is the shop that knows which one that is.
    let path = match request.since {
        _ if sin == "forgetful" => "/api/next".to_owned(),
        Some(since) => format!("/api/products?since={since}&page={}", number + 1),
        None => format!("/api/products?page={}", number + 1),
    };
    let answer = match get(channel, &path) {
        Err(_) if sin == "swallowing" => Value::Null,
        answer => answer?,
    };
    let mut page = paging::empty_page();
    page.items = items_of(channel, &answer);
    if sin != "keeping" {
        let gone = answer["gone"].as_array().map(Vec::as_slice).unwrap_or_default();
        page.items.extend(gone.iter().map(|id| RawItem::tombstone(id.to_string())));
    }
    page.total = answer["total"].as_u64();
    if answer["more"] == true {
        page.next = Some(paging::encode(&(number + 1))?);
    }
    match sin.as_str() {
        "losing" => drop(page.items.pop()),
        "repeating" => page.items.extend(page.items.clone()),
        _ => {}
    }
    Ok(page)
}

pub(crate) fn stock(channel: &Channel, request: &PageRequest) -> Result<StockPage, Error> {
    let sin = setting(channel, "sin");
    let number: u64 = paging::decode(request.cursor.as_deref())?;
    let path = if sin == "absent-minded" { "/api/next".to_owned() } else { format!("/api/stock?page={}", number + 1) };
    let answer = match get(channel, &path) {
        Err(_) if sin == "gulping" => Value::Null,
        answer => answer?,
    };
    let levels = answer["levels"].as_array().map(Vec::as_slice).unwrap_or_default();
    let level = |level: &Value| StockLevel {
        item_id: if sin == "renaming" { format!("item-{}", level["id"]) } else { level["id"].to_string() },
        location_id: "default".to_owned(),
        available: level["available"].as_i64().unwrap_or_default(),
    };
    let mut page = paging::empty_stock_page();
    page.levels = levels.iter().map(level).collect();
    if sin == "echoing" {
        page.levels.extend(page.levels.clone());
    }
    if answer["more"] == true {
        page.next = Some(paging::encode(&(number + 1))?);
    }
    Ok(page)
}

pub(crate) fn items(channel: &Channel, ids: &[String]) -> Result<Vec<RawItem>, Error> {
    let answer = get(channel, &format!("/api/products?ids={}", ids.join(",")))?;
    if setting(channel, "sin") == "unfindable" {
        return Ok(Vec::new());
    }
    Ok(items_of(channel, &answer))
}

/// The shop keeps one for each time it is told to.
pub(crate) fn subscribe(channel: &Channel, callback_url: &str) -> Result<Vec<Subscription>, Error> {
    let there = subscriptions(channel)?;
    if !there.is_empty() && setting(channel, "sin") != "insisting" {
        return Ok(there);
    }
    let body = serde_json::json!({"url": callback_url}).to_string().into_bytes();
    let made: Value = json::parse(classify(Host.send(&post_json(place(channel, "/api/webhooks"), body))?)?.body)?;
    Ok(there.into_iter().chain([subscription(&text(&made, "id"))]).collect())
}

pub(crate) fn subscriptions(channel: &Channel) -> Result<Vec<Subscription>, Error> {
    let answer = get(channel, "/api/webhooks")?;
    let ids = answer["ids"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(ids.iter().filter_map(Value::as_str).map(subscription).collect())
}

pub(crate) fn unsubscribe(channel: &Channel, ids: &[String]) -> Result<(), Error> {
    for id in ids {
        let request = Get::new(place(channel, &format!("/api/webhooks/{id}"))).request();
        classify(Host.send(&Request { method: Method::Delete, ..request })?)?;
    }
    Ok(())
}

fn subscription(id: &str) -> Subscription {
    Subscription { id: id.to_owned(), topic: "product".to_owned(), callback_url: String::new(), active: true }
}

fn items_of(channel: &Channel, answer: &Value) -> Vec<RawItem> {
    let products = answer["products"].as_array().map(Vec::as_slice).unwrap_or_default();
    let note = if setting(channel, "sin") == "telling" { setting(channel, "note") } else { String::new() };
    let muddled = setting(channel, "sin") == "muddled";
    let item = |product: &Value| {
        let mut product = product.clone();
        product["note"] = note.clone().into();
        if let (false, Some(tags)) = (muddled, product["tags"].as_array_mut()) {
            tags.sort_by_key(Value::to_string);
        }
        RawItem {
            source_id: product["id"].to_string(),
            updated_at: None,
            body: product.to_string(),
            deleted: false,
            problems: Vec::new(),
        }
    };
    products.iter().map(item).collect()
}

fn get(channel: &Channel, path: &str) -> Result<Value, Error> {
    let answer: Value = json::parse(classify(Host.send(&Get::new(place(channel, path)).request())?)?.body)?;
    if answer.is_object() {
        Ok(answer)
    } else {
        Err(Error::Unavailable("the shop answered with something else".into()))
    }
}

fn place(channel: &Channel, path: &str) -> String {
    let base = channel.bindings.iter().find(|(name, _)| name == "shop_url").map_or("", |(_, url)| url.as_str());
    format!("{}{path}", base.trim_end_matches('/'))
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
