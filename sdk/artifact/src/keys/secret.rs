use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::{fmt, io};

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use super::{KeyError, PublicKey, SECRET_PREFIX, encode, parse_token};
use crate::names::is_publisher;

/// No key file is longer, so no more than this is read of whatever was named instead.
const MAX_FILE_LEN: u64 = 1024;

/// A publisher's secret key. Its bytes are wiped when it is dropped; there is no way to print it.
pub struct SecretKey {
    publisher: String,
    key: SigningKey,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// A new key from the system's randomness.
    pub fn generate(publisher: &str) -> Result<Self, KeyError> {
        Self::from_seed(publisher, &Zeroizing::new(rand::random::<[u8; 32]>()))
    }

    fn from_seed(publisher: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_publisher(publisher) {
            return Err(KeyError::Publisher(publisher.to_owned()));
        }
        Ok(Self { publisher: publisher.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// Of `entrepot-ed25519-secret:<publisher>:<base64url>`, with or without a line end.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (publisher, seed) = parse_token(text, SECRET_PREFIX).ok_or(KeyError::NotSecret)?;
        Self::from_seed(&publisher, &seed)
    }

    /// Reads a key file. Refuses one that others than its owner may read.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let failed = |source: io::Error| match source.kind() {
            ErrorKind::NotFound => KeyError::NoFile(path.to_owned()),
            _ => KeyError::Io { path: path.to_owned(), source },
        };
        let file = fs::File::open(path).map_err(failed)?;
        if open_to_others(&file).map_err(failed)? {
            return Err(KeyError::OpenToOthers(path.to_owned()));
        }
        // Large enough from the start: growing would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(MAX_FILE_LEN as usize + 1));
        file.take(MAX_FILE_LEN).read_to_string(&mut text).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => KeyError::NotSecret,
            _ => failed(error),
        })?;
        Self::parse(&text)
    }

    /// Writes a new file that only its owner may read. A file that exists is left alone.
    pub fn save_new(&self, path: &Path) -> Result<(), KeyError> {
        let failed = |source: io::Error| match source.kind() {
            ErrorKind::AlreadyExists => KeyError::Exists(path.to_owned()),
            _ => KeyError::Io { path: path.to_owned(), source },
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        let encoded = Zeroizing::new(encode(&Zeroizing::new(self.key.to_bytes())[..]));
        let line = Zeroizing::new([SECRET_PREFIX, ":", &self.publisher, ":", &encoded, "\n"].concat());
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }

    pub fn publisher(&self) -> &str {
        &self.publisher
    }

    pub fn public(&self) -> PublicKey {
        PublicKey::of(&self.publisher, self.key.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

#[cfg(unix)]
fn open_to_others(file: &fs::File) -> io::Result<bool> {
    Ok(std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &fs::File) -> io::Result<bool> {
    Ok(false)
}
