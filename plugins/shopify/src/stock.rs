//! Stock alone: at one location after the other, the levels that changed.

use entrepot_guest::prelude::*;
use entrepot_guest::{paging, time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::budget::{LEVEL, MOST};
use crate::catalog::OVERLAP_MS;
use crate::client::Client;
use crate::pages::{self, odd};
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
    let locations = data.get("locations").unwrap_or(&Value::Null);
    let mut levels_end = None;
    if let Some(location) = nodes(locations)?.first() {
        let at = gid::of(location).ok_or_else(|| odd("a location without a usable id"))?;
        let connection = location.get("inventoryLevels").unwrap_or(&Value::Null);
        let read: Vec<_> = nodes(connection)?.iter().map(|level| self::level(level, at)).collect();
        cursor.unread += read.iter().filter(|level| level.is_err()).count() as u64;
        page.levels = read.into_iter().filter_map(|level| level.unwrap_or_default()).collect();
        cursor.given += page.levels.len() as u64;
        levels_end = pages::next(connection)?;
    }
    let mut more = levels_end.is_some();
    cursor.levels = levels_end;
    if !more {
        cursor.location = pages::next(locations)?;
        more = cursor.location.is_some();
    }
    // The host says that they are missing, and asks for them with the next run.
    page.total = (cursor.unread > 0).then_some(cursor.given + cursor.unread);
    page.next = more.then(|| paging::encode(&cursor)).transpose()?;
    Ok(page)
}

/// A level that cannot be read.
struct Unread;

/// Nothing for what is not counted: the product has no level of it.
fn level(level: &Value, location: &str) -> Result<Option<StockLevel>, Unread> {
    let item = level.get("item").filter(|item| item.is_object()).ok_or(Unread)?;
    if !item.get("tracked").and_then(Value::as_bool).ok_or(Unread)? {
        return Ok(None);
    }
    let mut quantities = level.get("quantities").and_then(Value::as_array).ok_or(Unread)?.iter();
    let named = |quantity: &&Value| quantity.get("name").and_then(Value::as_str) == Some("available");
    let available = quantities.find(named).ok_or(Unread)?;
    Ok(Some(StockLevel {
        item_id: gid::of(item).ok_or(Unread)?.to_owned(),
        location_id: location.to_owned(),
        available: available.get("quantity").and_then(Value::as_i64).ok_or(Unread)?,
    }))
}

fn nodes(connection: &Value) -> Result<&Vec<Value>, Error> {
    pages::nodes(connection).ok_or_else(|| odd("no list of locations or of their stock"))
}
