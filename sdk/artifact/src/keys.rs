//! A publisher's keys, and how they are written down.

mod public;
mod secret;

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::names::is_publisher;

pub use public::PublicKey;
pub use secret::SecretKey;

/// What a secret key begins with when it is written down.
pub(crate) const SECRET_PREFIX: &str = "entrepot-ed25519-secret";

/// Why a text or a file is not a key. Never repeats a secret.
#[derive(Debug, Error)]
pub enum KeyError {
    #[error("not a public key: write it as entrepot-ed25519:PUBLISHER:KEY, as `cargo adapter key show` prints it")]
    NotPublic,
    #[error("not a secret key: the file has to hold what `cargo adapter key new` wrote into it")]
    NotSecret,
    #[error("this is a secret key, where a public one is wanted; print its public key with `cargo adapter key show`")]
    SecretAsPublic,
    #[error("{0:?} cannot be a publisher's name: 1 to 63 of a-z, 0-9, - and ., beginning with a letter or digit")]
    Publisher(String),
    #[error("the key is weak: it verifies signatures that nobody made; make another with `cargo adapter key new`")]
    Weak,
    #[error("others may read {}; run `chmod 600` on it", .0.display())]
    OpenToOthers(PathBuf),
    #[error("there is no key file {}; make one with `cargo adapter key new`", .0.display())]
    NoFile(PathBuf),
    #[error("{} exists already and is not written over; choose another name", .0.display())]
    Exists(PathBuf),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
}

/// Publisher and 32 bytes of `<prefix>:<publisher>:<base64url>`.
pub(crate) fn parse_token(text: &str, prefix: &str) -> Option<(String, Zeroizing<[u8; 32]>)> {
    let (found, rest) = text.trim().split_once(':')?;
    let (publisher, encoded) = rest.split_once(':')?;
    if found != prefix || !is_publisher(publisher) {
        return None;
    }
    Some((publisher.to_owned(), decode(encoded)?))
}

pub(crate) fn decode<const N: usize>(encoded: &str) -> Option<Zeroizing<[u8; N]>> {
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    <[u8; N]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
