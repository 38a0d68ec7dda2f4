#![doc = include_str!("../README.md")]

mod area;
mod group;
mod lines;
mod sort;

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;
use thiserror::Error;

pub use area::{Area, check_room};
pub use lines::{Chunk, LONGEST_LINE};

#[derive(Debug, Error)]
pub enum SpoolError {
    #[error("there is no file {0:?} here any more")]
    NoFile(String),
    #[error("the files of one run may hold {limit} bytes; the grant's limits.files sets how many")]
    Full { limit: u64 },
    #[error("a run may have {MOST_FILES} files")]
    TooMany,
    /// What is in the file is not what it should be.
    #[error("the file {0}")]
    Content(String),
    #[error("the host's disk: {0}")]
    Io(#[from] io::Error),
}

/// More than an adapter needs, downloading anew now and then included; it cannot let go of a file but by ending its run.
const MOST_FILES: usize = 256;

/// Files of one run. Cheap to clone; the last clone takes the files with it.
#[derive(Clone)]
pub struct Spool(Arc<Inner>);

impl fmt::Debug for Spool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spool({} files)", self.files().len())
    }
}

struct Inner {
    area: Area,
    dir: Mutex<Option<TempDir>>,
    limit: u64,
    used: AtomicU64,
    files: Mutex<HashMap<String, Kept>>,
    next: AtomicU64,
    /// In every id, so that one of an earlier spool is not taken for one of this.
    mark: u32,
}

#[derive(Clone)]
struct Kept {
    path: PathBuf,
    size: u64,
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spooled {
    pub id: String,
    pub size: u64,
}

impl Spool {
    fn new(area: Area, limit: u64) -> Self {
        let (used, next, mark) = (AtomicU64::new(0), AtomicU64::new(1), rand::random());
        Self(Arc::new(Inner { area, dir: Mutex::default(), limit, used, files: Mutex::default(), next, mark }))
    }

    fn dir(&self) -> io::Result<PathBuf> {
        let mut dir = self.0.dir.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match dir.take() {
            Some(made) => made,
            None => tempfile::Builder::new().prefix("run-").tempdir_in(self.0.area.folder())?,
        };
        Ok(dir.insert(made).path().to_owned())
    }

    /// A file to be filled; dropped before it is finished, it is deleted.
    pub fn create(&self) -> Result<Filling, SpoolError> {
        if self.files().len() >= MOST_FILES {
            return Err(SpoolError::TooMany);
        }
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let path = self.dir()?.join(number.to_string());
        let file = BufWriter::with_capacity(1 << 18, File::create_new(&path)?);
        let id = format!("{:08x}-{number}", self.0.mark);
        Ok(Filling { spool: self.clone(), id, path, file, size: 0, full: false, kept: false })
    }

    /// A file was made in it, whether or not it is still there.
    pub fn was_used(&self) -> bool {
        self.0.next.load(Ordering::Relaxed) > 1
    }

    /// Deletes a file.
    pub fn remove(&self, id: &str) -> Result<(), SpoolError> {
        let kept = self.files().remove(id).ok_or_else(|| SpoolError::NoFile(id.to_owned()))?;
        self.give_back(kept.size);
        Ok(fs::remove_file(kept.path)?)
    }

    /// Whole lines from `offset` on, as many as fit into `most` bytes, and at least one.
    pub fn lines(&self, id: &str, offset: u64, most: usize) -> Result<Chunk, SpoolError> {
        lines::read(&self.kept(id)?.path, offset, most)
    }

    /// All of a file that is no larger than `most` bytes.
    pub fn whole(&self, id: &str, most: u64) -> Result<Vec<u8>, SpoolError> {
        let kept = self.kept(id)?;
        if kept.size > most {
            return Err(SpoolError::Content(format!("has {} bytes, and {most} can be held", kept.size)));
        }
        Ok(fs::read(kept.path)?)
    }

    /// A new file in which each line without `parent_key` is followed by all lines that descend from it, in the order they came.
    pub fn group(&self, id: &str, id_key: &str, parent_key: &str) -> Result<Spooled, SpoolError> {
        let from = self.kept(id)?;
        let mut to = self.create()?;
        group::write(&from.path, &self.dir()?, id_key, parent_key, &mut to)?;
        to.finish()
    }

    fn kept(&self, id: &str) -> Result<Kept, SpoolError> {
        self.files().get(id).cloned().ok_or_else(|| SpoolError::NoFile(id.to_owned()))
    }

    fn files(&self) -> std::sync::MutexGuard<'_, HashMap<String, Kept>> {
        self.0.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, bytes: u64) -> bool {
        let fits = |used: u64| used.checked_add(bytes).filter(|used| *used <= self.0.limit);
        self.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    fn give_back(&self, bytes: u64) {
        self.0.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A file that is being written.
pub struct Filling {
    spool: Spool,
    id: String,
    path: PathBuf,
    file: BufWriter<File>,
    size: u64,
    full: bool,
    kept: bool,
}

impl Filling {
    pub fn finish(mut self) -> Result<Spooled, SpoolError> {
        self.flush()?;
        let (id, size) = (self.id.clone(), self.size);
        self.spool.files().insert(id.clone(), Kept { path: self.path.clone(), size });
        self.kept = true;
        Ok(Spooled { id, size })
    }

    /// Writing failed because of the quota.
    pub fn is_full(&self) -> bool {
        self.full
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Empties it.
    pub fn restart(&mut self) -> Result<(), SpoolError> {
        self.file.flush()?;
        let file = self.file.get_mut();
        file.set_len(0)?;
        file.rewind()?;
        self.spool.give_back(self.size);
        self.size = 0;
        Ok(())
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), SpoolError> {
        self.write_all(bytes).map_err(|error| {
            if self.full { SpoolError::Full { limit: self.spool.0.limit } } else { SpoolError::Io(error) }
        })
    }
}

impl Write for Filling {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.spool.take(bytes.len() as u64) {
            self.full = true;
            return Err(io::Error::other(SpoolError::Full { limit: self.spool.0.limit }));
        }
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        if !self.kept {
            self.spool.give_back(self.size);
            // The folder is deleted with the spool whatever is in it.
            let _ = fs::remove_file(&self.path);
        }
    }
}
