//! Which products are in which collections: a file of its own, read whole, kept small.

use std::collections::HashMap;

use entrepot_guest::prelude::*;
use serde::Deserialize;

use super::job::Done;
use super::read;
use crate::client::Client;
use crate::context::{Shelf, Shelves};
use crate::gid;

const CHUNK_BYTES: u32 = 4 << 20;

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    id: String,
    #[serde(default)]
    handle: String,
    #[serde(default)]
    title: String,
    #[serde(default, rename = "__parentId")]
    parent: Option<String>,
}

pub(super) fn read<T: Transport + Files>(client: &Client<'_, T>, done: &Done) -> Result<Shelves, Error> {
    let mut shelves = Shelves::default();
    let Some(url) = &done.url else { return Ok(shelves) };
    let file = read::fetch(client.transport, url)?;
    let mut known = HashMap::<String, u32>::new();
    let (mut at, mut roots) = (0, 0);
    loop {
        let chunk = client.transport.read_lines(&file, at, CHUNK_BYTES)?;
        for line in &chunk.lines {
            let Ok(line) = serde_json::from_str::<Line>(line) else {
                return Err(Error::Unavailable("the bulk file of the collections is damaged".to_owned()));
            };
            let Some(parent) = line.parent else {
                roots += 1;
                continue;
            };
            let (Some(id), Some(product)) =
                (gid::number(&line.id), gid::number(&parent).and_then(|id| id.parse().ok()))
            else {
                continue;
            };
            let place = *known.entry(id.to_owned()).or_insert_with(|| {
                shelves.collections.push(Shelf { id: id.to_owned(), handle: line.handle, title: line.title });
                shelves.collections.len() as u32 - 1
            });
            shelves.of.entry(product).or_default().push(place);
        }
        if chunk.end {
            break;
        }
        if chunk.next_offset <= at {
            return Err(Error::Other("the host's file does not go on".to_owned()));
        }
        at = chunk.next_offset;
    }
    if done.roots.is_some_and(|expected| roots < expected) {
        return Err(Error::Unavailable("the bulk file of the collections was cut off".to_owned()));
    }
    Ok(shelves)
}
