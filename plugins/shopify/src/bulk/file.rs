//! A bulk file: fetched, grouped by product, looked through before anything of it counts, and then read group by group.

use entrepot_guest::http::Get;
use entrepot_guest::json::repaired;
use entrepot_guest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How much is looked through at once, and how often in one page.
const LOOK_BYTES: u32 = 4 << 20;
const LOOKS: usize = 8;

/// How far the file was looked through.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Look {
    offset: u64,
    lines: u64,
}

pub(super) enum Looked {
    /// Not to its end; it goes on from the same `Look`.
    SoFar,
    Whole,
    /// Why it is not what Shopify wrote.
    Damaged(String),
}

impl Look {
    /// A product whose lines are missing would be taken for one without stock or pictures, so they are counted before the first of them
    /// is.
    pub(super) fn through<F: Files>(&mut self, files: &F, file: &str, objects: Option<u64>) -> Result<Looked, Error> {
        for _ in 0..LOOKS {
            let chunk = files.read_lines(file, self.offset, LOOK_BYTES)?;
            self.lines += chunk.lines.len() as u64;
            let is_object = |line: &String| line.trim().starts_with('{') && line.trim().ends_with('}');
            if !chunk.lines.iter().all(is_object) {
                return Ok(Looked::Damaged("a line of the bulk file is no JSON object".to_owned()));
            }
            if chunk.end {
                let (lines, objects) = (self.lines, objects.unwrap_or_default());
                let why = || format!("the bulk file holds {lines} of {objects} lines: it was cut off");
                return Ok(if lines < objects { Looked::Damaged(why()) } else { Looked::Whole });
            }
            if chunk.next_offset <= self.offset {
                return Err(Error::Other("the host's file does not go on".to_owned()));
            }
            self.offset = chunk.next_offset;
        }
        Ok(Looked::SoFar)
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
pub(super) fn grouped<F: Files>(files: &F, file: &str) -> Result<String, Error> {
    Ok(files.group_lines(file, "id", "__parentId")?.id)
}

/// Whole products from `offset` on: their lines, and where the next one begins; `None` at the end.
pub(super) fn groups<F: Files>(
    files: &F,
    file: &str,
    offset: u64,
    bytes: u32,
) -> Result<(Vec<Vec<Value>>, Option<u64>), Error> {
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
pub(super) fn is_root(line: &Value) -> bool {
    line.is_object() && line.get("__parentId").is_none()
}

/// The same product once more: it moved while the file was written.
fn is_again(group: &[Value], line: &Value) -> bool {
    let id = |line: &Value| line.get("id").and_then(Value::as_str).map(str::to_owned);
    is_root(line) && id(line).is_some() && group.first().and_then(id) == id(line)
}
