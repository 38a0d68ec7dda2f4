//! Sorting more records than fit into memory: sorted runs on disk, then merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Five numbers; what they mean is the caller's. Sorted by the first to the last.
pub(crate) type Record = [u64; 5];

const WIDTH: usize = size_of::<Record>();

/// Records held in memory by one sort: 20 MiB.
const HELD: usize = 1 << 19;

pub(crate) struct Sorter<'a> {
    dir: &'a Path,
    held: Vec<Record>,
    most: usize,
    runs: Vec<File>,
}

impl<'a> Sorter<'a> {
    /// Runs that do not fit go to nameless files in `dir`.
    pub(crate) fn new(dir: &'a Path) -> Self {
        Self::holding(dir, HELD)
    }

    pub(crate) fn holding(dir: &'a Path, most: usize) -> Self {
        Self { dir, held: Vec::new(), most, runs: Vec::new() }
    }

    pub(crate) fn push(&mut self, record: Record) -> io::Result<()> {
        self.held.push(record);
        if self.held.len() >= self.most {
            self.held.sort_unstable();
            self.runs.push(spilled(self.dir, &self.held)?);
            self.held.clear();
        }
        Ok(())
    }

    pub(crate) fn sorted(mut self) -> io::Result<Sorted> {
        self.held.sort_unstable();
        let mut sources = vec![Source::Held(self.held.into_iter())];
        for mut run in self.runs {
            run.seek(SeekFrom::Start(0))?;
            sources.push(Source::Run(BufReader::with_capacity(1 << 16, run)));
        }
        let mut heads = BinaryHeap::with_capacity(sources.len());
        for (index, source) in sources.iter_mut().enumerate() {
            heads.extend(source.next()?.map(|record| Reverse((record, index))));
        }
        Ok(Sorted { sources, heads })
    }
}

fn spilled(dir: &Path, records: &[Record]) -> io::Result<File> {
    let mut file = BufWriter::with_capacity(1 << 18, tempfile::tempfile_in(dir)?);
    for record in records {
        write(&mut file, record)?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)
}

pub(crate) struct Sorted {
    sources: Vec<Source>,
    heads: BinaryHeap<Reverse<(Record, usize)>>,
}

enum Source {
    Held(std::vec::IntoIter<Record>),
    Run(BufReader<File>),
}

impl Source {
    fn next(&mut self) -> io::Result<Option<Record>> {
        match self {
            Self::Held(records) => Ok(records.next()),
            Self::Run(file) => read(file),
        }
    }
}

/// One record, or the end of the file.
pub(crate) fn read(file: &mut impl Read) -> io::Result<Option<Record>> {
    let mut bytes = [0; WIDTH];
    match file.read_exact(&mut bytes) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut record = Record::default();
    for (number, bytes) in record.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *number = u64::from_le_bytes(*bytes);
    }
    Ok(Some(record))
}

/// Writes records one after the other.
pub(crate) fn write(file: &mut impl Write, record: &Record) -> io::Result<()> {
    record.iter().try_for_each(|number| file.write_all(&number.to_le_bytes()))
}

impl Sorted {
    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
        let Some(Reverse((record, index))) = self.heads.pop() else { return Ok(None) };
        self.heads.extend(self.sources[index].next()?.map(|next| Reverse((next, index))));
        Ok(Some(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_on_disk_are_merged_with_what_is_held() {
        let dir = tempfile::tempdir().unwrap();
        let mut sorter = Sorter::holding(dir.path(), 7);
        let numbers: Vec<u64> = (0..100).map(|n| (n * 37) % 101).collect();
        for number in &numbers {
            sorter.push([*number, 0, 0, 0, 0]).unwrap();
        }
        let mut sorted = sorter.sorted().unwrap();
        let mut found = Vec::new();
        while let Some([number, ..]) = sorted.next().unwrap() {
            found.push(number);
        }
        let mut wanted = numbers;
        wanted.sort_unstable();
        assert_eq!(found, wanted);
    }
}
