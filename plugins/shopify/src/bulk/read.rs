//! The products of a bulk file: each with the lines that belong to it, as many as fit into a page.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::{Look, Looked, fetch, grouped, groups, is_root};
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
    /// What was looked through of the file, until that is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    look: Option<Look>,
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
    let known = reading.file.clone();
    let first = match &known {
        Some(file) => looked_through(client.transport, file, reading, bytes),
        None => Err(Error::NotFound),
    };
    let page = match first {
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
            reading.look = Some(Look::default());
            let got = looked_through(client.transport, &file, reading, bytes)?;
            reading.file = Some(file);
            got
        }
        other => other?,
    };
    // The file of a second operation, read often enough: it will not become another.
    let last_chance = reading.rereads >= MOST_REREADS && job.was_repeated();
    let damaged = "a line of the bulk file is no JSON object";
    let (groups, next_offset) = match page {
        Grouped::SoFar => return Ok(Got::Items { items: Vec::new(), more: true }),
        Grouped::Page(groups, _) if groups.iter().flatten().any(|line| !line.is_object()) => {
            return unusable(reading, job, damaged.to_owned(), last_chance);
        }
        Grouped::Damaged(why) => return unusable(reading, job, why, last_chance),
        Grouped::Page(groups, next_offset) => (groups, next_offset),
    };
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

/// A page of a file that was looked through.
enum Grouped {
    SoFar,
    Damaged(String),
    Page(Vec<Vec<Value>>, Option<u64>),
}

fn looked_through<F: Files>(files: &F, file: &str, reading: &mut Reading, bytes: u32) -> Result<Grouped, Error> {
    if let Some(look) = &mut reading.look {
        match look.through(files, file, reading.objects)? {
            Looked::SoFar => return Ok(Grouped::SoFar),
            Looked::Damaged(why) => return Ok(Grouped::Damaged(why)),
            Looked::Whole => reading.look = None,
        }
    }
    let (groups, next) = groups(files, file, reading.offset, bytes)?;
    Ok(Grouped::Page(groups, next))
}

/// A file that is not what Shopify wrote: whichever product lacks something, all keep what they had.
fn unusable(reading: &mut Reading, job: &Job, why: String, last_chance: bool) -> Result<Got, Error> {
    if last_chance { Err(Error::Unavailable(why)) } else { Ok(again(reading, Vec::new(), job, why)) }
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
    parts.without_shelves = context.without_shelves;
    if let (Some(shelves), Some(id)) = (&context.shelves, parts.id()) {
        let places = shelves.of.get(&id).into_iter().flatten();
        parts.collections = places.filter_map(|place| shelves.collections.get(*place as usize)).cloned().collect();
    }
    parts
}
