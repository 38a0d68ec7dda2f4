//! What came is what the index lists.

use super::FetchError;
use crate::Artifact;
use crate::digest::sha256_hex;
use crate::registry::{Index, IndexVersion};

pub(super) fn bytes(entry: &IndexVersion, bytes: &[u8], what: &str) -> Result<(), FetchError> {
    let (expected, found) = (entry.size, bytes.len() as u64);
    if expected != found {
        return Err(FetchError::WrongLength { what: what.to_owned(), expected, found });
    }
    let found = format!("sha256:{}", sha256_hex(bytes));
    if found != entry.digest {
        return Err(FetchError::DigestMismatch { what: what.to_owned(), expected: entry.digest.clone(), found });
    }
    Ok(())
}

/// The digest alone would let a registry hand out one adapter under another's name.
pub(super) fn check(index: &Index, entry: &IndexVersion, artifact: &Artifact, what: &str) -> Result<(), FetchError> {
    let manifest = artifact.manifest();
    if (&manifest.id, &manifest.publisher, &manifest.version) == (&index.adapter, &index.publisher, &entry.version) {
        return Ok(());
    }
    let found = format!("{} {} of {}", manifest.id, manifest.version, manifest.publisher);
    Err(FetchError::NotAsListed { what: what.to_owned(), found })
}
