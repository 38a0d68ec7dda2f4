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
        page.levels = levels.iter().filter_map(|level| self::level(level, at)).collect();
        more = follow(location, "/inventoryLevels", &mut cursor.levels)?;
    }
    if !more {
        cursor.levels = None;
        more = follow(&data, "/locations", &mut cursor.location)?;
    }
    page.next = more.then(|| paging::encode(&cursor)).transpose()?;
    Ok(page)
}

/// Nothing for what is not counted, or is known without a number: the product has no level of it.
fn level(level: &Value, location: &str) -> Option<StockLevel> {
    let item = level.get("item")?;
    if item.get("tracked").and_then(Value::as_bool) == Some(false) {
        return None;
    }
    let mut quantities = level.get("quantities")?.as_array()?.iter();
    let available = quantities.find(|quantity| quantity.get("name").and_then(Value::as_str) == Some("available"))?;
    Some(StockLevel {
        item_id: gid::of(item)?.to_owned(),
        location_id: location.to_owned(),
        available: available.get("quantity")?.as_i64()?,
    })
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
