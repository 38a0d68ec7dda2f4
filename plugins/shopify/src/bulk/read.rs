//! The products of a bulk file: each with the lines that belong to it, as many as fit into a page.

use entrepot_guest::http::Get;
use entrepot_guest::json::repaired;
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::job::{Job, State};
use crate::client::Client;
use crate::context::Context;
use crate::item::Parts;

/// How much of the file makes a page; a product is never torn apart.
const PAGE_BYTES: u32 = 2 << 20;

/// How often a file that turns out too short is fetched anew.
const MOST_REREADS: u32 = 2;

/// How often a file that cannot be had, or not be grouped, is asked for before another operation writes a new one.
const MOST_TRIES: u32 = 3;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// The host's name for the grouped file. It may be forgotten; the same file made again has the same offsets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    offset: u64,
    /// Products read so far, and how many Shopify says it wrote.
    roots: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<u64>,
    #[serde(default)]
    rereads: u32,
}

pub(super) enum Got {
    Items {
        items: Vec<RawItem>,
        more: bool,
    },
    /// There is no such file any more, and why.
    Lost(String),
}

pub(super) fn some<T: Transport + Files>(
    client: &Client<'_, T>,
    context: &Context,
    reading: &mut Reading,
    job: &Job,
    attempt: u32,
) -> Result<Got, Error> {
    let bytes = PAGE_BYTES >> attempt.min(8);
    let first = match &reading.file {
        Some(file) => groups(client.transport, file, reading.offset, bytes),
        None => Err(Error::NotFound),
    };
    let (groups, next_offset) = match first {
        // Another host, or the same after a restart: the address in the cursor would have expired, so it is asked for anew.
        Err(Error::NotFound) => {
            let done = match job.ask(client)? {
                Ok(State::Completed(done)) => done,
                Ok(_) => return Ok(Got::Lost("Shopify's bulk operation is running again".to_owned())),
                Err(why) => return Ok(Got::Lost(why)),
            };
            let Some(url) = done.url else { return Ok(Got::Lost("the bulk operation's file is gone".to_owned())) };
            let file = match fetch(client.transport, &url).and_then(|file| grouped(client.transport, &file)) {
                Ok(file) => file,
                // Asked for often enough: this file will not become another.
                Err(Error::Unavailable(why) | Error::Other(why)) if attempt >= MOST_TRIES => return Ok(Got::Lost(why)),
                Err(error) => return Err(error),
            };
            reading.expected = done.roots;
            let got = groups(client.transport, &file, reading.offset, bytes)?;
            reading.file = Some(file);
            got
        }
        other => other?,
    };
    reading.roots += groups.len() as u64;
    let items = groups.into_iter().map(|lines| parts(lines, context).item(context)).collect();
    match next_offset {
        Some(offset) => {
            reading.offset = offset;
            Ok(Got::Items { items, more: true })
        }
        None => {
            let complete = reading.expected.is_none_or(|expected| reading.roots >= expected);
            if complete {
                return Ok(Got::Items { items, more: false });
            }
            if reading.rereads >= MOST_REREADS {
                return Err(Error::Unavailable(format!(
                    "the bulk file holds {} of {} products: it was cut off",
                    reading.roots,
                    reading.expected.unwrap_or_default()
                )));
            }
            // Products that are not in a file that was cut off would count as deleted.
            *reading = Reading { expected: reading.expected, rereads: reading.rereads + 1, ..Reading::default() };
            Ok(Got::Items { items, more: true })
        }
    }
}

/// Spools a signed address. It lies on another host, which must not see the shop's token: the rule for it has no credential.
pub(super) fn fetch<F: Files>(files: &F, url: &str) -> Result<String, Error> {
    match files.download(&Get::new(url).request()) {
        Ok(file) => Ok(file.id),
        Err(Error::NotFound | Error::Unauthorized(_)) => {
            Err(Error::Unavailable("the address of the bulk file has expired".to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// Each product followed by what belongs to it.
fn grouped<F: Files>(files: &F, file: &str) -> Result<String, Error> {
    Ok(files.group_lines(file, "id", "__parentId")?.id)
}

/// Whole products from `offset` on: their lines, and where the next one begins; `None` at the end.
fn groups<F: Files>(files: &F, file: &str, offset: u64, bytes: u32) -> Result<(Vec<Vec<Value>>, Option<u64>), Error> {
    let mut groups: Vec<Vec<Value>> = Vec::new();
    // Where the last group began: it is whole only when another begins, or the file ends.
    let (mut at, mut begun) = (offset, offset);
    loop {
        let chunk = files.read_lines(file, at, bytes)?;
        if chunk.next_offset <= at && !chunk.end {
            return Err(Error::Other("the host's file does not go on".to_owned()));
        }
        let mut place = at;
        for line in &chunk.lines {
            let value = parsed(line);
            let child = value.get("__parentId").is_some();
            match groups.last_mut() {
                Some(group) if child => group.push(value),
                _ => {
                    begun = place;
                    groups.push(vec![value]);
                }
            }
            place += line.len() as u64 + 1;
        }
        at = chunk.next_offset;
        if chunk.end {
            return Ok((groups, None));
        }
        if place != at {
            return Err(Error::Other("the lines of the host's file are not as long as its offsets say".to_owned()));
        }
        if groups.len() > 1 {
            groups.pop();
            return Ok((groups, Some(begun)));
        }
    }
}

/// A line that is no JSON becomes a text: a product without an id, which is said of it.
pub(super) fn parsed(line: &str) -> Value {
    let parsed = match repaired(line) {
        Some(fixed) => serde_json::from_str(&fixed),
        None => serde_json::from_str(line),
    };
    parsed.unwrap_or_else(|_| Value::String(line.to_owned()))
}

/// A product's lines, each by what it is.
fn parts(lines: Vec<Value>, context: &Context) -> Parts {
    let mut parts = Parts::default();
    for (at, line) in lines.into_iter().enumerate() {
        let text = |field: &str| line.get(field).and_then(Value::as_str).unwrap_or_default();
        if at == 0 {
            match line {
                Value::Object(fields) => parts.product = fields,
                other => drop(parts.product.insert("unreadable".to_owned(), other)),
            }
            continue;
        }
        match text("__typename") {
            "ProductVariant" => parts.variants.push(line),
            // Its parent is the variant: an inventory item is no node of a connection.
            "InventoryLevel" => parts.levels.push((text("__parentId").to_owned(), line)),
            "Metafield" => parts.metafields.push(line),
            "MediaImage" | "Video" | "ExternalVideo" | "Model3d" => parts.media.push(line),
            other => {
                let message = format!("A line of the bulk file is a {other:?}, which is not known.");
                parts.problems.push(issue("", "line-unknown", message));
            }
        }
    }
    if let (Some(shelves), Some(id)) = (&context.shelves, parts.id()) {
        let places = shelves.of.get(&id).into_iter().flatten();
        parts.collections = places.filter_map(|place| shelves.collections.get(*place as usize)).cloned().collect();
    }
    parts
}
