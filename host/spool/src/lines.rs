//! Whole lines of a file, from an offset on.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::SpoolError;

/// Bytes of one line. A product with two thousand variants in one line is below that.
pub const LONGEST_LINE: usize = 16 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Without their ends.
    pub lines: Vec<String>,
    /// Where the next line begins.
    pub next_offset: u64,
    /// There is none after these.
    pub end: bool,
}

pub(crate) fn read(path: &Path, offset: u64, most: usize) -> Result<Chunk, SpoolError> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    if offset > size {
        return Err(SpoolError::Content(format!("has {size} bytes; {offset} is past its end")));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut reader = Lines::new(BufReader::with_capacity(1 << 16, file));
    let (mut lines, mut next_offset, mut taken) = (Vec::new(), offset, 0);
    while let Some(line) = reader.next()? {
        let length = line.len();
        if taken + length > most && !lines.is_empty() {
            return Ok(Chunk { lines, next_offset, end: false });
        }
        let text = std::str::from_utf8(trimmed(line));
        lines.push(text.map_err(|_| SpoolError::Content("is not UTF-8".to_owned()))?.to_owned());
        taken += length;
        next_offset += length as u64;
    }
    Ok(Chunk { lines, next_offset, end: true })
}

/// Lines with their ends, none longer than [`LONGEST_LINE`].
pub(crate) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, line: Vec::new() }
    }

    pub(crate) fn next(&mut self) -> Result<Option<&[u8]>, SpoolError> {
        self.line.clear();
        let read = (&mut self.reader).take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut self.line)?;
        if read > LONGEST_LINE {
            return Err(SpoolError::Content(format!("has a line of more than {} MiB", LONGEST_LINE >> 20)));
        }
        Ok((read > 0).then_some(self.line.as_slice()))
    }
}

/// Without the end of the line.
pub(crate) fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
