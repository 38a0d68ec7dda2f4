//! The folder below which the spools of processes lie, each process in a folder of its own.
// See docs/decisions/0036-run-files-on-local-disk.md

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::Spool;

/// Bytes that show that there is room.
const ROOM: usize = 64 << 10;

/// A process's own folder. Cheap to clone; the last clone, or the end of the process, gives it up.
#[derive(Clone)]
pub struct Area(Arc<Own>);

struct Own {
    folder: TempDir,
    lock: PathBuf,
    /// Held as long as the process lives, however it ends.
    _held: File,
}

impl Area {
    /// Makes the folder, and deletes what processes that are gone left below `parent`.
    pub fn open(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        sweep(parent)?;
        let folder = tempfile::Builder::new().prefix("host-").tempdir_in(parent)?;
        let lock = folder.path().with_extension("lock");
        // Locked before it has the name that others look for.
        let unnamed = lock.with_extension("new");
        let held = File::create_new(&unnamed)?;
        held.lock()?;
        fs::rename(unnamed, &lock)?;
        Ok(Self(Arc::new(Own { folder, lock, _held: held })))
    }

    /// Whether there is room for files.
    pub fn check_room(&self) -> io::Result<()> {
        check_room(self.folder())
    }

    /// Nothing is on disk before the first file is made.
    pub fn spool(&self, limit: u64) -> Spool {
        Spool::new(self.clone(), limit)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.folder.path()
    }
}

/// Whether something can be written into the folder, all the way to its disk.
pub fn check_room(folder: &Path) -> io::Result<()> {
    let mut file = tempfile::tempfile_in(folder)?;
    file.write_all(&[0; ROOM])?;
    file.sync_data()
}

impl Drop for Own {
    fn drop(&mut self) {
        // The next process sweeps what is left.
        let _ = fs::remove_file(&self.lock);
    }
}

/// Folders whose lock nobody holds. Another process may be sweeping as well, so nothing need be there any more.
fn sweep(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let lock = entry?.path();
        if lock.extension().is_none_or(|extension| extension != "lock") {
            continue;
        }
        let file = match File::open(&lock) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            file => file?,
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(error),
            Ok(()) => {}
        }
        for gone in [fs::remove_dir_all(lock.with_extension("")), fs::remove_file(&lock)] {
            match gone {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
