//! Compiled code on disk. A file is believed only if its MAC fits; whoever can write the folder can make the host compile once
//! more, and nothing else.
//!
//! `magic 8 | version 4 | MAC 32 | machine code`, in a file named by the artifact's digest and the engine's fingerprint.
// See docs/decisions/0007-authenticated-code-cache.md

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::code::MachineCode;
use super::compiler::MAX_CODE_LEN;

const MAGIC: &[u8; 8] = b"entrcode";
const VERSION: [u8; 4] = 1_u32.to_le_bytes();
const HEAD: usize = MAGIC.len() + VERSION.len() + 32;
/// So that this MAC stands for nothing else, whatever else the key is used for.
const LABEL: &[u8] = b"entrepot compiled component 1\0";

/// What cache files are authenticated with. Shows nothing of itself.
#[derive(Clone)]
pub struct CacheKey(Zeroizing<[u8; 32]>);

impl CacheKey {
    pub fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheKey(…)")
    }
}

/// Where compiled code is kept, and how much of it.
#[derive(Clone, Debug)]
pub struct CacheOptions {
    pub folder: PathBuf,
    pub key: CacheKey,
    /// Bytes of all files together; beyond it the ones unused for longest go.
    pub largest: u64,
}

pub(super) struct Cache {
    options: CacheOptions,
    /// Of engine version, settings and processor: code for another one is not looked at.
    fingerprint: [u8; 32],
}

impl Cache {
    pub(super) fn new(options: CacheOptions, fingerprint: [u8; 32]) -> Self {
        Self { options, fingerprint }
    }

    /// The code for an artifact, if it is there and ours.
    pub(super) fn get(&self, digest: &[u8; 32]) -> Option<MachineCode> {
        let path = self.path(digest);
        let read = match read(&path) {
            Ok(read) => read,
            // The folder is made with the first file.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return None;
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), error = %error, "compiled code cannot be read and is made again");
                return None;
            }
        };
        let code = self.verified(digest, read);
        if code.is_none() {
            self.forget(digest, "it was changed, cut off, or made by a host with another master key");
        }
        code
    }

    /// The file is read once, whole; what was verified in memory is what is used.
    fn verified(&self, digest: &[u8; 32], file: Vec<u8>) -> Option<MachineCode> {
        let (head, code) = file.split_at_checked(HEAD)?;
        let (magic, rest) = head.split_at_checked(MAGIC.len())?;
        let (version, tag) = rest.split_at_checked(VERSION.len())?;
        if magic != MAGIC || version != VERSION {
            return None;
        }
        self.mac(digest, code)?.verify_slice(tag).ok()?;
        Some(MachineCode::vouched(Bytes::from(file).slice(HEAD..)))
    }

    /// Over label, digest, fingerprint and code: the first three are of fixed length, so nothing reads as something else.
    fn mac(&self, digest: &[u8; 32], code: &[u8]) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of any length; the type of the constructor cannot say so.
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.options.key.0.as_slice()).ok()?;
        for part in [LABEL, digest, &self.fingerprint, code] {
            mac.update(part);
        }
        Some(mac)
    }

    /// Keeps code. A cache that cannot be written is slow, not broken.
    pub(super) fn put(&self, digest: &[u8; 32], code: &MachineCode) {
        let path = self.path(digest);
        if let Err(error) = self.write(&path, digest, code.bytes()).and_then(|()| self.trim()) {
            tracing::warn!(
                path = %path.display(),
                error = %error,
                "compiled code cannot be kept, so it is compiled again at the next start; repair the folder or its disk"
            );
        }
    }

    pub(super) fn forget(&self, digest: &[u8; 32], why: &str) {
        let path = self.path(digest);
        tracing::warn!(path = %path.display(), error = why, "compiled code is not used, deleted, and made again");
        if let Err(error) = fs::remove_file(&path) {
            tracing::warn!(path = %path.display(), error = %error, "compiled code that is not used cannot be deleted");
        }
    }

    fn path(&self, digest: &[u8; 32]) -> PathBuf {
        let name = format!("{}-{}.cwasm", hex(digest), hex(&self.fingerprint[..8]));
        self.options.folder.join(name)
    }

    /// Under another name first: nobody reads half a file. Not forced onto the disk: what a power cut leaves fails its MAC.
    fn write(&self, path: &Path, digest: &[u8; 32], code: &[u8]) -> io::Result<()> {
        let mac = self.mac(digest, code).ok_or_else(|| io::Error::other("no MAC"))?.finalize().into_bytes();
        make_folder(&self.options.folder)?;
        let draft = path.with_extension(format!("{:016x}.tmp", rand::random::<u64>()));
        let written = private(&draft).and_then(|mut file| {
            for part in [MAGIC.as_slice(), &VERSION, &mac, code] {
                file.write_all(part)?;
            }
            fs::rename(&draft, path)
        });
        if written.is_err() {
            // On a full disk the half file must not stay; if it cannot be deleted either, the first error says why.
            let _ = fs::remove_file(&draft);
        }
        written
    }

    /// Deletes what was unused for longest, until the rest fits. Drafts of hosts that died go the same way.
    fn trim(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.options.folder)? {
            let path = entry?.path();
            let ours = path.extension().is_some_and(|extension| extension == "cwasm" || extension == "tmp");
            // Another host may have deleted it meanwhile.
            if let (true, Ok(about)) = (ours, fs::metadata(&path)) {
                files.push((about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len(), path));
            }
        }
        files.sort();
        let mut sum: u64 = files.iter().map(|(_, length, _)| length).sum();
        for (_, length, path) in files {
            if sum <= self.options.largest {
                break;
            }
            sum -= length;
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => tracing::debug!(path = %path.display(), "compiled code deleted to make room"),
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    // What was used last is deleted last. A folder that is only readable keeps the order of writing.
    let _ = file.set_modified(SystemTime::now());
    let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len()).unwrap_or_default().min(MAX_CODE_LEN));
    file.take((HEAD + MAX_CODE_LEN + 1) as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// For this user only: what is compiled is nobody's business, and fewer can try what happens if it is changed.
fn make_folder(folder: &Path) -> io::Result<()> {
    if let Some(parent) = folder.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        outcome => outcome,
    }
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
