//! Each root line followed by its descendants, whatever order they came in, in bounded memory. A root that comes again stands behind
//! the descendants of the first; what hangs on nothing stands at the end, together where it hangs on the same; a line that is no object
//! is a root of its own. Whether that is amiss, and what with, is for whoever reads.
//!
//! Lines stay where they are; small records are sorted. A record says under which id a line hangs so far, its *anchor*. In each
//! round the anchors are joined with the ids of lines that have a parent, and become that parent, until all anchors are roots.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::lines::{LONGEST_LINE, Lines, trimmed};
use crate::sort::{Record, Sorted, Sorter};
use crate::{Filling, SpoolError};

/// Deeper than any bulk file nests; more means that lines are each other's parents.
const DEEPEST: usize = 16;

/// Id or anchor as two numbers: half of its BLAKE3 hash, so that no two ids ever look the same.
fn name(id: &str) -> [u64; 2] {
    let hash = *blake3::hash(id.as_bytes()).as_bytes();
    let (numbers, _) = hash.as_chunks::<8>();
    [u64::from_le_bytes(numbers[0]), u64::from_le_bytes(numbers[1])]
}

pub(crate) fn write(
    from: &Path,
    dir: &Path,
    id_key: &str,
    parent_key: &str,
    to: &mut Filling,
) -> Result<(), SpoolError> {
    // Roots by name: (name, line, its length). Lines by anchor: likewise. Parents by name: (name, parent's name).
    let (mut roots, mut hanging, mut parents) = (Sorter::new(dir), Sorter::new(dir), Sorter::new(dir));
    let mut order = Sorter::new(dir);
    let mut lines = Lines::new(BufReader::with_capacity(1 << 18, File::open(from)?));
    let mut offset = 0;
    while let Some(line) = lines.next()? {
        let (at, length) = (offset, line.len() as u64);
        offset += length;
        let line = trimmed(line);
        if line.is_empty() {
            continue;
        }
        match heads(line, id_key, parent_key).unwrap_or_default() {
            // Its place in the file is its place among the roots.
            (None, None) => order.push([at, 0, at, length, 0])?,
            (Some(id), None) => {
                let [a, b] = name(&id);
                roots.push([a, b, at, length, 0])?;
            }
            (id, Some(parent)) => {
                let [a, b] = name(&parent);
                hanging.push([a, b, at, length, 0])?;
                if let Some(id) = id {
                    let [c, d] = name(&id);
                    parents.push([c, d, a, b, 0])?;
                }
            }
        }
    }
    let (parents, roots) = (kept(parents, dir)?, kept(roots, dir)?);
    for _ in 0..DEEPEST {
        let mut moved = false;
        let mut next = Sorter::new(dir);
        let mut waiting = hanging.sorted()?;
        let mut ids = parents.open()?;
        let mut id = ids.next()?;
        while let Some([a, b, at, length, _]) = waiting.next()? {
            while id.is_some_and(|[c, d, ..]| [c, d] < [a, b]) {
                id = ids.next()?;
            }
            match id {
                Some([c, d, e, f, _]) if [c, d] == [a, b] => {
                    moved = true;
                    next.push([e, f, at, length, 0])?;
                }
                _ => next.push([a, b, at, length, 0])?,
            }
        }
        hanging = next;
        if !moved {
            return finish(from, hanging, roots, order, to);
        }
    }
    Err(SpoolError::Content(format!("has lines that are their own ancestors, or nest deeper than {DEEPEST}")))
}

/// All anchors are roots, or nowhere.
fn finish(
    from: &Path,
    hanging: Sorter<'_>,
    roots: Kept,
    mut order: Sorter<'_>,
    to: &mut Filling,
) -> Result<(), SpoolError> {
    let mut waiting = hanging.sorted()?;
    let mut roots = Roots { reading: roots.open()?, ahead: None };
    let mut root = roots.next(&mut order)?;
    while let Some([a, b, at, length, _]) = waiting.next()? {
        while root.is_some_and(|[c, d, ..]| [c, d] < [a, b]) {
            root = roots.next(&mut order)?;
        }
        match root {
            // After the root itself, whose second number is 0.
            Some([c, d, place, ..]) if [c, d] == [a, b] => order.push([place, 1, at, length, 0])?,
            // After everything, next to what hangs on the same.
            _ => order.push([u64::MAX, a, at, length, b])?,
        }
    }
    while root.is_some() {
        root = roots.next(&mut order)?;
    }
    copy(from, order.sorted()?, to)
}

/// Roots by name, those of one name as one.
struct Roots {
    reading: Reading,
    ahead: Option<Record>,
}

impl Roots {
    /// The first line of the next name; all lines of that name have their place in `order` then.
    fn next(&mut self, order: &mut Sorter<'_>) -> io::Result<Option<Record>> {
        let first = match self.ahead.take() {
            Some(first) => first,
            None => match self.reading.next()? {
                Some(first) => first,
                None => return Ok(None),
            },
        };
        let [a, b, place, length, _] = first;
        order.push([place, 0, place, length, 0])?;
        while let Some(next) = self.reading.next()? {
            let [c, d, at, length, _] = next;
            if [c, d] != [a, b] {
                self.ahead = Some(next);
                break;
            }
            // Behind what hangs on the name.
            order.push([place, 2, at, length, 0])?;
        }
        Ok(Some(first))
    }
}

fn copy(from: &Path, mut order: Sorted, to: &mut Filling) -> Result<(), SpoolError> {
    let mut source = BufReader::with_capacity(1 << 16, File::open(from)?);
    let (mut position, mut line) = (0_u64, Vec::new());
    while let Some([_, _, at, length, _]) = order.next()? {
        let length = usize::try_from(length).unwrap_or(LONGEST_LINE);
        line.resize(length, 0);
        let step = i64::try_from(at).unwrap_or(i64::MAX) - i64::try_from(position).unwrap_or(i64::MAX);
        // Stays within what is buffered where it can.
        source.seek_relative(step)?;
        source.read_exact(&mut line)?;
        position = at + length as u64;
        to.put(trimmed(&line))?;
        to.put(b"\n")?;
    }
    Ok(())
}

/// Sorted records that are read several times.
struct Kept(File);

struct Reading(BufReader<File>);

fn kept(sorter: Sorter<'_>, dir: &Path) -> io::Result<Kept> {
    let mut file = io::BufWriter::with_capacity(1 << 18, tempfile::tempfile_in(dir)?);
    let mut sorted = sorter.sorted()?;
    while let Some(record) = sorted.next()? {
        crate::sort::write(&mut file, &record)?;
    }
    Ok(Kept(file.into_inner().map_err(io::IntoInnerError::into_error)?))
}

impl Kept {
    fn open(&self) -> io::Result<Reading> {
        let mut file = self.0.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Reading(BufReader::with_capacity(1 << 16, file)))
    }
}

impl Reading {
    fn next(&mut self) -> io::Result<Option<Record>> {
        crate::sort::read(&mut self.0)
    }
}

/// Id and parent of a line, each of which may be missing; other members are skipped over. `None`: it is no object, or they are no text.
fn heads(line: &[u8], id_key: &str, parent_key: &str) -> Option<(Option<String>, Option<String>)> {
    struct Heads<'a>(&'a str, &'a str);

    impl<'de> Visitor<'de> for Heads<'_> {
        type Value = (Option<String>, Option<String>);

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let (mut id, mut parent) = (None, None);
            while let Some(Key(key)) = map.next_key()? {
                if key == self.0 {
                    id = map.next_value()?;
                } else if key == self.1 {
                    parent = map.next_value()?;
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok((id, parent))
        }
    }

    #[derive(Deserialize)]
    struct Key<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

    let mut reader = serde_json::Deserializer::from_slice(line);
    reader.deserialize_map(Heads(id_key, parent_key)).and_then(|found| reader.end().map(|()| found)).ok()
}
