//! The host's `files`, in memory: the same rules, for files of a test's size.

use std::collections::HashMap;

use serde_json::Value;

use crate::bindings::files::Chunk;
use crate::bindings::types::Error;

pub(super) fn chunk(lines: &[String], offset: u64, max_bytes: u32) -> Chunk {
    let (mut at, mut taken, mut size) = (0, Vec::new(), 0);
    let mut next = offset;
    let mut end = true;
    for line in lines {
        let length = line.len() as u64 + 1;
        if at >= offset {
            if size + length > u64::from(max_bytes) && !taken.is_empty() {
                end = false;
                break;
            }
            size += length;
            next = at + length;
            taken.push(line.clone());
        }
        at += length;
    }
    Chunk { lines: taken, next_offset: next, end }
}

/// Roots in their order; descendants after their root, in the order they came, and after them the same root again where it is there
/// twice. Lines that are no objects are roots; lines whose parent is nowhere come last.
pub(super) fn group(lines: Vec<String>, id_key: &str, parent_key: &str) -> Result<Vec<String>, Error> {
    let broken = |why: &str| Error::Other(format!("the file cannot be grouped: {why}"));
    let mut parents = HashMap::new();
    let mut read = Vec::with_capacity(lines.len());
    for line in lines {
        // Texts that were cut in an emoji are no reason to stop.
        let whole = crate::json::repaired(&line);
        let value = serde_json::from_str(whole.as_deref().unwrap_or(&line)).unwrap_or(Value::Null);
        let text = |key: &str| match value.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(broken("a line's id is no text")),
        };
        let (id, parent) = (text(id_key)?, text(parent_key)?);
        if let (Some(id), Some(parent)) = (&id, &parent) {
            parents.insert(id.clone(), parent.clone());
        }
        read.push((id, parent, line));
    }
    let root_of = |start: &str| {
        let mut at = start;
        for _ in 0..=parents.len() {
            match parents.get(at) {
                Some(parent) => at = parent,
                None => return Some(at.to_owned()),
            }
        }
        None
    };
    let mut roots: Vec<(Option<String>, Vec<String>)> = Vec::new();
    let mut below: HashMap<String, Vec<String>> = HashMap::new();
    for (id, parent, line) in read {
        match parent {
            None => match roots.iter_mut().find(|(known, _)| known.is_some() && *known == id) {
                Some((_, same)) => same.push(line),
                None => roots.push((id, vec![line])),
            },
            Some(parent) => {
                let root = root_of(&parent).ok_or_else(|| broken("lines are their own ancestors"))?;
                below.entry(root).or_default().push(line);
            }
        }
    }
    let mut grouped = Vec::new();
    for (id, lines) in roots {
        let (first, again) = lines.split_first().unwrap_or((const { &String::new() }, &[]));
        grouped.push(first.clone());
        grouped.extend(id.and_then(|id| below.remove(&id)).unwrap_or_default());
        grouped.extend_from_slice(again);
    }
    let mut orphans: Vec<_> = below.into_iter().collect();
    orphans.sort();
    grouped.extend(orphans.into_iter().flat_map(|(_, lines)| lines));
    Ok(grouped)
}
