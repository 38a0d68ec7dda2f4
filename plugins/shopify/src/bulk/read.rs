//! The products of a bulk file: each with the lines that belong to it, as many as fit into a page.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use entrepot_guest::http::Get;
use entrepot_guest::json::repaired;
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::job::{Job, State};
use crate::client::Client;
use crate::context::Context;
use crate::gid;
use crate::item::Parts;

/// How much of the file makes a page; a product is never torn apart.
const PAGE_BYTES: u32 = 2 << 20;

/// How often a file that turns out too short is fetched anew.
const MOST_REREADS: u32 = 2;

/// How often a file that cannot be had, or not be grouped, is asked for before another operation writes a new one.
pub(super) const MOST_TRIES: u32 = 3;

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// The host's name for the grouped file. It may be forgotten; the same file made again has the same offsets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    offset: u64,
    /// Products read so far, and how many Shopify says it wrote.
    roots: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected: Option<u64>,
    /// Of those read, the products that came a second time.
    #[serde(default)]
    twice: u64,
    /// Lines read so far, and how many Shopify says it wrote.
    #[serde(default)]
    lines: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    objects: Option<u64>,
    #[serde(default)]
    rereads: u32,
}

impl Reading {
    /// How many products Shopify says it wrote, each once: one that moved while the file was written is in it twice.
    pub(super) fn declared(&self) -> Option<u64> {
        self.expected.map(|expected| expected.saturating_sub(self.twice))
    }

    fn is_whole(&self) -> bool {
        self.expected.is_none_or(|expected| self.roots >= expected) && self.objects.is_none_or(|all| self.lines >= all)
    }
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
    request: &PageRequest,
) -> Result<Got, Error> {
    let attempt = request.attempt;
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
            (reading.expected, reading.objects) = (done.roots, done.objects);
            let got = groups(client.transport, &file, reading.offset, bytes)?;
            reading.file = Some(file);
            got
        }
        other => other?,
    };
    // The file of a second operation, read often enough: it will not become another.
    let last_chance = reading.rereads >= MOST_REREADS && job.was_repeated();
    if !last_chance && groups.iter().flatten().any(|line| !line.is_object()) {
        return Ok(again(reading, Vec::new(), job, "a line of the bulk file is no JSON object".to_owned()));
    }
    let mut items = Vec::with_capacity(groups.len());
    for lines in groups {
        let roots = lines.iter().filter(|line| is_root(line)).count() as u64;
        reading.roots += roots;
        reading.twice += roots.saturating_sub(1);
        reading.lines += lines.len() as u64;
        items.extend(products(lines, context));
    }
    if let Some(offset) = next_offset {
        reading.offset = offset;
        return Ok(Got::Items { items, more: true });
    }
    if reading.is_whole() {
        return Ok(Got::Items { items, more: false });
    }
    let (roots, expected) = (reading.roots, reading.expected.unwrap_or_default());
    let why = format!("the bulk file holds {roots} of {expected} products: it was cut off");
    if !last_chance {
        return Ok(again(reading, items, job, why));
    }
    match request.scope {
        // What is missing is seen by the number that was declared.
        Scope::Everything => Ok(Got::Items { items, more: false }),
        // It would never be seen.
        Scope::ChangedSince => Err(Error::Unavailable(why)),
    }
}

/// The same file once more, then another operation's: products missing from a file that was cut off would count as deleted.
fn again(reading: &mut Reading, items: Vec<RawItem>, job: &Job, why: String) -> Got {
    if reading.rereads >= MOST_REREADS && !job.was_repeated() {
        return Got::Lost(why);
    }
    let (expected, objects, rereads) = (reading.expected, reading.objects, reading.rereads + 1);
    *reading = Reading { expected, objects, rereads, ..Reading::default() };
    Got::Items { items, more: true }
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
                Some(group) if child || is_again(group, &value) => group.push(value),
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

/// A product's own line. One that cannot be read proves nothing: it may be what is left of one.
fn is_root(line: &Value) -> bool {
    line.is_object() && line.get("__parentId").is_none()
}

/// The same product once more: it moved while the file was written.
fn is_again(group: &[Value], line: &Value) -> bool {
    let id = |line: &Value| line.get("id").and_then(Value::as_str).map(str::to_owned);
    is_root(line) && id(line).is_some() && group.first().and_then(id) == id(line)
}

/// The product of a group of lines; and of lines that belong to none in the file, the products that they name.
fn products(lines: Vec<Value>, context: &Context) -> Vec<RawItem> {
    let text = |line: &Value, field: &str| line.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (mut roots, mut children): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.get("__parentId").is_none());
    // Of two states the later one.
    let root = roots.pop();
    let parents: HashMap<String, String> =
        children.iter().map(|line| (text(line, "id"), text(line, "__parentId"))).collect();
    let top = |line: &Value| {
        let mut at = text(line, "__parentId");
        for _ in 0..DEEPEST {
            match parents.get(&at) {
                Some(above) => at.clone_from(above),
                None => break,
            }
        }
        at
    };
    let own = root.as_ref().map(|root| text(root, "id")).unwrap_or_default();
    let mut strangers = BTreeSet::new();
    children.retain(|line| {
        let top = top(line);
        let belongs = root.is_some() && top == own;
        // What hangs on something else than a product (stock of a variant that is gone) says nothing of any.
        if !belongs && top.starts_with("gid://shopify/Product/") {
            strangers.extend(gid::number(&top).map(str::to_owned));
        }
        belongs
    });
    // A line that is there twice counts once, as it was later.
    let mut places = HashMap::new();
    let mut once: Vec<Value> = Vec::with_capacity(children.len());
    for line in children {
        match places.entry(text(&line, "id")) {
            Entry::Occupied(place) if !place.key().is_empty() => once[*place.get()] = line,
            Entry::Occupied(_) => once.push(line),
            Entry::Vacant(place) => {
                place.insert(once.len());
                once.push(line);
            }
        }
    }
    let strangers = strangers.into_iter().map(|id| {
        let message =
            "Shopify's bulk file holds parts of this product and not the product; the next import tries again.";
        RawItem::unreadable(id, issue("/product", "product-unreadable", message))
    });
    let product = root.map(|root| parts(root, once, context).item(context));
    product.into_iter().chain(strangers).collect()
}

/// Deeper than any bulk file nests.
const DEEPEST: usize = 16;

/// A product's lines, each by what it is.
fn parts(root: Value, lines: Vec<Value>, context: &Context) -> Parts {
    let mut parts = Parts::default();
    match root {
        Value::Object(fields) => parts.product = fields,
        other => drop(parts.product.insert("unreadable".to_owned(), other)),
    }
    for line in lines {
        let text = |field: &str| line.get(field).and_then(Value::as_str).unwrap_or_default();
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
