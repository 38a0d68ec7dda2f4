//! Stock alone: at one location after the other, the levels that changed.

use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::budget::{LEVEL, MOST};
use crate::catalog::OVERLAP_MS;
use crate::client::Client;
use crate::{documents, gid};

/// So many can be paid for in one query. Shopify lists no more than 250 of anything at once.
const LEVELS: u32 = if MOST / LEVEL < 250 { MOST / LEVEL } else { 250 };

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Cursor {
    /// The location is the one after this.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    /// Of its levels, those after this.
    #[serde(skip_serializing_if = "Option::is_none")]
    levels: Option<String>,
    /// Levels so far, and those that could not be read.
    given: u64,
    unread: u64,
}

pub fn fetch_stock<T: Transport>(host: &T, channel: &Channel, request: &PageRequest) -> Result<StockPage, Error> {
    let client = Client::new(host, channel)?;
    let mut cursor: Cursor = paging::decode(request.cursor.as_deref())?;
    let since = request.since.filter(|_| request.scope == Scope::ChangedSince);
    let filter = since.map(|since| format!("updated_at:>='{}Z'", time::naive_utc(since.saturating_sub(OVERLAP_MS))));
    let variables = json!({
        "location": cursor.location,
        "first": (LEVELS >> request.attempt.min(7)).max(1),
        "after": cursor.levels,
        "query": filter,
    });
    let data = client.ask(documents::STOCK_LEVELS, variables)?.data;
    let mut page = paging::empty_stock_page();
    let mut more = false;
    if let Some(location) = nodes(&data, "/locations")?.first() {
        let at = gid::of(location).ok_or_else(|| odd("a location without a usable id"))?;
        let levels = nodes(location, "/inventoryLevels")?;
        let read: Vec<_> = levels.iter().map(|level| self::level(level, at)).collect();
        cursor.unread += read.iter().filter(|level| level.is_err()).count() as u64;
        page.levels = read.into_iter().filter_map(|level| level.unwrap_or_default()).collect();
        cursor.given += page.levels.len() as u64;
        more = follow(location, "/inventoryLevels", &mut cursor.levels)?;
    }
    if !more {
        cursor.levels = None;
        more = follow(&data, "/locations", &mut cursor.location)?;
    }
    // The host says that they are missing, and asks for them with the next run.
    page.total = (cursor.unread > 0).then_some(cursor.given + cursor.unread);
    page.next = more.then(|| paging::encode(&cursor)).transpose()?;
    Ok(page)
}

/// A level that cannot be read.
struct Unread;

/// Nothing for what is not counted, or is known without a number: the product has no level of it.
fn level(level: &Value, location: &str) -> Result<Option<StockLevel>, Unread> {
    let item = level.get("item").filter(|item| item.is_object()).ok_or(Unread)?;
    if item.get("tracked").and_then(Value::as_bool) == Some(false) {
        return Ok(None);
    }
    let mut quantities = level.get("quantities").and_then(Value::as_array).ok_or(Unread)?.iter();
    let named = |quantity: &&Value| quantity.get("name").and_then(Value::as_str) == Some("available");
    let Some(available) = quantities.find(named) else { return Ok(None) };
    Ok(Some(StockLevel {
        item_id: gid::of(item).ok_or(Unread)?.to_owned(),
        location_id: location.to_owned(),
        available: available.get("quantity").and_then(Value::as_i64).ok_or(Unread)?,
    }))
}

fn nodes<'v>(of: &'v Value, connection: &str) -> Result<&'v Vec<Value>, Error> {
    let nodes = of.pointer(&format!("{connection}/nodes")).and_then(Value::as_array);
    nodes.ok_or_else(|| odd("no list of locations or of their stock"))
}

/// Moves a cursor to the end of the page. False: it was the last one.
fn follow(of: &Value, connection: &str, cursor: &mut Option<String>) -> Result<bool, Error> {
    let info = of
        .pointer(&format!("{connection}/pageInfo"))
        .ok_or_else(|| odd("a list that does not say whether it goes on"))?;
    *cursor = info.get("endCursor").and_then(Value::as_str).map(str::to_owned);
    let more = info.get("hasNextPage") == Some(&Value::Bool(true));
    if more && cursor.is_none() {
        return Err(odd("a list that goes on and does not say where"));
    }
    Ok(more)
}

fn odd(what: &str) -> Error {
    Error::Unavailable(format!("Shopify answered with {what}"))
}
