//! The file of an embedded database's master keys.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use entrepot_config::files;
use entrepot_vault::KeyRing;
use zeroize::Zeroizing;

/// By which a file is known to be the one that was read: device, number, time of the last change and length.
type Stamp = (u64, u64, i64, i64, u64);

/// Not there: an error of the kind `NotFound`. Otherwise whether it holds keys; others are taken from it as soon as it has them.
pub(crate) fn read(path: &Path) -> io::Result<Result<KeyRing>> {
    // Before it is read: what is written meanwhile is read once more.
    let stamp = stamp(path)?;
    let ring = parse(&Zeroizing::new(files::read_text(path)?), path);
    Ok(ring.map(|ring| ring.with_source(source(path.to_owned(), stamp))))
}

/// What is in the file when it is another than before.
fn source(path: PathBuf, known: Stamp) -> impl Fn() -> Option<Zeroizing<String>> + Send + Sync + 'static {
    let known = Mutex::new(known);
    move || {
        let found = stamp(&path).ok()?;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if *known == found {
            return None;
        }
        let text = Zeroizing::new(files::read_text(&path).ok()?);
        *known = found;
        Some(text)
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let found = fs::metadata(path)?;
    Ok((found.dev(), found.ino(), found.mtime(), found.mtime_nsec(), found.len()))
}

fn parse(text: &str, path: &Path) -> Result<KeyRing> {
    if text.trim().is_empty() {
        bail!(
            "the key file {} is empty: it was cut off, perhaps by a full disk. Put it back from your backup; if there never was another, \
             delete it, and a new one is made",
            path.display()
        );
    }
    KeyRing::parse(text.trim()).with_context(|| format!("the key file {}", path.display()))
}

/// Whole or not at all, and never over another's: two first starts at once must end with one key.
pub(crate) fn make(path: &Path) -> Result<KeyRing> {
    match write_whole(path, KeyRing::generate().to_text().as_bytes(), false) {
        Ok(()) => tracing::info!(path = %path.display(), "made a master key; keep a copy of it in a safe place"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("the key file {} cannot be written", path.display())),
    }
    read(path)?
}

/// Puts these keys in the place of those that are there: whole or not at all.
pub(crate) fn replace(path: &Path, keys: &KeyRing) -> Result<()> {
    write_whole(path, keys.to_text().as_bytes(), true)
        .with_context(|| format!("the key file {} cannot be written", path.display()))
}

fn write_whole(path: &Path, bytes: &[u8], over: bool) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // It is this user's alone, and is deleted again if anything fails.
    let mut draft = tempfile::Builder::new().prefix(".master.key.").tempfile_in(folder)?;
    draft.write_all(bytes)?;
    draft.as_file().sync_all()?;
    let persisted = if over { draft.persist(path) } else { draft.persist_noclobber(path) };
    persisted.map_err(|failed| failed.error)?;
    // Its name, too, outlasts a power cut.
    File::open(folder)?.sync_all()
}

/// Held while a new key is made, so that two who do so at once make one. A process that dies lets go of it.
pub(crate) fn lock(path: &Path) -> Result<File> {
    let path = path.with_extension("key.lock");
    let file = File::options().create(true).append(true).open(&path);
    let file = file.with_context(|| format!("{} cannot be written", path.display()))?;
    file.lock().with_context(|| format!("{} cannot be locked", path.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_there_whole_and_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.key");
        let keys: Vec<String> = std::thread::scope(|scope| {
            let makers: Vec<_> =
                (0..8).map(|_| scope.spawn(|| make(&path).expect("a key").to_text().to_string())).collect();
            makers.into_iter().map(|maker| maker.join().expect("made")).collect()
        });
        let kept = fs::read_to_string(&path).expect("the file");
        assert!(keys.iter().all(|key| *key == kept), "everybody has the same");
        assert_eq!(fs::metadata(&path).expect("there").mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "no draft is left");
    }

    #[test]
    fn a_key_file_that_was_cut_off_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let why = parse("\n", &folder.path().join("master.key")).map(drop).expect_err("empty").to_string();
        assert!(why.contains("is empty") && why.contains("backup"), "{why}");
    }
}
