//! Which products are in which collections: a file of its own, read whole, kept small.

use std::collections::HashMap;

use entrepot_guest::prelude::*;
use serde_json::Value;

use super::file::{fetch, parsed};
use super::job::Done;
use crate::client::Client;
use crate::context::{Shelf, Shelves};
use crate::gid;

const CHUNK_BYTES: u32 = 4 << 20;

pub(super) fn read<T: Transport + Files>(client: &Client<'_, T>, done: &Done) -> Result<Shelves, Error> {
    let mut shelves = Shelves::default();
    let Some(url) = &done.url else { return Ok(shelves) };
    let file = fetch(client.transport, url)?;
    let mut known = HashMap::<String, u32>::new();
    let (mut at, mut roots, mut lines) = (0, 0, 0);
    loop {
        let chunk = client.transport.read_lines(&file, at, CHUNK_BYTES)?;
        lines += chunk.lines.len() as u64;
        for line in &chunk.lines {
            let line = parsed(line);
            let text = |field: &str| line.get(field).and_then(Value::as_str);
            let Some(parent) = text("__parentId") else {
                if !line.is_object() {
                    return Err(Error::Unavailable("the bulk file of the collections is damaged".to_owned()));
                }
                roots += 1;
                continue;
            };
            let (Some(id), Some(product)) = (gid::of(&line), gid::number(parent).and_then(|id| id.parse().ok())) else {
                continue;
            };
            let place = *known.entry(id.to_owned()).or_insert_with(|| {
                shelves.collections.extend(Shelf::of(&line));
                shelves.collections.len() as u32 - 1
            });
            // A line that stands twice in the file says the same again.
            let places = shelves.of.entry(product).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
        if chunk.end {
            break;
        }
        if chunk.next_offset <= at {
            return Err(Error::Other("the host's file does not go on".to_owned()));
        }
        at = chunk.next_offset;
    }
    if done.roots.is_some_and(|expected| roots < expected) || done.objects.is_some_and(|expected| lines < expected) {
        return Err(Error::Unavailable("the bulk file of the collections was cut off".to_owned()));
    }
    Ok(shelves)
}
